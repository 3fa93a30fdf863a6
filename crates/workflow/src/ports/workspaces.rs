//! States that are not objects.

use std::io::Read;

use domain::Failure;
use domain::terraform::Workspace;

/// The workspaces of Terraform: HCP Terraform, or Terraform Enterprise.
pub trait Workspaces {
    /// How a workspace stands. [`Failure::Refused`] if there is none that we may read.
    async fn standing(&self, workspace: &Workspace) -> Result<Standing, Failure>;
    /// What `reader` makes of the newest state of a workspace, if it has one, which is handed to it
    /// piece by piece, as [`Objects::stream`](super::Objects::stream) does.
    async fn state<T: Send + 'static>(
        &self,
        standing: &Standing,
        most: u64,
        reader: impl FnOnce(&mut dyn Read) -> T + Send + 'static,
    ) -> Result<Option<T>, Failure>;
}

/// How a workspace stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which workspace.
    pub workspace: Workspace,
    /// By what its state is asked for: `ws-qPhan8kDLymzv2uS`.
    pub id: String,
    /// The run that changes something now.
    pub applying: Option<String>,
}
