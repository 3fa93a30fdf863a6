//! The cold start of a function of ours beside the same step in Node and in Python.
//!
//! `cargo bench -p benches --bench cold_start`, on a machine that does nothing else; with
//! `-- --runs 3` for a first look, with `-- --each` for every function, too. It ends with exit code 1 if a goal is missed, and with 2 if
//! nothing could be measured. What is compared, and why that is fair: `benches/cold-start/README.md`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints what it found")]

mod each;
mod ledger;
mod peers;
mod race;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use benches::comparison::Goal;

/// First event, memory, first answer: what a rewrite has to be worth.
const GOALS: [Goal; 3] = [
    Goal { what: "asks for its first event sooner", wanted: 20.0 },
    Goal { what: "holds less memory then", wanted: 6.0 },
    Goal { what: "has answered its first event sooner", wanted: 10.0 },
];

/// Starts of each, unless `--runs` says otherwise.
const RUNS: usize = 20;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match compare().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            eprintln!("nothing was measured: {why}");
            ExitCode::from(2)
        }
    }
}

/// Measures all of them, tells, and answers whether every goal was reached.
async fn compare() -> Result<bool, String> {
    let Wanted { runs, each } = wanted(std::env::args().skip(1))?;
    let target = target()?;
    let runners = [peers::rust(&target)?, peers::node(&target)?, peers::python(&target)?];

    let ledger = ledger::Ledger::open().await;
    let measured = race::run(&runners, &ledger, runs).await?;

    println!("\nresume: {runs} cold starts of each, in turn; least / median / most\n");
    println!("{}\n", table::table(&measured));
    let (lines, reached) = table::goals(&measured, &GOALS)?;
    println!("{lines}");
    if each {
        println!("\nevery function: {runs} cold starts of each, in turn; least / median / most\n");
        println!("{}", each::measured(&target, &ledger, runs).await?);
    }
    Ok(reached)
}

/// What is asked for.
struct Wanted {
    /// So many starts of each.
    runs: usize,
    /// All functions, beside the one that is compared.
    each: bool,
}

/// Reads the command line. Cargo itself says `--bench`.
fn wanted(mut arguments: impl Iterator<Item = String>) -> Result<Wanted, String> {
    let mut wanted = Wanted { runs: RUNS, each: false };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => {}
            "--each" => wanted.each = true,
            "--runs" => {
                let number = arguments.next().and_then(|number| number.parse().ok());
                wanted.runs = number
                    .filter(|number| (1..=1000).contains(number))
                    .ok_or("`--runs` takes a number from 1 to 1000")?;
            }
            other => {
                return Err(format!(
                    "there is no `{other}`: it takes `--runs <number>` and `--each`"
                ));
            }
        }
    }
    Ok(wanted)
}

/// Where cargo builds to: this program is in `<target>/<profile>/deps`.
fn target() -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = program.ancestors().nth(3).map(Path::to_path_buf);
    target.ok_or_else(|| format!("{} is not below cargo's target folder", program.display()))
}
