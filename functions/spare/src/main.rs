//! Leaves alone what may be at fault while a newer change is taken back.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("spare", async |input| workflow::spare(&clock, &ledger, input).await).await
}
