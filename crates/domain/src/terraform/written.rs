//! What of a state counts, and how a service document writes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Backend, Workspace};

/// What of a Terraform state a service stands on. What is not named here is not read. The state is in
/// S3 (`bucket` and `key`), or in HCP Terraform (`organization` and `workspace`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Written", into = "Written")]
pub struct Terraform {
    /// Where the state is.
    pub backend: Backend,
    /// The output that is the ARN of the task definition.
    pub template: Option<String>,
    /// Outputs that tell of the data layer.
    pub outputs: Vec<String>,
    /// Addresses of resources that the service cannot do without.
    pub resources: Vec<String>,
}

impl Terraform {
    /// Where the state is, for people.
    pub fn address(&self) -> String {
        self.backend.to_string()
    }

    /// What does not make sense though each field is well formed: where, and what would be right.
    pub(crate) fn nonsense(&self) -> Vec<(&'static str, String)> {
        let mut mistakes = self.backend.nonsense();
        if self.template.is_none() && self.outputs.is_empty() && self.resources.is_empty() {
            let what = "say what the service stands on: `template`, `outputs` or `resources`";
            mistakes.push(("", what.to_owned()));
        }
        mistakes
    }
}

/// As it stands in a document.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Terraform", extend("oneOf" = places()))]
struct Written {
    /// The bucket of the state.
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket: Option<String>,
    /// Its key; beside it is the lock, `<key>.tflock`. Other workspaces are below
    /// `env:/<workspace>/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// The organization of the workspace, in the HCP Terraform or Terraform Enterprise that Cutover
    /// may ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    /// The workspace, by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    workspace: Option<String>,
    /// The output that is the ARN of the task definition, from which Terraform wants the service to
    /// run: when it changes, what serves is deployed again on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    /// Outputs that tell of the data layer, such as the address of a database: a change is told, and
    /// the read replicas of `checks.replicas` are asked whether they keep up.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    outputs: Vec<String>,
    /// Addresses of resources that the service cannot do without:
    /// `module.shop.aws_lb_listener.production`, `aws_lb_target_group.green[0]`. When one is
    /// destroyed or replaced the service is frozen.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<String>,
}

/// That the one place is said whole, and the other one not at all.
fn places() -> Value {
    let text = || json!({ "type": "string" });
    let none = || json!({ "type": "null" });
    json!([
        {
            "required": ["bucket", "key"],
            "properties": {
                "bucket": text(), "key": text(), "organization": none(), "workspace": none()
            }
        },
        {
            "required": ["organization", "workspace"],
            "properties": {
                "bucket": none(), "key": none(), "organization": text(), "workspace": text()
            }
        }
    ])
}

impl TryFrom<Written> for Terraform {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { bucket, key, organization, workspace, template, outputs, resources } =
            written;
        let backend = match (bucket, key, organization, workspace) {
            (Some(bucket), Some(key), None, None) => Backend::S3 { bucket, key },
            (None, None, Some(organization), Some(name)) => {
                Backend::Hcp(Workspace { organization, name })
            }
            (Some(_), None, None, None) => return Err("the state is in S3: say its `key`, too"),
            (None, Some(_), None, None) => return Err("the state is in S3: say its `bucket`, too"),
            (None, None, Some(_), None) => {
                return Err("the state is in HCP Terraform: say its `workspace`, too");
            }
            (None, None, None, Some(_)) => {
                return Err("the state is in HCP Terraform: say its `organization`, too");
            }
            (None, None, None, None) => {
                return Err(
                    "say where the state is: `bucket` and `key` in S3, or `organization` and `workspace` in HCP Terraform",
                );
            }
            _ => {
                return Err(
                    "the state is in one place: in S3 (`bucket` and `key`) or in HCP Terraform (`organization` and `workspace`)",
                );
            }
        };
        Ok(Self { backend, template, outputs, resources })
    }
}

impl From<Terraform> for Written {
    fn from(terraform: Terraform) -> Self {
        let Terraform { backend, template, outputs, resources } = terraform;
        let written = Self { template, outputs, resources, ..Self::default() };
        match backend {
            Backend::S3 { bucket, key } => Self { bucket: Some(bucket), key: Some(key), ..written },
            Backend::Hcp(Workspace { organization, name }) => {
                Self { organization: Some(organization), workspace: Some(name), ..written }
            }
        }
    }
}
