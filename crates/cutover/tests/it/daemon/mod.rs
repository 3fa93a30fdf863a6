//! `cutover local` with real processes, asked as people and GitHub ask it.

mod asking;
mod crash;
mod host;
mod migrating;
mod prometheus;
mod webhook;
