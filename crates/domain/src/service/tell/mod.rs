//! Who is told of a service's deployments.

mod shown;

pub use shown::Shown;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who is told of a service's deployments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tell {
    /// Where in Slack; nowhere if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slack: Option<Slack>,
    /// The repository at GitHub that shows them; none if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub github: Option<Shown>,
    /// Whether those who follow by mail get a letter about each end. Whoever is called when a
    /// deployment is stuck gets one all the same.
    #[serde(default = "yes")]
    pub mail: bool,
}

/// Where in Slack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slack {
    /// The channel, by its id: `C0123456789`. Slack shows it at the end of the channel's details.
    pub channel: String,
}

impl Default for Tell {
    fn default() -> Self {
        Self { slack: None, github: None, mail: yes() }
    }
}

fn yes() -> bool {
    true
}

impl Tell {
    /// What does not make sense, as the field and what would be right.
    pub(super) fn nonsense(&self) -> Vec<(String, String)> {
        let wrong = self.slack.as_ref().filter(|slack| !is_channel_id(&slack.channel));
        let what = "name the channel by its id, such as C0123456789; Slack shows it at the end of the channel's details";
        let wrong = wrong.map(|_| ("slack.channel".to_owned(), what.to_owned()));
        let shown = self.github.iter().flat_map(Shown::nonsense);
        let shown = shown.map(|(field, what)| (format!("github.{field}"), what));
        wrong.into_iter().chain(shown).collect()
    }
}

/// Whether this is the id of a channel, public or private.
fn is_channel_id(text: &str) -> bool {
    let rest = text.strip_prefix(['C', 'G']);
    rest.is_some_and(|rest| {
        (1..=20).contains(&rest.len())
            && rest.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    })
}
