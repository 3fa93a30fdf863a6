//! Hears GitHub's webhook, and tells the bus that an image was pushed.

mod door;

use shell::keys::Keys;

use self::door::Door;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    shell::log::begin();
    let config = aws::Config::from_env()?;
    let bus = aws::EventBridge::new(&config, shell::setting("CUTOVER_BUS")?);
    let secrets = aws::SecretsManager::new(&config);
    let id = shell::setting("CUTOVER_WEBHOOK_SECRET")?;
    let keys = Keys::begin(async || secrets.secrets(&id).await).await;
    let door = Door { clock: aws::SystemClock, bus, keys };

    shell::run("receive", async |request| Ok(door.hear(request).await)).await
}
