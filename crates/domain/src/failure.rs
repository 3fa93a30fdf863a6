//! The names by which a state machine knows what went wrong.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::name::beginning;

/// A failed step. The name is what a `Catch` or `Retry` matches; the message is for the person who
/// reads it, a sentence without a full stop.
///
/// There are few, because a machine branches on each of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It must not be done as things stand. Nothing was changed.
    #[error("{0}")]
    Refused(String),
    /// Somebody else holds what this step needs, or wrote it at the same moment; soon it may be free.
    #[error("{0}")]
    Busy(String),
    /// Something we asked did not answer; trying again may help.
    #[error("{0}")]
    Unavailable(String),
    /// The input can never work.
    #[error("{0}")]
    Invalid(String),
}

impl Failure {
    /// Every name there is, for tests that hold the state machines against them.
    pub const NAMES: [&'static str; 4] = ["Refused", "Busy", "Unavailable", "Invalid"];

    /// The name that the state machines know: the `errorType` of a Lambda function's answer.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Refused(_) => "Refused",
            Self::Busy(_) => "Busy",
            Self::Unavailable(_) => "Unavailable",
            Self::Invalid(_) => "Invalid",
        }
    }
}

/// How much is told of what was wrong with an input: it may be a megabyte of one letter, and the
/// message goes into logs and histories.
const LONGEST_REASON: usize = 400;
/// How much is told of where it was wrong.
const LONGEST_PATH: usize = 100;

/// Reads `T` from JSON that came from outside, or says which field is wrong and what was expected.
///
/// # Errors
/// [`Failure::Invalid`] with the path of the field: ``at `request.tag`: invalid type: …``.
pub fn decode<T: DeserializeOwned>(input: &Value) -> Result<T, Failure> {
    // Keeping track of the path costs as much as decoding; only what is wrong needs it.
    T::deserialize(input).or_else(|_| {
        serde_path_to_error::deserialize(input).map_err(|error| {
            let path = beginning(error.path().to_string(), LONGEST_PATH);
            let why = beginning(error.into_inner().to_string(), LONGEST_REASON);
            match path.as_str() {
                "." => Failure::Invalid(why),
                _ => Failure::Invalid(format!("at `{path}`: {why}")),
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undecodable_input_is_told_with_the_path_of_the_field() {
        #[derive(Debug, serde::Deserialize)]
        struct Outer {
            #[expect(dead_code, reason = "only decoding is tested")]
            inner: Inner,
        }
        #[derive(Debug, serde::Deserialize)]
        struct Inner {
            #[expect(dead_code, reason = "only decoding is tested")]
            tag: String,
        }

        let failure =
            decode::<Outer>(&serde_json::json!({ "inner": { "tag": 1 } })).expect_err("a number");

        assert_eq!(failure.name(), "Invalid");
        assert_eq!(
            failure.to_string(),
            "at `inner.tag`: invalid type: integer `1`, expected a string"
        );
    }
}
