//! What an image is on this machine.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// A command that stands for an image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// The program and its arguments. It is to serve HTTP on `127.0.0.1` at the port in `PORT`.
    pub command: Vec<String>,
    /// What its environment holds besides `PORT`, `CUTOVER_TASK`, `CUTOVER_SERVICE`,
    /// `CUTOVER_IMAGE`, and `PATH`, `HOME`, `TMPDIR`, `TZ`, `LANG` of ours.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Where it runs; by default where we do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory: Option<PathBuf>,
}

/// Who a task is; it learns this from its environment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Identity<'a> {
    /// The task's id, unique forever: what is left of it is found by this.
    pub(crate) task: &'a str,
    /// The service's name.
    pub(crate) service: &'a str,
    /// The image, by digest.
    pub(crate) image: &'a str,
    /// The port it is to listen on.
    pub(crate) port: u16,
}
