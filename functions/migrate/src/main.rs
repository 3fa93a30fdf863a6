//! Changes the database for the new release, before the service is touched.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let fleet = aws::Ecs::new(&config);
    let logs = aws::CloudWatchLogs::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("migrate", async |input| {
        Box::pin(workflow::migrate(&clock, &fleet, &fleet, &logs, &ledger, input)).await
    })
    .await
}
