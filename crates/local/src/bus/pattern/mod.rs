//! Event patterns: what a rule wants to hear of.
//!
//! They mean here what they mean to Amazon EventBridge, whose matcher is public as Event Ruler
//! (<https://github.com/aws/event-ruler>): the same pattern files serve AWS and one machine.
//! Two things are stricter than there. A field asked about twice on one branch is refused, where
//! Event Ruler silently forgets the first; and a name with a dot is one name, where Event Ruler
//! cannot tell `{"a.b": …}` from `{"a": {"b": …}}`.

mod cidr;
mod matcher;
mod number;
mod problem;
mod read;
mod search;
#[cfg(test)]
mod tests;
mod wildcard;

use std::sync::Arc;

use serde_json::Value;

pub use self::problem::{Problem, Problems};
use self::search::{Field, Root};
use super::Event;

/// The most characters EventBridge takes as a pattern
/// (<https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html>).
pub const LONGEST: usize = 4096;

/// An event pattern, read once and cheap to try.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// `$or` multiplied out: the pattern matches when all fields of one of these fit.
    branches: Vec<Vec<Arc<Field>>>,
}

impl Pattern {
    /// Reads a pattern, or says everything that is wrong with it.
    pub fn read(pattern: &Value) -> Result<Self, Problems> {
        read::pattern(pattern, pattern.to_string().chars().count())
    }

    /// Reads a pattern from its JSON text, such as a file of `events/patterns/`.
    pub fn parse(text: &str) -> Result<Self, Problems> {
        let value = serde_json::from_str(text).map_err(|error| {
            Problems(vec![Problem {
                path: "$".to_owned(),
                problem: format!("is not JSON: {error}"),
            }])
        })?;
        read::pattern(&value, text.chars().count())
    }

    /// Whether an event is one of those asked for.
    pub fn matches(&self, event: &Event) -> bool {
        self.matches_root(Root::Event(event))
    }

    /// Whether any JSON document, an event or not, is one of those asked for.
    pub fn matches_json(&self, document: &Value) -> bool {
        self.matches_root(Root::Json(document))
    }

    fn matches_root(&self, root: Root<'_>) -> bool {
        self.branches.iter().any(|fields| search::all_fit(root, fields))
    }
}

impl TryFrom<&Value> for Pattern {
    type Error = Problems;

    fn try_from(pattern: &Value) -> Result<Self, Problems> {
        Self::read(pattern)
    }
}

impl std::str::FromStr for Pattern {
    type Err = Problems;

    fn from_str(text: &str) -> Result<Self, Problems> {
        Self::parse(text)
    }
}
