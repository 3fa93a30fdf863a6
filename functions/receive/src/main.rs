//! Hears GitHub's webhook and the notifications of HCP Terraform, and tells the bus that an image was
//! pushed, or of a run.

mod door;
mod lost;
mod runs;

use shell::keys::Keys;

use self::door::Door;
use self::runs::Runs;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    shell::log::begin();
    let config = aws::Config::from_env()?;
    let bus = aws::EventBridge::new(&config, shell::setting("CUTOVER_BUS")?);
    let secrets = aws::SecretsManager::new(&config);
    let id = shell::setting("CUTOVER_WEBHOOK_SECRET")?;
    let keys = Keys::begin(async || secrets.secrets(&id).await).await;
    // Not before a run is told of: most that comes here is GitHub's.
    let runs = shell::optional("CUTOVER_HCP_SIGNING_SECRET")?.map(|id| {
        let secrets = &secrets;
        Runs { keys: Keys::when_needed(async move || secrets.secrets(&id).await) }
    });
    let door = Door { clock: aws::SystemClock, bus, keys, runs };

    shell::run("receive", async |request| Ok(door.hear(request).await)).await
}
