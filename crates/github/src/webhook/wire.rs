//! The bodies as GitHub writes them, with only what we read.
//!
//! Next to nothing is required: GitHub's schema lets most of a package be null, and the metadata
//! be left out (<https://github.com/octokit/webhooks>, `payload-schemas/api.github.com/package`).

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Refusal;

#[derive(Debug, Deserialize)]
pub(super) struct Ping {
    pub(super) zen: Option<String>,
}

/// The body of `package` and `registry_package`, which differ in one name.
#[derive(Debug, Deserialize)]
pub(super) struct PackageEvent {
    pub(super) action: String,
    pub(super) package: Option<Package>,
    pub(super) registry_package: Option<Package>,
    pub(super) repository: Option<Repository>,
    pub(super) sender: Option<User>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Package {
    pub(super) name: Option<String>,
    #[serde(rename = "package_type")]
    pub(super) kind: Option<String>,
    pub(super) owner: Option<User>,
    pub(super) updated_at: Option<String>,
    #[serde(rename = "package_version")]
    pub(super) version: Option<Version>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Version {
    /// Of a container, the digest of its manifest.
    #[serde(rename = "version")]
    pub(super) digest: Option<String>,
    pub(super) package_url: Option<String>,
    pub(super) created_at: Option<String>,
    pub(super) updated_at: Option<String>,
    pub(super) author: Option<User>,
    pub(super) container_metadata: Option<ContainerMetadata>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ContainerMetadata {
    pub(super) tag: Option<Tag>,
    /// An object of texts, with the rest in `all_labels`. Anything else means no labels.
    #[serde(default)]
    pub(super) labels: Value,
}

#[derive(Debug, Deserialize)]
pub(super) struct Tag {
    pub(super) name: Option<String>,
    pub(super) digest: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) login: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Repository {
    pub(super) full_name: Option<String>,
}

/// Reads a body, or says which field is not as expected.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refusal> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        // The path of the body itself, and of a body that is not JSON, is a lone dot.
        let path = if path == "." { "body".to_owned() } else { path };
        Refusal::unreadable(path, error.into_inner().to_string())
    })?;
    json.end().map_err(|error| Refusal::unreadable("body", error.to_string()))?;
    Ok(read)
}
