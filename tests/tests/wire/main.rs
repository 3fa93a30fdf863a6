//! The deployment over the wire: function binaries as processes, the SDK they were built with, and
//! services that they reach by HTTP.

mod chain;
mod going_back;
mod lost;
mod migration;
mod people;
mod preflight;
mod presses;
mod queue;
mod replicas;
mod taken_back;
mod telling;
mod terraform;

mod calls;

mod record;
mod stage;
mod story;
mod wiring;

mod ecs;
#[path = "../../../crates/github/tests/deployments/github.rs"]
#[expect(dead_code, reason = "its other tests ask it for more")]
mod forge;
mod ghcr;
mod github;
mod listener;
#[path = "../../../crates/hcp/tests/states/terraform.rs"]
mod rooms;
mod slack;
