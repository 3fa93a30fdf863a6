//! `cutover local` with real processes, asked as people and GitHub ask it.

mod asking;
mod crash;
mod host;
mod migrating;
mod outlook;
mod presses;
mod prometheus;
#[path = "../../../../../tests/tests/wire/slack.rs"]
mod slack;
mod webhook;
