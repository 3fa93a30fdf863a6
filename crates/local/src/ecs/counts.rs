//! How one revision stands.

use serde::{Deserialize, Serialize};

use super::fleets::Fleets;
use super::identity::Identity;
use super::revision::RevisionNumber;
use crate::plant::Share;

/// One revision within a service or a deployment: what is asked of it and what stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// The service revision's ARN.
    pub arn: String,
    /// Tasks ordered.
    pub requested_task_count: u32,
    /// Tasks that run, healthy or not.
    pub running_task_count: u32,
    /// Tasks that start.
    pub pending_task_count: u32,
    /// Its share of the test listener.
    pub requested_test_traffic_weight: Share,
    /// Its share of production traffic.
    pub requested_production_traffic_weight: Share,
}

/// How a revision stands among the fleets of its service.
pub(super) fn counts(revision: RevisionNumber, identity: &Identity, fleets: &Fleets) -> Counts {
    let fleet = fleets.of(revision);
    Counts {
        arn: identity.revision_arn(revision.0),
        requested_task_count: fleet.map_or(0, |fleet| fleet.tasks),
        running_task_count: fleet.map_or(0, |fleet| fleet.seen.running),
        pending_task_count: fleet.map_or(0, |fleet| fleet.seen.pending),
        requested_test_traffic_weight: fleets.test_share(revision),
        requested_production_traffic_weight: fleets.production_share(revision),
    }
}
