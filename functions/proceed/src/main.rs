//! Answers a pause: go on.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let config = aws::config(None, None).await;
    let fleet = aws::Ecs::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);

    shell::run("proceed", async |input| workflow::proceed(&fleet, &ledger, input).await).await
}
