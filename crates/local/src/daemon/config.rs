//! What `cutover local --config FILE` reads.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use domain::name::{Image, Tag};
use domain::seconds::Seconds;
use domain::service::ServiceDocument;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::secret::SecretSource;
use crate::alarms::{AlarmDefinition, Mistakes};
use crate::processes::Artifact;
use crate::real::ServiceSettings;

/// An account on this machine: what `cutover local` reads. Every path is relative to the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the webhook and the API listen. Port 0 is any free one.
    #[serde(default = "default_listen")]
    #[schemars(with = "String")]
    pub listen: SocketAddr,
    /// The file that remembers everything over a restart. It is made if there is none.
    pub state: PathBuf,
    /// Where the secrets are that GitHub signs its webhook with: one, or two while it is being
    /// changed. Without any, every delivery is refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 2))]
    pub webhook_secrets: Vec<SecretSource>,
    /// Where the bearer tokens are that Alertmanager shows: one, or two while it is being changed.
    /// Without any, nothing that it tells is believed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 2))]
    pub alert_tokens: Vec<SecretSource>,
    /// Where the secrets are that Slack signs its requests with: one, or two while it is being
    /// changed. Without any, messages have no buttons, and no command is heard.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 2))]
    pub slack_signing_secrets: Vec<SecretSource>,
    /// Where the tokens are that HCP Terraform signs its notifications with: one, or two while it is
    /// being changed. Without any, no run that it tells of is believed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 2))]
    pub hcp_signing_secrets: Vec<SecretSource>,
    /// Where the token is that the API asks for. Needed where others than this machine can connect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_token: Option<SecretSource>,
    /// The images of this machine, by repository and tag. They are put into its registry at each
    /// start.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub images: BTreeMap<Image, BTreeMap<Tag, Artifact>>,
    /// The services.
    #[schemars(length(min = 1))]
    pub services: Vec<ServiceConfig>,
    /// The alarms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<AlarmDefinition>,
    /// The read replicas that service documents name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replicas: Vec<ReplicaConfig>,
}

/// A streaming replica of a PostgreSQL database, and how both are reached. Whoever connects needs to
/// be a member of `pg_monitor`. There is no TLS here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplicaConfig {
    /// The name by which documents ask for it.
    pub name: String,
    /// Where the connection string of the primary is: `postgres://user:password@host/database`.
    pub primary: SecretSource,
    /// Where that of the replica is.
    pub replica: SecretSource,
    /// How often both are asked. Five good answers in a row are needed.
    #[serde(default = "five_seconds")]
    pub every: Seconds,
}

/// One service, and how it stands on this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceConfig {
    /// The service document, or the path of its file.
    pub document: DocumentSource,
    /// The tag it begins with, the first time.
    pub first: Tag,
    /// How many tasks it begins with.
    #[serde(default = "two")]
    #[schemars(range(min = 1, max = 100))]
    pub tasks: u32,
    /// Its listeners, health check and time limits.
    #[serde(default = "no_settings")]
    pub settings: ServiceSettings,
}

/// A service document, or where it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum DocumentSource {
    /// In a file.
    File(PathBuf),
    /// Here. It is read as a file is, so that its mistakes are told in the same words.
    Inline(Value),
}

impl<'de> Deserialize<'de> for DocumentSource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(path) => Ok(Self::File(path.into())),
            document @ Value::Object(_) => Ok(Self::Inline(document)),
            _ => Err(D::Error::custom("expected a service document, or the path of its file")),
        }
    }
}

impl JsonSchema for DocumentSource {
    fn schema_name() -> Cow<'static, str> {
        "DocumentSource".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "description": "A service document, or the path of its file.",
            "anyOf": [{ "type": "string" }, generator.subschema_for::<ServiceDocument>()]
        })
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path} cannot be read: {error}")]
    File {
        /// Which file.
        path: String,
        /// Why not.
        #[source]
        error: std::io::Error,
    },
    /// It is no JSON, or a field is not what it should be.
    #[error("{}{what}", .field.as_ref().map(|field| format!("at `{field}`: ")).unwrap_or_default())]
    Unreadable {
        /// The path of the field; `None` where it is no JSON at all.
        field: Option<String>,
        /// What is wrong there, and what was expected.
        what: String,
    },
    /// It can be read and makes no sense. All mistakes, one a line.
    #[error("{0}")]
    Mistakes(#[from] Mistakes),
}

impl Config {
    /// Reads a configuration from a file. The answer's second part is the folder that its paths are
    /// relative to.
    pub fn open(path: &Path) -> Result<(Self, PathBuf), ConfigError> {
        let read = std::fs::read_to_string(path).and_then(|text| {
            let home = path.parent().filter(|home| !home.as_os_str().is_empty());
            Ok((text, std::path::absolute(home.unwrap_or(Path::new(".")))?))
        });
        let (text, home) =
            read.map_err(|error| ConfigError::File { path: path.display().to_string(), error })?;
        Ok((Self::read(&text)?, home))
    }

    /// Reads a configuration.
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`] with the path of the field and what was expected. Whether what
    /// was read makes sense is found out by [`super::Setup::of`].
    pub fn read(text: &str) -> Result<Self, ConfigError> {
        let mut json = serde_json::Deserializer::from_str(text);
        let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let field = Some(error.path().to_string()).filter(|path| path != ".");
            ConfigError::Unreadable { field, what: error.into_inner().to_string() }
        })?;
        json.end()
            .map_err(|error| ConfigError::Unreadable { field: None, what: error.to_string() })?;
        Ok(read)
    }
}

fn default_listen() -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, 8420))
}

fn five_seconds() -> Seconds {
    Seconds(5)
}

fn two() -> u32 {
    2
}

fn no_settings() -> ServiceSettings {
    ServiceSettings::named("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreadable(text: &str) -> String {
        Config::read(text).expect_err(text).to_string()
    }

    #[test]
    fn a_short_configuration_says_enough() {
        let config = Config::read(
            r#"{ "state": "cutover.redb",
                 "services": [{ "document": "checkout.json", "first": "v1.0.0" }] }"#,
        )
        .unwrap();

        assert_eq!(config.listen, "127.0.0.1:8420".parse().unwrap());
        assert_eq!(config.services[0].tasks, 2);
        assert_eq!(config.services[0].document, DocumentSource::File("checkout.json".into()));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_path() {
        for (wrong, told) in [
            ("{", "EOF while parsing an object at line 1 column 1"),
            (r#"{ "state": 1 }"#, "at `state`: invalid type: integer `1`"),
            (
                r#"{ "states": "a" }"#,
                "at `states`: unknown field `states`, expected one of `listen`",
            ),
            (r#"{ "state": "a" }"#, "missing field `services`"),
            (
                r#"{ "state": "a", "services": [{ "document": 1 }] }"#,
                "at `services[0].document`: expected a service document, or the path of its file",
            ),
            (
                r#"{ "state": "a", "services": [{ "document": "a", "first": "-" }] }"#,
                r#"at `services[0].first`: "-" is not a tag"#,
            ),
            (
                r#"{ "state": "a", "services": [], "webhook_secrets": ["hush"] }"#,
                "at `webhook_secrets[0]`: unknown variant `hush`, expected `environment` or `file`",
            ),
            (
                r#"{ "state": "a", "services": [], "images": { "Ghcr.io/a": {} } }"#,
                "is not an image such as",
            ),
        ] {
            let error = unreadable(wrong);
            assert!(error.contains(told), "{wrong}\n  {error}");
        }
    }
}
