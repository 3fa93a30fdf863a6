//! Keeps the evidence of a green that is taken back.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let fleet = aws::Ecs::new(&config);
    let balancer = aws::Elbv2::new(&config);
    let alarms = aws::CloudWatch::new(&config);
    let logs = aws::CloudWatchLogs::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("preserve", async |input| {
        workflow::preserve(&clock, &fleet, &balancer, &alarms, &logs, &ledger, input).await
    })
    .await
}
