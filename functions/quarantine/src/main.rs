//! Keeps a digest from being deployed again.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let config = aws::Config::from_env()?;
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let bus = aws::EventBridge::new(&config, shell::setting("CUTOVER_BUS")?);

    shell::run("quarantine", async |input| workflow::quarantine(&ledger, &bus, input).await).await
}
