//! The commands, one file each.

mod approve;
mod check;
mod demo;
mod deploy;
mod execute;
mod freeze;
mod history;
mod local;
mod measures;
mod plan;
mod push;
mod quarantine;
mod release_quarantine;
mod replay;
mod rollback;
mod schema;
mod status;
mod stop;
pub(crate) mod validate;

use clap::{Parser, Subcommand};

/// Deploy container images by blue/green, judged by checks, taken back by alarms
///
/// An image that is pushed becomes a deployment on Amazon ECS: green is started beside blue, asked
/// whether it works, given the traffic, watched, and taken back when an alarm rings. The same state
/// machines run on AWS, on one machine, and in simulation.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 it is done, or it is right; 1 it did not succeed; 2 the input or the command line is wrong.
Colours are shown on terminals; NO_COLOR=1 turns them off.";

/// What can be asked of `cutover`.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(demo::Demo),
    Local(local::Local),
    Plan(plan::Plan),
    Deploy(deploy::Deploy),
    Rollback(rollback::Rollback),
    Stop(stop::Stop),
    Approve(approve::Approve),
    Freeze(freeze::Freeze),
    Thaw(freeze::Thaw),
    Status(status::Status),
    History(history::History),
    Measures(measures::Measures),
    Quarantine(quarantine::Quarantine),
    ReleaseQuarantine(release_quarantine::ReleaseQuarantine),
    Push(push::Push),
    Execute(execute::Execute),
    Replay(replay::Replay),
    Check(check::Check),
    Validate(validate::Validate),
    Schema(schema::Schema),

    /// Be the reference service `checkout`, told by its environment
    #[command(hide = true)]
    ServiceCheckout {
        /// Nothing to serve, or `migrate`
        words: Vec<String>,
    },
    /// Be the reference service `catalog`, told by its environment
    #[command(hide = true)]
    ServiceCatalog {
        /// Nothing to serve, or `migrate`
        words: Vec<String>,
    },
}
