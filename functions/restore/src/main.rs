//! Takes green back.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let fleet = aws::Ecs::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let bus = aws::EventBridge::new(&config, shell::setting("CUTOVER_BUS")?);

    shell::run("restore", async |input| {
        workflow::restore(&clock, &fleet, &ledger, &bus, input).await
    })
    .await
}
