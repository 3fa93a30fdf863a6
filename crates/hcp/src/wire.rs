//! What HCP Terraform answers, with only what we read of it.
//!
//! Sources: <https://developer.hashicorp.com/terraform/cloud-docs/api-docs/workspaces>, "Show
//! workspace"; `…/api-docs/run`, "Get run details"; `…/api-docs/state-versions`, "Fetch the Current
//! State Version for a Workspace".

use serde::Deserialize;

/// An answer, in the shape of JSON:API.
#[derive(Deserialize)]
pub(crate) struct Document<T> {
    pub(crate) data: T,
}

#[derive(Deserialize)]
pub(crate) struct Workspace {
    pub(crate) id: String,
    #[serde(default)]
    relationships: Relationships,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Relationships {
    #[serde(default)]
    current_run: Option<Relationship>,
}

#[derive(Deserialize)]
struct Relationship {
    data: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

impl Workspace {
    /// The run that has its turn, or had it last.
    pub(crate) fn run(self) -> Option<String> {
        Some(self.relationships.current_run?.data?.id)
    }
}

#[derive(Deserialize)]
pub(crate) struct Run {
    pub(crate) attributes: RunAttributes,
}

#[derive(Deserialize)]
pub(crate) struct RunAttributes {
    pub(crate) status: String,
}

#[derive(Deserialize)]
pub(crate) struct StateVersion {
    pub(crate) attributes: StateAttributes,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct StateAttributes {
    pub(crate) hosted_state_download_url: Option<String>,
}
