//! Shows a deployment where its source is: at GitHub.

mod client;

use self::client::Client;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let config = aws::Config::from_env()?;
    let secrets = aws::SecretsManager::new(&config);
    let secret = shell::optional("CUTOVER_GITHUB_SECRET")?;
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let url = shell::optional("CUTOVER_GITHUB_URL")?;
    let client = Client::new(url, aws::log_address(&shell::setting("CUTOVER_DEPLOYMENT_MACHINE")?));

    shell::run("mark", async |marking| {
        let login = match &secret {
            Some(secret) => secrets.secrets(secret).await?.into_iter().next(),
            None => None,
        };
        workflow::mark(&ledger, &*client.with(login)?, marking).await
    })
    .await
}
