//! Who may do what, of those who press buttons and give commands in Slack.

mod ask;
mod decide;
mod report;
mod wish;

#[cfg(test)]
mod tests;

pub use ask::{Answer, Ask};
pub use decide::Deed;
pub use report::{history, standing};
pub use wish::{Act, HOLD, Wish};

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::name::SlackUser;

/// Those who may do something about a service from Slack, by their ids there.
pub type People = BTreeMap<SlackUser, Person>;

/// A person, as a service document names one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// What Cutover calls them: the name that `approval.of` has, and their login at GitHub, so that
    /// whoever pushed an image is known as its author in Slack too.
    pub name: String,
    /// What they may do.
    pub may: Vec<Right>,
}

/// Something that a person may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Let a deployment that asks go on, or not. Where `approval.of` names people, it has to name
    /// them too.
    Approve,
    /// Go back to an earlier release.
    RollBack,
    /// Let nothing new begin for two hours.
    Hold,
    /// Let nothing new begin for as long as they say, or end that.
    Freeze,
    /// Let a release be deployed again that was taken back.
    ReleaseQuarantine,
}

impl Right {
    /// Every one there is.
    pub const ALL: [Self; 5] =
        [Self::Approve, Self::RollBack, Self::Hold, Self::Freeze, Self::ReleaseQuarantine];

    /// Whether it includes another one.
    fn includes(self, other: Self) -> bool {
        self == other || (self, other) == (Self::Freeze, Self::Hold)
    }
}

impl fmt::Display for Right {
    /// As it stands in a document.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Approve => "approve",
            Self::RollBack => "roll_back",
            Self::Hold => "hold",
            Self::Freeze => "freeze",
            Self::ReleaseQuarantine => "release_quarantine",
        })
    }
}

impl Person {
    /// Whether they may do this.
    pub fn may(&self, right: Right) -> bool {
        self.may.iter().any(|it| it.includes(right))
    }
}

/// What of these people does not make sense: the field, and what would be right.
pub(crate) fn nonsense(people: &People) -> Vec<(String, String)> {
    let mut mistakes = Vec::new();
    for (id, person) in people {
        if person.name.trim().is_empty() || person.name.trim() != person.name {
            let what = "give a name, with no blank before or after it".to_owned();
            mistakes.push((format!("{id}.name"), what));
        }
        // Two who are one name could approve twice only by chance; they could not be told apart.
        let twice = people.range(..id.clone()).any(|(_, other)| other.name == person.name);
        if twice {
            let what = format!("{:?} is the name of somebody else too", person.name);
            mistakes.push((format!("{id}.name"), what));
        }
        for (index, right) in person.may.iter().enumerate() {
            if person.may[..index].contains(right) {
                mistakes.push((format!("{id}.may[{index}]"), format!("{right} is listed twice")));
            }
        }
    }
    mistakes
}
