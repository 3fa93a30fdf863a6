//! Hears a person who lets a deployment go on.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let callbacks = aws::StepFunctions::new(&config);

    shell::run("approve", async |input| workflow::approve(&clock, &ledger, &callbacks, input).await)
        .await
}
