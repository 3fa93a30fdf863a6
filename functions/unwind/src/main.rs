//! Finds what is to be taken back of a release of which a wave was held.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let config = aws::Config::from_env()?;
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("unwind", async |input| workflow::unwind(&ledger, input).await).await
}
