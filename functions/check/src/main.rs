//! Asks whether anything speaks against beginning.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let fleet = aws::Ecs::new(&config);
    let balancer = aws::Elbv2::new(&config);
    let vault = aws::Vault::new(&config);
    let logs = aws::CloudWatchLogs::new(&config);
    let alarms = aws::CloudWatch::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("check", async |input| {
        workflow::check(&clock, &fleet, &balancer, &vault, &logs, &alarms, &ledger, input).await
    })
    .await
}
