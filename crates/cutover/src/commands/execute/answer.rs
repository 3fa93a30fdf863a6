//! What an execution came to.

use asl::script::SCRIPT_ENDED;
use asl::{Execution, HistoryEvent, Outcome, Status};
use clap::builder::styling::AnsiColor;
use domain::seconds::Seconds;
use serde_json::{Value, json};

use crate::console::Console;
use crate::problem::{Trouble, visible};
use crate::tally::count;

/// What a program reads.
pub(super) fn json(execution: &Execution, outcome: &Outcome) -> Value {
    json!({
        "status": outcome.status.as_str(),
        "output": outcome.output,
        "error": outcome.error,
        "cause": outcome.cause,
        "path": execution.path(),
        "transitions": execution.transitions(),
    })
}

/// What a person reads.
pub(super) fn tell(
    execution: &Execution,
    outcome: &Outcome,
    console: &mut Console,
) -> Result<(), Trouble> {
    let good = outcome.status == Status::Succeeded;
    let colour = if good { AnsiColor::Green } else { AnsiColor::Red };
    let style = colour.on_default().bold();
    let last = execution.history().last().map(HistoryEvent::timestamp);
    let began = execution.identity().start;
    let took = Seconds::between(began, last.unwrap_or(began));

    console.line(format_args!(
        "{style}{}{style:#} after {took}, {}",
        outcome.status,
        count(execution.transitions(), "state transition")
    ))?;
    if let Some(output) = &outcome.output {
        console.line(format_args!("{output:#}"))?;
    }
    if let Some(error) = &outcome.error {
        console.line(format_args!("error: {}", visible(error)))?;
    }
    if let Some(cause) = outcome.cause.as_deref().filter(|cause| !cause.is_empty()) {
        console.line(format_args!("cause: {}", visible(cause)))?;
    }
    if outcome.error.as_deref() == Some(SCRIPT_ENDED) {
        console.line("help: give the state one more answer in the file of --tasks")?;
    }
    Ok(())
}
