//! `cutover local` with real processes, asked as people and GitHub ask it.

mod asking;
mod crash;
#[path = "../../../../github/tests/deployments/github.rs"]
#[expect(dead_code, reason = "its other tests ask it for more")]
mod forge;
mod host;
mod measures;
mod migrating;
mod outlook;
mod presses;
mod prometheus;
#[path = "../../../../hcp/tests/states/terraform.rs"]
#[expect(dead_code, reason = "its other tests ask it for more")]
mod rooms;
mod runs;
mod shown;
#[path = "../../../../../tests/tests/wire/slack.rs"]
mod slack;
mod webhook;
