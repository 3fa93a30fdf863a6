//! Says something to whoever pressed a button, at the address that came with it.

use domain::Failure;
use reqwest::{Client, Url};
use serde_json::Value;

use crate::client;

/// Where Slack takes replies.
const HOOKS: &str = "https://hooks.slack.com";

/// Who says it.
#[derive(Debug, Clone)]
pub struct Replies {
    client: Client,
    /// Where replies may go.
    to: Vec<Url>,
}

impl Replies {
    /// To Slack, and to the Slack at `base`, where that is another one.
    ///
    /// # Errors
    /// [`Failure::Invalid`] if `base` is no address.
    pub fn new(base: Option<&str>) -> Result<Self, Failure> {
        let parse = |base: &str| {
            let what =
                |error| Failure::Invalid(format!("{base} is no address of a Slack: {error}"));
            Url::parse(base).map_err(what)
        };
        let to = [Some(HOOKS), base].into_iter().flatten().map(parse).collect::<Result<_, _>>()?;
        Ok(Self { client: client::http()?, to })
    }

    /// Says something at the address that came with a button.
    ///
    /// Slack signed the address; all the same nothing is sent to any other place than Slack's.
    ///
    /// # Errors
    /// [`Failure::Refused`] if the address is not Slack's, or Slack takes nothing there any more.
    pub async fn send(&self, address: &str, body: &Value) -> Result<(), Failure> {
        const WHAT: &str = "answer who pressed";
        let Some(address) = Url::parse(address).ok().filter(|it| self.is_slack(it)) else {
            let why = "could not answer who pressed: the address for it is not Slack's";
            return Err(Failure::Refused(why.into()));
        };
        tracing::debug!(call = "slack:response", "answered who pressed");

        let (status, ..) = client::send(WHAT, self.client.post(address), body).await?;

        match status {
            200..300 => Ok(()),
            400..500 => Err(Failure::Refused(format!("could not {WHAT}: Slack answered {status}"))),
            _ => Err(Failure::Unavailable(format!("could not {WHAT}: Slack answered {status}"))),
        }
    }

    fn is_slack(&self, address: &Url) -> bool {
        let anonymous = address.username().is_empty() && address.password().is_none();
        anonymous && self.to.iter().any(|slack| slack.origin() == address.origin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_slack_is_answered() {
        let replies = Replies::new(Some("http://127.0.0.1:8080/api")).unwrap();
        for (address, is_slack) in [
            ("https://hooks.slack.com/actions/T1/1/x", true),
            ("http://127.0.0.1:8080/actions/1", true),
            ("http://hooks.slack.com/actions/T1/1/x", false),
            ("https://hooks.slack.com:8443/actions/T1/1/x", false),
            ("https://hooks.slack.com.evil.example/actions", false),
            ("https://hooks.slack.com@evil.example/actions", false),
            ("https://me:you@hooks.slack.com/actions", false),
            ("https://evil.example/?hooks.slack.com", false),
            ("http://127.0.0.1:8081/actions/1", false),
            ("http://169.254.169.254/latest/meta-data", false),
            ("file:///etc/passwd", false),
        ] {
            assert_eq!(replies.is_slack(&Url::parse(address).unwrap()), is_slack, "{address}");
        }
    }

    #[test]
    fn a_slack_that_is_nowhere_is_told() {
        assert_eq!(Replies::new(Some("nowhere")).unwrap_err().name(), "Invalid");
    }
}
