//! Asks for the right to change the service.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::config(None, None).await;
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let executions = aws::StateMachine::new(&config, shell::setting("CUTOVER_DEPLOYMENT_MACHINE")?);
    let callbacks = aws::StepFunctions::new(&config);

    shell::run("claim", async |input| {
        Box::pin(workflow::claim(&clock, &ledger, &executions, &callbacks, input)).await
    })
    .await
}
