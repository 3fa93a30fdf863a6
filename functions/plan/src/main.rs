//! Decides what exactly is deployed.

use domain::Failure;
use github::registry::{Login, Registry};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let catalog = aws::Ssm::new(&config, shell::setting("CUTOVER_SERVICES")?);
    let secrets = aws::SecretsManager::new(&config);
    let secret = shell::optional("CUTOVER_REGISTRY_SECRET")?;
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let bus = aws::EventBridge::new(&config, shell::setting("CUTOVER_BUS")?);

    shell::run("plan", async |wanted| {
        let registry = Registry::new(login(&secrets, secret.as_deref()).await?);
        workflow::plan(&clock, &catalog, &registry, &ledger, &bus, wanted).await
    })
    .await
}

/// The login to the registry, if one is set. It is read anew each time, so that a new password
/// counts at once.
async fn login(
    secrets: &aws::SecretsManager,
    secret: Option<&str>,
) -> Result<Option<Login>, Failure> {
    let Some(secret) = secret else { return Ok(None) };
    let values = secrets.secrets(secret).await?;

    values.first().map(|current| Login::read(current)).transpose()
}
