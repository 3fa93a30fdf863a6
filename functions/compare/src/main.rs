//! Compares what services stand on with what was last seen of it.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let catalog = aws::Ssm::new(&config, shell::setting("CUTOVER_SERVICES")?);
    let objects = aws::S3::new(&config);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let callbacks = aws::StepFunctions::new(&config);
    let bus = aws::EventBridge::new(&config, shell::setting("CUTOVER_BUS")?);

    shell::run("compare", async |input| {
        let (catalog, objects, ledger) = (&catalog, &objects, &ledger);
        Box::pin(workflow::compare(&clock, catalog, objects, ledger, &callbacks, &bus, &input))
            .await
    })
    .await
}
