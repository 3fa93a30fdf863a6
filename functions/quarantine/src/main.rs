//! Keeps a digest from being deployed again.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let config = aws::config(None, None).await;
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("quarantine", async |input| workflow::quarantine(&ledger, input).await).await
}
