//! Lengths of time, in the unit that Step Functions waits in.

use std::borrow::Cow;
use std::fmt;

use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// A length of time in whole seconds.
///
/// People write `"10m"`, `"1h 30m"` or a number of seconds; machines get the number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Seconds(pub u64);

impl Seconds {
    /// The longest time we wait for anything: 30 days, after which ECS ends a deployment itself.
    pub const LONGEST: Self = Self(30 * 24 * 3600);

    /// So many minutes.
    pub const fn minutes(minutes: u64) -> Self {
        Self(minutes * 60)
    }

    /// In whole minutes, rounded up: what ECS counts pauses in.
    pub fn in_minutes(self) -> u64 {
        self.0.div_ceil(60)
    }

    /// From `earlier` to `later`; nothing if `later` is not later.
    pub fn between(earlier: jiff::Timestamp, later: jiff::Timestamp) -> Self {
        Self(u64::try_from(later.duration_since(earlier).as_secs()).unwrap_or(0))
    }

    /// The moment that much later.
    pub fn after(self, moment: jiff::Timestamp) -> jiff::Timestamp {
        let length = SignedDuration::from_secs(i64::try_from(self.0).unwrap_or(i64::MAX));
        moment.checked_add(length).unwrap_or(jiff::Timestamp::MAX)
    }

    /// The moment that much earlier.
    pub fn before(self, moment: jiff::Timestamp) -> jiff::Timestamp {
        let length = SignedDuration::from_secs(i64::try_from(self.0).unwrap_or(i64::MAX));
        moment.checked_sub(length).unwrap_or(jiff::Timestamp::MIN)
    }
}

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hours, minutes, seconds) = (self.0 / 3600, self.0 / 60 % 60, self.0 % 60);
        match (hours, minutes, seconds) {
            (0, 0, s) => write!(f, "{s}s"),
            (0, m, 0) => write!(f, "{m}m"),
            (0, m, s) => write!(f, "{m}m {s}s"),
            (h, 0, 0) => write!(f, "{h}h"),
            (h, m, _) => write!(f, "{h}h {m}m"),
        }
    }
}

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Seconds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a length of time such as \"10m\", \"1h 30m\" or 600 (seconds), at most 30 days")
            }

            fn visit_u64<E: de::Error>(self, seconds: u64) -> Result<Seconds, E> {
                let length = Seconds(seconds);
                if length > Seconds::LONGEST {
                    return Err(E::invalid_value(de::Unexpected::Unsigned(seconds), &self));
                }
                Ok(length)
            }

            fn visit_i64<E: de::Error>(self, seconds: i64) -> Result<Seconds, E> {
                match u64::try_from(seconds) {
                    Ok(seconds) => self.visit_u64(seconds),
                    Err(_) => Err(E::invalid_value(de::Unexpected::Signed(seconds), &self)),
                }
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Seconds, E> {
                let wrong = || E::invalid_value(de::Unexpected::Str(text), &self);
                let length: SignedDuration = text.parse().map_err(|_| wrong())?;
                if length.subsec_nanos() != 0 {
                    return Err(wrong());
                }
                Visitor.visit_i64(length.as_secs()).map_err(|_: E| wrong())
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Seconds {
    fn schema_name() -> Cow<'static, str> {
        "Seconds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A length of time: \"10m\", \"1h 30m\", or a number of seconds.",
            "anyOf": [
                { "type": "string", "examples": ["30s", "10m", "1h 30m"] },
                { "type": "integer", "minimum": 0, "maximum": Self::LONGEST.0 }
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_may_write_it_as_they_say_it() {
        for (written, seconds, read_aloud) in [
            (r#""90s""#, 90, "1m 30s"),
            (r#""10m""#, 600, "10m"),
            (r#""1h 30m""#, 5400, "1h 30m"),
            ("45", 45, "45s"),
            ("0", 0, "0s"),
        ] {
            let length: Seconds = serde_json::from_str(written).expect(written);
            assert_eq!((length.0, length.to_string().as_str()), (seconds, read_aloud));
        }
    }

    #[test]
    fn what_is_not_a_length_of_time_is_refused_with_an_example() {
        for written in [r#""soon""#, "-1", r#""-5m""#, "99999999", r#""1500ms""#, r#""40d""#] {
            let error = serde_json::from_str::<Seconds>(written).expect_err(written).to_string();
            assert!(error.contains("such as \"10m\""), "{written}: {error}");
        }
    }
}
