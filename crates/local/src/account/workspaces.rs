//! Workspaces of Terraform: kept in memory, or those of an HCP Terraform.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, OnceLock};

use domain::Failure;
use domain::terraform::{Run, RunStatus, Workspace};
use hcp::Hcp;
use parking_lot::Mutex;
use workflow::ports::{Standing, Workspaces};

use super::Account;
use super::world::World;
use crate::plant::Plant;

/// The workspaces of the account.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    /// Where no HCP Terraform has them.
    kept: Mutex<BTreeMap<Workspace, Room>>,
    hcp: OnceLock<Arc<Hcp>>,
}

#[derive(Debug, Clone, Default)]
struct Room {
    applying: Option<String>,
    state: Option<Arc<[u8]>>,
}

impl Rooms {
    fn standing(&self, workspace: &Workspace) -> Result<Standing, Failure> {
        let room = self.kept.lock().get(workspace).cloned();
        let Room { applying, .. } =
            room.ok_or_else(|| Failure::Refused(format!("there is no workspace {workspace}")))?;
        Ok(Standing { workspace: workspace.clone(), id: workspace.to_string(), applying })
    }

    fn state(&self, workspace: &Workspace, most: u64) -> Result<Option<Arc<[u8]>>, Failure> {
        let state = self.kept.lock().get(workspace).and_then(|room| room.state.clone());
        match state.as_ref().filter(|bytes| bytes.len() as u64 > most) {
            None => Ok(state),
            Some(_) => {
                Err(Failure::Refused(format!("the state of {workspace} is too large to be read")))
            }
        }
    }
}

impl<P: Plant> Workspaces for World<P> {
    async fn standing(&self, workspace: &Workspace) -> Result<Standing, Failure> {
        let answer = async {
            match self.0.workspaces.hcp.get() {
                Some(hcp) => hcp.standing(workspace).await,
                None => self.0.workspaces.standing(workspace),
            }
        };
        self.0.calls.make("workspaces.standing", answer).await
    }

    async fn state<T: Send + 'static>(
        &self,
        standing: &Standing,
        most: u64,
        reader: impl FnOnce(&mut dyn Read) -> T + Send + 'static,
    ) -> Result<Option<T>, Failure> {
        let answer = async {
            if let Some(hcp) = self.0.workspaces.hcp.get() {
                return hcp.state(standing, most, reader).await;
            }
            let state = self.0.workspaces.state(&standing.workspace, most)?;
            Ok(state.map(|bytes| reader(&mut &bytes[..])))
        };
        self.0.calls.make("workspaces.state", answer).await
    }
}

impl<P: Plant> Account<P> {
    /// Has the states of workspaces read at an HCP Terraform from now on. The first one stays.
    pub fn read_at(&self, hcp: Arc<Hcp>) {
        // A second one would be a mistake of ours.
        let _ = self.0.workspaces.hcp.set(hcp);
    }

    /// Writes the state of a workspace, where no HCP Terraform has it. Nobody is told.
    pub fn put_state(&self, workspace: &Workspace, state: &[u8]) {
        let mut kept = self.0.workspaces.kept.lock();
        kept.entry(workspace.clone()).or_default().state = Some(state.into());
    }

    /// Has a run of a workspace begin to change something, or end, and tells of it as HCP Terraform
    /// does.
    pub async fn run(&self, run: Run) -> Result<(), Failure> {
        let applying = (run.status == RunStatus::Applying).then(|| run.run.clone());
        self.0.workspaces.kept.lock().entry(run.of()).or_default().applying = applying;
        self.receive_run(run).await
    }
}
