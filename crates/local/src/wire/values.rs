//! Values of AWS JSON, as calls and answers have them.

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::refusal::Refusal;

/// Reads the input of an operation. A member that is not known is refused, not ignored.
pub(super) fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let input: Value = serde_json::from_slice(body)
        .map_err(|error| Refusal::unreadable(format!("the body is not JSON: {error}")))?;
    if !input.is_object() {
        return Err(Refusal::unreadable("the body is JSON and must be an object"));
    }
    serde_path_to_error::deserialize(input).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { String::new() } else { format!("{path}: ") };
        Refusal::invalid(format!("{place}{}", error.into_inner()))
    })
}

/// A moment as the protocol writes it: seconds of the epoch. ECS tells milliseconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds stay exact for 285,000 years")]
pub(super) fn seconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64 / 1000.0
}

/// A moment as the protocol writes it.
pub(super) fn moment(field: &str, seconds: f64) -> Result<Timestamp, Refusal> {
    let since = SignedDuration::try_from_secs_f64(seconds);
    let moment = since.and_then(Timestamp::from_duration);
    moment.map_err(|error| Refusal::invalid(format!("{field} is {seconds:?}: {error}")))
}

/// An answer without the members that have no value: AWS leaves them out.
pub(super) fn present(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, present(value)))
            .collect(),
        Value::Array(values) => values.into_iter().map(present).collect(),
        value => value,
    }
}
