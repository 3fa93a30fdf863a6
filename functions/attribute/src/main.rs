//! Finds the change that an alarm, or a person, wants taken back.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let catalog = aws::Ssm::new(&config, shell::setting("CUTOVER_SERVICES")?);
    let alarms = aws::CloudWatch::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("attribute", async |input| {
        workflow::attribute(&clock, &catalog, &alarms, &ledger, &input).await
    })
    .await
}
