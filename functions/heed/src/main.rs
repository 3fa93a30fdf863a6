//! Remembers what was told of alerts, at the services that listen to them.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let catalog = aws::Ssm::new(&config, shell::setting("CUTOVER_SERVICES")?);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("heed", async |event| workflow::heed(&clock, &catalog, &ledger, &event).await).await
}
