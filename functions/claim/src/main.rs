//! Asks for the right to change the service.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let executions = aws::StateMachine::new(&config, shell::setting("CUTOVER_DEPLOYMENT_MACHINE")?);
    let callbacks = aws::StepFunctions::new(&config);
    let bus = aws::EventBridge::new(&config, shell::setting("CUTOVER_BUS")?);

    shell::run("claim", async |input| {
        Box::pin(workflow::claim(&clock, &ledger, &executions, &callbacks, &bus, input)).await
    })
    .await
}
