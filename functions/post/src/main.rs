//! Tells a team in Slack how a deployment stands.

mod team;

use self::team::Team;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let catalog = aws::Ssm::new(&config, shell::setting("CUTOVER_SERVICES")?);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let team = Team {
        secrets: aws::SecretsManager::new(&config),
        secret: shell::optional("CUTOVER_SLACK_SECRET")?,
        url: shell::optional("CUTOVER_SLACK_URL")?,
        buttons: shell::optional("CUTOVER_SLACK_BUTTONS")?.is_some(),
    };

    shell::run("post", async |input| {
        workflow::post(&clock, &catalog, &ledger, &ledger, &team, input).await
    })
    .await
}
