//! Compares what services stand on with what was last seen of it.

mod rooms;

use self::rooms::Rooms;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let catalog = aws::Ssm::new(&config, shell::setting("CUTOVER_SERVICES")?);
    let objects = aws::S3::new(&config);
    let workspaces = Rooms::new(
        aws::SecretsManager::new(&config),
        shell::optional("CUTOVER_HCP_SECRET")?,
        shell::optional("CUTOVER_HCP_URL")?,
    );
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let callbacks = aws::StepFunctions::new(&config);
    let bus = aws::EventBridge::new(&config, shell::setting("CUTOVER_BUS")?);

    shell::run("compare", async |input| {
        let (catalog, objects, workspaces) = (&catalog, &objects, &workspaces);
        let (ledger, callbacks, bus) = (&ledger, &callbacks, &bus);
        let compared =
            workflow::compare(&clock, catalog, objects, workspaces, ledger, callbacks, bus, &input);
        Box::pin(compared).await
    })
    .await
}
