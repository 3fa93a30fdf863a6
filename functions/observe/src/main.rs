//! Finds out what a stopped execution left behind.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let config = aws::Config::from_env()?;
    let fleet = aws::Ecs::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("observe", async |ended| workflow::observe(&fleet, &ledger, ended).await).await
}
