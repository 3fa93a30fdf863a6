//! Hears Alertmanager's webhook, or the topic of Amazon Managed Prometheus, and tells the bus what
//! became of alerts.

mod door;
mod sns;

use alertmanager::sns::NoTopic;
use domain::Failure;
use shell::keys::Keys;

use self::door::Door;
use self::sns::Sns;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), shell::Error> {
    shell::log::begin();
    let config = aws::Config::from_env()?;
    let bus = aws::EventBridge::new(&config, shell::setting("CUTOVER_BUS")?);
    let secrets = aws::SecretsManager::new(&config);
    let keys = match shell::optional("CUTOVER_ALERT_SECRET")? {
        Some(id) => {
            let secrets = &secrets;
            Some(Keys::begin(async move || secrets.secrets(&id).await).await)
        }
        None => None,
    };
    let addresses = aws::Addresses::new();
    let topic = match shell::optional("CUTOVER_ALERT_TOPIC")? {
        Some(arn) => {
            let topic =
                arn.parse().map_err(|error: NoTopic| Failure::Invalid(error.to_string()))?;
            Some(Sns::new(aws::SystemClock, topic, async |address: &str| {
                addresses.get(address).await
            }))
        }
        None => None,
    };
    let door = Door { bus, keys, topic };

    shell::run("alert", async |request| Ok(door.hear(request).await)).await
}
