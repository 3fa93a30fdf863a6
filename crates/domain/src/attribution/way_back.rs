//! The way back to an earlier release.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::target::Target;
use crate::desk::Desk;
use crate::name::DeploymentId;
use crate::quarantine::Quarantine;
use crate::request::{Cause, Request};

/// An earlier release that is deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WayBack {
    /// The name of its execution: one for each deployment that is left, so that an alarm which
    /// rings again, or a second press of a button, begins no second one.
    pub name: DeploymentId,
    /// Its input.
    pub input: Request,
    /// The deployment that is left.
    pub left: Option<DeploymentId>,
    /// What is left, and is not to come again.
    pub quarantine: Option<Quarantine>,
}

impl WayBack {
    /// The same way back, tried once more after it came to nothing so many times.
    #[must_use]
    pub fn attempt(self, attempt: u32) -> Self {
        Self { name: self.input.way_back(self.left.as_ref(), attempt), ..self }
    }
}

pub(super) fn way_back(
    desk: &Desk,
    target: Target,
    by: Option<String>,
    reason: Option<String>,
    quarantine: Option<Quarantine>,
    now: Timestamp,
) -> WayBack {
    let request = Request {
        service: desk.service.clone(),
        tag: target.tag,
        digest: target.digest,
        template: None,
        cause: Cause::Rollback,
        by,
        at: Some(now),
        hotfix: false,
        fix_forward: None,
        reason,
    };
    let left = desk.deployed.as_ref().map(|it| it.deployment.clone());
    WayBack { name: request.way_back(left.as_ref(), 0), left, input: request, quarantine }
}
