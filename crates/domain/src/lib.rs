//! What a deployment is, and every decision made during one.
//!
//! Pure: no I/O, no clock, no async, no SDK. Read the modules in the order a release meets them.

pub mod name;
pub mod seconds;

pub mod policy;
pub mod service;
pub mod strategy;

pub mod release;
pub mod request;
pub mod waves;

pub mod desk;
pub mod freeze;
pub mod pile;
pub mod quarantine;

pub mod approval;
pub mod people;
pub mod plan;
pub mod platform;
pub mod preflight;

pub mod alert;
pub mod comparison;
pub mod evidence;
pub mod excerpt;
pub mod finding;
pub mod metric;
pub mod migration;
pub mod replica;
pub mod rollout;
pub mod verdict;

pub mod outlook;

pub mod marking;
pub mod measure;
pub mod outcome;
pub mod preserved;
pub mod record;

pub mod attribution;
pub mod sweep;
pub mod terraform;
pub mod trigger;
pub mod unwinding;

pub mod telling;

pub mod event;
pub mod failure;
pub mod secrets;
pub mod signal;

pub use failure::Failure;
