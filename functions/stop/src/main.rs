//! Stops a rollout in flight and goes back.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let fleet = aws::Ecs::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let callbacks = aws::StepFunctions::new(&config);

    shell::run("stop", async |input| {
        workflow::stop(&clock, &fleet, &ledger, &callbacks, input).await
    })
    .await
}
