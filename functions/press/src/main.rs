//! Hears the buttons and commands of Slack, and does what somebody wants who may.

mod door;

use shell::keys::Keys;

use self::door::Door;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    shell::log::begin();
    let clock = aws::SystemClock;
    let config = aws::Config::from_env()?;
    let catalog = aws::Ssm::new(&config, shell::setting("CUTOVER_SERVICES")?);
    let ledger = aws::DynamoDb::new(&config, shell::setting("CUTOVER_TABLE")?);
    let callbacks = aws::StepFunctions::new(&config);
    let bus = aws::EventBridge::new(&config, shell::setting("CUTOVER_BUS")?);
    let machine =
        |setting| Ok::<_, shell::Error>(aws::StateMachine::new(&config, shell::setting(setting)?));
    let executions = machine("CUTOVER_DEPLOYMENT_MACHINE")?;
    let rollbacks = machine("CUTOVER_ROLLBACK_MACHINE")?;
    let replies = slack::Replies::new(shell::optional("CUTOVER_SLACK_URL")?.as_deref())?;
    let secrets = aws::SecretsManager::new(&config);
    let id = shell::setting("CUTOVER_SLACK_SIGNING_SECRET")?;
    let keys = Keys::begin(async || secrets.secrets(&id).await).await;
    let press = async |ask| {
        let (clock, catalog, ledger) = (&clock, &catalog, &ledger);
        let (executions, rollbacks) = (&executions, &rollbacks);
        let pressed =
            workflow::press(clock, catalog, ledger, &callbacks, executions, rollbacks, &bus, ask);
        Box::pin(pressed).await
    };
    let door = Door { clock, keys, replies, press };

    shell::run("press", async |request| Ok(door.hear(request).await)).await
}
