//! Tells ECS to begin.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let config = aws::Config::from_env()?;
    let fleet = aws::Ecs::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("launch", async |input| workflow::launch(&fleet, &ledger, input).await).await
}
