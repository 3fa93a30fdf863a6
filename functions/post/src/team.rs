//! The way into Slack, by the secret as it is when something is said.

use domain::Failure;
use domain::telling::{Message, Telling};
use slack::Slack;
use workflow::ports::{Chat, Said};

/// A team in Slack.
pub(crate) struct Team {
    pub(crate) secrets: aws::SecretsManager,
    /// The id of the secret.
    pub(crate) secret: Option<String>,
    /// Where Slack's methods are, where that is not Slack.
    pub(crate) url: Option<String>,
    /// Whether the buttons of messages are answered.
    pub(crate) buttons: bool,
}

impl Chat for Team {
    async fn say(
        &self,
        channel: &str,
        telling: &Telling,
        message: &Message,
    ) -> Result<Said, Failure> {
        let Some(secret) = &self.secret else {
            let why = format!("there is no way into {channel}: set CUTOVER_SLACK_SECRET");
            return Err(Failure::Refused(why));
        };
        // Read anew each time, so that a new token counts at once.
        let secret = self.secrets.secrets(secret).await?.swap_remove(0);
        let slack = match &self.url {
            Some(url) => Slack::at(url, secret.trim())?,
            None => Slack::new(&secret)?,
        };
        let slack = if self.buttons { slack.with_buttons() } else { slack };
        slack.say(channel, telling, message).await
    }
}
