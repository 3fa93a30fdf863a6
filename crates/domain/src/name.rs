//! Names that cannot be wrong: parsed once at the door, trusted after it.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Why a text is not the name it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not {expected}")]
pub struct NotAName {
    found: String,
    expected: &'static str,
}

/// Declares a text type that accepts only what `$valid` does.
macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $valid:path, $expected:literal, $pattern:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = NotAName;

            fn from_str(text: &str) -> Result<Self, NotAName> {
                Self::try_from(text.to_owned())
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAName;

            fn try_from(text: String) -> Result<Self, NotAName> {
                match $valid(&text) {
                    true => Ok(Self(text)),
                    false => Err(NotAName { found: shortened(text), expected: $expected }),
                }
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": $expected, "pattern": $pattern })
            }
        }
    };
}

name! {
    /// A service under Cutover. Short enough that an execution's name can carry it with a hash
    /// behind it (80 characters, see `StartExecution`).
    ServiceName, is_service_name,
    "a service name: 1 to 40 lower-case letters, digits and hyphens, starting with a letter",
    "^[a-z][a-z0-9-]{0,39}$"
}

name! {
    /// An image without tag or digest: `ghcr.io/acme/checkout`.
    Image, is_image,
    "an image such as \"ghcr.io/acme/checkout\", lower-case, without tag or digest",
    "^[a-z0-9.:-]+(/[a-z0-9._-]+)+$"
}

name! {
    /// An image's tag.
    ///
    /// Source: the OCI distribution specification, "Pulling manifests".
    Tag, is_tag,
    "a tag: up to 128 letters, digits, dots, hyphens and underscores",
    "^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$"
}

name! {
    /// The digest of an image's manifest: `sha256:` and 64 hexadecimal digits.
    Digest, is_digest,
    "a digest: \"sha256:\" and 64 lower-case hexadecimal digits",
    "^sha256:[0-9a-f]{64}$"
}

name! {
    /// One deployment: the name of the execution that carries it.
    DeploymentId, is_execution_name,
    "an execution name: 1 to 80 letters, digits, hyphens and underscores",
    "^[A-Za-z0-9_-]{1,80}$"
}

name! {
    /// A name that AWS gave: a service deployment, a service revision, a task definition.
    Arn, is_arn,
    "an ARN: \"arn:\", a partition, a service, a region, an account and a resource",
    "^arn:"
}

name! {
    /// A lifecycle hook's id within its service deployment.
    HookId, is_opaque,
    "an id of 1 to 512 printable characters",
    "^[!-~]{1,512}$"
}

name! {
    /// Step Functions' word for one waiting task: whoever shows it may answer for the task.
    ///
    /// Source: the API model, `TaskToken` (at most 2048 characters).
    CallbackToken, is_token,
    "a task token of 1 to 2048 printable characters",
    "^[!-~]{1,2048}$"
}

name! {
    /// A person in Slack, by the id that Slack gives: `U024BE7LH`.
    SlackUser, is_slack_user,
    "the id of a person in Slack such as \"U024BE7LH\": U or W, and capital letters and digits",
    "^[UW][A-Z0-9]{1,20}$"
}

name! {
    /// A repository at GitHub: `acme/checkout`.
    ///
    /// Source: the names that GitHub gives; others it answers with 404.
    Repository, is_repository,
    "a repository at GitHub such as \"acme/checkout\"",
    "^[A-Za-z0-9_-]{1,39}/[A-Za-z0-9._-]{1,100}$"
}

impl Repository {
    /// The name without its owner: `checkout`.
    pub fn short(&self) -> &str {
        self.0.split_once('/').map_or(&self.0, |(_, name)| name)
    }
}

impl Digest {
    /// Enough of it to tell it from others: twelve digits, as `docker` shows them.
    pub fn short(&self) -> &str {
        &self.0["sha256:".len()..][..12]
    }
}

impl Image {
    /// The image at exactly this digest: what a task definition carries.
    pub fn at(&self, digest: &Digest) -> String {
        format!("{self}@{digest}")
    }
}

fn is_service_name(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

fn is_image(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c);
    let mut parts = text.split('/');
    let registry = parts.next().unwrap_or_default();
    let mut path = parts.peekable();

    text.len() <= 255
        && !registry.is_empty()
        && registry.chars().all(|c| plain(c) || c == ':')
        && path.peek().is_some()
        && path.all(|part| !part.is_empty() && part.chars().all(plain))
}

fn is_tag(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.len() <= 128
        && text.starts_with(word)
        && text.chars().all(|c| word(c) || c == '.' || c == '-')
}

fn is_slack_user(text: &str) -> bool {
    text.strip_prefix(['U', 'W']).is_some_and(|rest| {
        (1..=20).contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    })
}

fn is_repository(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.split_once('/').is_some_and(|(owner, name)| {
        (1..=39).contains(&owner.len())
            && owner.chars().all(word)
            && (1..=100).contains(&name.len())
            && name.chars().all(|c| word(c) || c == '.')
            // These would be steps in the path of an address.
            && !matches!(name, "." | "..")
    })
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|hex| {
        hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn is_execution_name(text: &str) -> bool {
    (1..=80).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_arn(text: &str) -> bool {
    text.len() <= 2048
        && text.starts_with("arn:")
        && text.split(':').count() >= 6
        && text.chars().all(|c| c.is_ascii_graphic())
}

fn is_opaque(text: &str) -> bool {
    (1..=512).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic())
}

fn is_token(text: &str) -> bool {
    (1..=2048).contains(&text.len()) && text.chars().all(|c| c.is_ascii_graphic())
}

/// An error message is no place for a million characters.
pub(crate) fn shortened(text: String) -> String {
    beginning(text, 80)
}

/// The first so many characters of a text: what somebody sent may be a megabyte of anything.
pub(crate) fn beginning(text: String, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text,
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_they_should_be_or_are_refused() {
        let digest = format!("sha256:{}", "0a".repeat(32));
        assert!(digest.parse::<Digest>().is_ok_and(|d| d.short() == "0a0a0a0a0a0a"));
        assert!("ghcr.io/acme/checkout".parse::<Image>().is_ok());
        assert!("localhost:5000/a/b/c".parse::<Image>().is_ok());
        assert!("v1.2.3-rc.1".parse::<Tag>().is_ok());

        for (wrong, refused) in [
            (digest.to_uppercase(), digest.to_uppercase().parse::<Digest>().is_err()),
            ("sha256:12".into(), "sha256:12".parse::<Digest>().is_err()),
            ("Ghcr.io/a/b".into(), "Ghcr.io/a/b".parse::<Image>().is_err()),
            ("ghcr.io".into(), "ghcr.io".parse::<Image>().is_err()),
            ("ghcr.io//b".into(), "ghcr.io//b".parse::<Image>().is_err()),
            ("-v1".into(), "-v1".parse::<Tag>().is_err()),
            (String::new(), "".parse::<Tag>().is_err()),
            ("1shop".into(), "1shop".parse::<ServiceName>().is_err()),
            ("a b".into(), "a b".parse::<DeploymentId>().is_err()),
            ("mia".into(), "mia".parse::<SlackUser>().is_err()),
            ("U".into(), "U".parse::<SlackUser>().is_err()),
            ("acme".into(), "acme".parse::<Repository>().is_err()),
            ("acme/..".into(), "acme/..".parse::<Repository>().is_err()),
            ("acme/a/b".into(), "acme/a/b".parse::<Repository>().is_err()),
        ] {
            assert!(refused, "{wrong:?} was accepted");
        }
    }

    #[test]
    fn a_refusal_says_what_would_be_right_and_stays_short() {
        let error = "x!".repeat(1_000_000).parse::<Tag>().expect_err("too long").to_string();
        assert!(error.contains("is not a tag: up to 128 letters"), "{error}");
        assert!(error.len() < 250);
    }
}
