//! The adapters that look at and change the fleet, against a scripted AWS.

#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "each test binary uses its part of the script")]
mod support;

mod alarms;
mod balancer;
mod ecs;
mod errors;
mod logs;
mod metrics;
mod readings;
mod replicas;
mod roles;
mod routing;
mod signature;
