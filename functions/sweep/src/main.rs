//! Finds what no event told of.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let machine =
        |setting| Ok::<_, shell::Error>(aws::StateMachine::new(&config, shell::setting(setting)?));
    let deployments = machine("CUTOVER_DEPLOYMENT_MACHINE")?;
    let recoveries = machine("CUTOVER_RECOVERY_MACHINE")?;

    shell::run("sweep", async |input| {
        workflow::sweep(&clock, &ledger, &deployments, &recoveries, input).await
    })
    .await
}
