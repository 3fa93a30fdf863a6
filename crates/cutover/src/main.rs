//! `cutover`: the command line.
//!
//! One file per command in [`commands`]; what went wrong is told by [`problem`], in one place, and
//! everything that is written goes through [`console`].

mod chronicle;
mod commands;
mod console;
mod definition;
mod demo;
mod following;
mod installation;
mod preview;

mod problem;
#[cfg(test)]
mod robustness;
mod server;
mod source;
mod tally;
mod telling;

use std::process::ExitCode;

use clap::Parser;

use commands::{Cli, Command};
use console::Console;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut console = Console::standard();

    let end = match cli.command {
        Command::Demo(demo) => demo.run(&mut console),
        Command::Check(check) => check.run(&mut console),
        Command::Execute(execute) => execute.run(&mut console),
        Command::Deploy(deploy) => deploy.run(&mut console),
        Command::History(history) => history.run(&mut console),
        Command::Measures(measures) => measures.run(&mut console),
        Command::Local(local) => local.run(&mut console),
        Command::Plan(plan) => plan.run(&mut console),
        Command::Push(push) => push.run(&mut console),
        Command::Approve(approve) => approve.run(&mut console),
        Command::Freeze(freeze) => freeze.run(&mut console),
        Command::Thaw(thaw) => thaw.run(&mut console),
        Command::Quarantine(quarantine) => quarantine.run(&mut console),
        Command::ReleaseQuarantine(release) => release.run(&mut console),
        Command::Replay(replay) => replay.run(&mut console),
        Command::Rollback(rollback) => rollback.run(&mut console),
        Command::Schema(schema) => schema.run(&mut console),
        Command::Status(status) => status.run(&mut console),
        Command::Stop(stop) => stop.run(&mut console),
        Command::Validate(validate) => validate.run(&mut console),

        Command::ServiceCatalog { words } => return chassis::run::<catalog::Catalog>(words),
        Command::ServiceCheckout { words } => return chassis::run::<checkout::Checkout>(words),
    };

    console.conclude(end)
}
