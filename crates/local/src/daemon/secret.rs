//! Where a secret is: never in the configuration itself.

use std::fmt;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// Where a secret is found. It never stands in a configuration, which gets copied and committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum SecretSource {
    /// In an environment variable of this name.
    Environment(String),
    /// In a file, whose last line break does not count. Relative to the configuration.
    File(PathBuf),
}

impl SecretSource {
    /// The secret, or what is wrong and what would be right.
    pub(super) fn read(
        &self,
        home: &Path,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<String, (String, String)> {
        let secret = match self {
            Self::Environment(name) => environment(name).ok_or_else(|| {
                let what = format!("the environment variable `{name}` is not set");
                (what, format!("set it before the start: `export {name}=…`"))
            })?,
            Self::File(path) => {
                let path = home.join(path);
                let text = std::fs::read_to_string(&path).map_err(|error| {
                    let what = format!("{} cannot be read: {error}", path.display());
                    (what, "name a file that holds nothing but the secret".to_owned())
                })?;
                text.trim_end_matches(['\r', '\n']).to_owned()
            }
        };
        match secret.trim().is_empty() {
            true => Err(("the secret is empty".to_owned(), "give it a value".to_owned())),
            false => Ok(secret),
        }
    }
}

/// What whoever uses the API has to show.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A token that is this text.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// Whether `shown` is the token, in a time that tells nothing of where they differ.
    pub(crate) fn is(&self, shown: &str) -> bool {
        self.0.as_bytes().ct_eq(shown.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_found_where_it_is_said_to_be() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "hush\n").unwrap();
        let environment = |name: &str| (name == "SECRET").then(|| "quiet".to_owned());
        let read = |source: &SecretSource| source.read(folder.path(), environment);

        assert_eq!(read(&SecretSource::Environment("SECRET".into())).unwrap(), "quiet");
        assert_eq!(read(&SecretSource::File("secret".into())).unwrap(), "hush");
        let (what, remedy) = read(&SecretSource::Environment("OTHER".into())).unwrap_err();
        assert_eq!(what, "the environment variable `OTHER` is not set");
        assert_eq!(remedy, "set it before the start: `export OTHER=…`");
        assert!(read(&SecretSource::File("missing".into())).is_err());
    }

    #[test]
    fn only_the_token_is_the_token() {
        let token = Token::new("open sesame");

        assert!(token.is("open sesame"));
        assert!(!token.is("open sesam") && !token.is(""));
        assert_eq!(format!("{token:?}"), "Token(redacted)");
    }
}
