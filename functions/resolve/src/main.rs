//! Finds the services that a pushed image is for.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let config = aws::Config::from_env()?;
    let catalog = aws::Ssm::new(&config, shell::setting("CUTOVER_SERVICES")?);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("resolve", async |pushed| workflow::resolve(&catalog, &ledger, pushed).await).await
}
