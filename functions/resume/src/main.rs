//! Wakes the executions that wait for news.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let config = aws::Config::from_env()?;
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let callbacks = aws::StepFunctions::new(&config);

    shell::run("resume", async |event| workflow::resume(&ledger, &callbacks, &event).await).await
}
