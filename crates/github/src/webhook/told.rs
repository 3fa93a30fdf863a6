//! What was heard, in our words and as an answer. Whichever door it was heard at, it is the same.

use domain::Failure;
use domain::release::ImagePushed;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::heard::{Heard, Push};

impl Heard {
    /// The body of the answer: what is made of the delivery, for whoever looks at it on GitHub.
    pub fn answer(&self) -> Value {
        match self {
            Self::Ping { zen } => json!({ "pong": zen }),
            Self::NotForUs { reason } => json!({ "ignored": reason }),
            Self::Pushed(push) => json!({
                "accepted": { "image": push.image, "tag": push.tag, "digest": push.digest }
            }),
        }
    }
}

impl Push {
    /// The push as the bus is told of it; at `now`, if GitHub does not say when it was.
    ///
    /// # Errors
    /// [`Failure::Invalid`] when a name that GitHub may give is none that we take.
    pub fn pushed(self, now: Timestamp) -> Result<ImagePushed, Failure> {
        fn read<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, Failure> {
            text.parse().map_err(|error: T::Err| Failure::Invalid(error.to_string()))
        }
        Ok(ImagePushed {
            image: read(&self.image)?,
            tag: read(&self.tag)?,
            digest: read(&self.digest)?,
            at: self.at.unwrap_or(now),
            pushed_by: self.pushed_by.unwrap_or_else(|| "somebody".into()),
            revision: self.revision,
            delivery: Some(self.delivery),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push() -> Push {
        Push {
            image: "ghcr.io/acme/checkout".into(),
            tag: "v1.4.2".into(),
            digest: format!("sha256:{}", "0a".repeat(32)),
            pushed_by: None,
            delivery: "0b989ba4".into(),
            revision: None,
            source: None,
            at: None,
        }
    }

    #[test]
    fn a_push_is_told_in_our_words() {
        let pushed = push().pushed(Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(pushed.image.as_str(), "ghcr.io/acme/checkout");
        assert_eq!(pushed.at, Timestamp::UNIX_EPOCH);
        assert_eq!(pushed.pushed_by, "somebody");
        assert_eq!(pushed.delivery.as_deref(), Some("0b989ba4"));

        let failure = Push { tag: "-".into(), ..push() }.pushed(Timestamp::UNIX_EPOCH).unwrap_err();
        assert_eq!(failure.name(), "Invalid");
    }

    #[test]
    fn the_answer_says_what_is_made_of_a_delivery() {
        let digest = push().digest;
        for (heard, answer) in [
            (Heard::Ping { zen: Some("Mind it".into()) }, json!({ "pong": "Mind it" })),
            (Heard::not_for_us("no tag"), json!({ "ignored": "no tag" })),
            (
                Heard::Pushed(Box::new(push())),
                json!({ "accepted": {
                    "image": "ghcr.io/acme/checkout", "tag": "v1.4.2", "digest": digest
                } }),
            ),
        ] {
            assert_eq!(heard.answer(), answer);
        }
    }
}
