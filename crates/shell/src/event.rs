//! What Lambda hands over, whatever it is.

use domain::Failure;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The payload of an event, or why it cannot be read.
///
/// Reading it never fails: a failure inside `lambda_runtime` is answered under a Rust type's name,
/// which no state machine knows.
pub(crate) struct Event(Result<Value, String>);

impl Event {
    /// The input, as far as there is one.
    pub(crate) fn input(&self) -> &Value {
        self.0.as_ref().unwrap_or(&Value::Null)
    }

    /// The input, or [`Failure::Invalid`].
    pub(crate) fn read(self) -> Result<Value, Failure> {
        self.0.map_err(|error| Failure::Invalid(format!("the input cannot be read: {error}")))
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(Value::deserialize(deserializer).map_err(|error| error.to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_comes_is_read_or_invalid() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for (payload, says) in [
            ("", "EOF while parsing"),
            ("coffee", "expected value"),
            (r#""\ud800""#, "hex escape"),
            ("1e999", "number out of range"),
            (&*deep, "recursion limit exceeded"),
        ] {
            let event: Event = serde_json::from_str(payload).unwrap_or_else(|error| {
                // What follows a mistake is not looked at by `lambda_runtime`; it is here.
                assert!(error.to_string().contains("trailing characters"), "{payload}: {error}");
                Event::deserialize(&mut serde_json::Deserializer::from_str(payload)).unwrap()
            });

            let failure = event.read().expect_err("must not be read");
            assert_eq!(failure.name(), "Invalid");
            assert!(failure.to_string().contains(says), "{payload}: {failure}");
        }
        let event: Event = serde_json::from_str(r#"{"a":1}"#).unwrap();
        assert_eq!(event.read().unwrap()["a"], 1);
    }
}
