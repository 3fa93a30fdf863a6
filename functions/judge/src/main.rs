//! Decides whether the rollout goes on, waits, or is taken back.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let fleet = aws::Ecs::new(&config);
    let balancer = aws::Elbv2::new(&config);
    let cloudwatch = aws::CloudWatch::new(&config);
    let prometheus = aws::PrometheusServers::new(&config);
    let probe = aws::TestListener::new();
    let replicas = aws::Rds::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("judge", async |input| {
        workflow::judge(
            &clock,
            &fleet,
            &balancer,
            &cloudwatch,
            &prometheus,
            &probe,
            &replicas,
            &ledger,
            input,
        )
        .await
    })
    .await
}
