//! Writes a letter about the end of a deployment.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let catalog = aws::Ssm::new(&config, shell::setting("CUTOVER_SERVICES")?);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let followers = aws::Sns::new(&config, shell::setting("CUTOVER_FOLLOWERS_TOPIC")?);
    let operators = aws::Sns::new(&config, shell::setting("CUTOVER_OPERATORS_TOPIC")?);

    shell::run("mail", async |input| {
        workflow::mail(&clock, &catalog, &ledger, &ledger, &followers, &operators, input).await
    })
    .await
}
