//! Says how the deployment ended, and makes way for the next.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let fleet = aws::Ecs::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let callbacks = aws::StepFunctions::new(&config);
    let bus = aws::EventBridge::new(&config, shell::setting("CUTOVER_BUS")?);

    shell::run("conclude", async |input| {
        Box::pin(workflow::conclude(&clock, &fleet, &ledger, &callbacks, &bus, &aws::Emf, input))
            .await
    })
    .await
}
