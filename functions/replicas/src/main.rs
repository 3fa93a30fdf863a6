//! Asks whether the read replicas keep up.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let replicas = aws::Rds::new(&config);
    let metrics = aws::CloudWatch::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("replicas", async |input| {
        workflow::replicas(&clock, &replicas, &metrics, &ledger, input).await
    })
    .await
}
