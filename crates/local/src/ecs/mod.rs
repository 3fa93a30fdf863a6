//! Our model of an ECS service and its service deployments: what ECS would do, and say, if it ran
//! here.
//!
//! [`Service`] is a pure state machine. It acts only by what it orders of a [plant](crate::plant)
//! ([`Service::orders`]), learns only what it is told ([`Service::observe`], with the time), and says
//! when it must be looked at again though nothing happened ([`Service::next_wake`]). Calls change
//! what is wanted; the next look makes it so. So a deployment is `PENDING` right after
//! [`Service::update`] and `ROLLBACK_REQUESTED` right after [`Service::stop`], as on AWS.
//!
//! # What AWS's pages say, and where
//!
//! - Stages, their order and their 24 hours, 30 days for a deployment, steps and their bake, of which
//!   the last is left out: *Amazon ECS linear deployments* (`deployment-type-linear`).
//! - Which stages are run once and which at every step (`POST_PRODUCTION_TRAFFIC_SHIFT` once), and
//!   where a pause may stand: *Lifecycle hooks for Amazon ECS service deployments*
//!   (`deployment-lifecycle-hooks`).
//! - What may be stopped, and what becomes of it: *Stopping Amazon ECS service deployments*
//!   (`stop-service-deployment`). `ABORT` is in the enumeration only.
//! - The circuit breaker is for rolling deployments (`API_DeploymentCircuitBreaker`). In the other
//!   strategies it is accepted and counts nothing: a green that never becomes healthy holds
//!   `SCALE_UP` for 24 hours, then ECS rolls back. Whoever wants it sooner stops the deployment.
//!
//! # What they leave open, and is assumed here
//!
//! - A newer deployment stops the one under way (`STOP_REQUESTED`, `STOPPED`; seen so on AWS for
//!   rolling deployments) without rolling it back. The newer one then finds more than one active
//!   revision, and its `RECONCILE_SERVICE` gives all traffic back to the last good one and takes
//!   away the rest.
//! - From `CLEAN_UP` on, green is the last good one.
//! - During a rollback the stage reads `PRODUCTION_TRAFFIC_SHIFT` until traffic is back, then
//!   `CLEAN_UP`. There is no stage of its own for it.
//! - Traffic goes back to a blue that kept its tasks as soon as one of them is healthy: waiting for
//!   the last one would leave users on the fleet that is being taken back. A blue that was already
//!   cleaned up must be whole again first.
//! - One hook told to roll back is enough; the others of its stage are not waited for.
//! - A rollback with nothing to go back to, as of a service's first deployment, is `ROLLBACK_FAILED`.
//! - The first deployment has no stages and no hooks.
//! - A failure that must not roll back (`rollback: false`) stops the deployment where it is.

mod advance;
mod configuration;
mod counts;
mod deployment;
mod describe;
mod error;
mod event;
mod failure;
mod fleets;
mod hook;
mod identity;
mod revision;
mod rollback;
mod rolling;
mod service;
mod stage;
mod staged;
mod status;
mod validate;

pub use configuration::{
    Alarms, Canary, CircuitBreaker, DeploymentConfiguration, Hook, HookAction, Linear, Strategy,
    Threshold,
};
pub use counts::Counts;
pub use deployment::Rollback;
pub use describe::{
    AlarmsReport, CircuitBreakerReport, CircuitBreakerStatus, ServiceDeployment, ServiceDescription,
};
pub use error::{ApiError, ErrorCode};
pub use event::{DetailType, EcsEvent};
pub use hook::{HookDetail, HookStatus};
pub use revision::{Revision, TaskDefinition};
pub use service::{CreateService, Service, StopType, UpdateService};
pub use stage::LifecycleStage;
pub use status::ServiceDeploymentStatus;

#[cfg(test)]
mod tests;
