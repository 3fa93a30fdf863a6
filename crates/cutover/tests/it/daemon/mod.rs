//! `cutover local` with real processes, asked as people and GitHub ask it.

mod asking;
mod crash;
mod host;
mod outlook;
mod prometheus;
mod webhook;
