//! Asks whether anything speaks against beginning.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let fleet = aws::Ecs::new(&config);
    let balancer = aws::Elbv2::new(&config);
    let vault = aws::Vault::new(&config);
    let roles = aws::Iam::new(&config);
    let logs = aws::CloudWatchLogs::new(&config);
    let cloudwatch = aws::CloudWatch::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("check", async |input| {
        let (c, v, r) = (&clock, &vault, &roles);
        workflow::check(c, &fleet, &balancer, v, r, &logs, &cloudwatch, &ledger, input).await
    })
    .await
}
