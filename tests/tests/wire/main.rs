//! The deployment over the wire: function binaries as processes, the SDK they were built with, and
//! services that they reach by HTTP.

mod chain;
mod going_back;
mod lost;
mod people;
mod preflight;
mod queue;
mod replicas;
mod taken_back;
mod terraform;

mod calls;

mod record;
mod stage;
mod story;

mod ecs;
mod ghcr;
mod github;
mod listener;
