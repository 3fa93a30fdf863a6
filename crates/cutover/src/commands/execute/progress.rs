//! An execution told as it goes: which state was entered when, and what failed there.

use std::collections::HashMap;
use std::io;

use asl::{HistoryEvent, Machine};
use clap::builder::styling::{AnsiColor, Style};
use domain::seconds::Seconds;
use jiff::Timestamp;
use serde_json::Value;

use crate::console::Console;
use crate::problem::visible;

const TIME: Style = Style::new().dimmed();
const FAILURE: Style = AnsiColor::Yellow.on_default();

/// How much of an error's cause fits into a line.
const CAUSE: usize = 120;

/// Tells each event once.
pub(super) struct Progress {
    began: Timestamp,
    /// How deep each state lies within Parallel and Map states.
    depths: HashMap<String, usize>,
    told: u64,
}

impl Progress {
    pub(super) fn of(machine: &Machine, began: Timestamp) -> Self {
        let mut depths = HashMap::new();
        // A state follows the one it lies in.
        for state in machine.states() {
            let outer = state.parent().and_then(|parent| depths.get(parent)).copied();
            depths.insert(state.name().to_owned(), outer.map_or(0, |outer| outer + 1));
        }
        Self { began, depths, told: 0 }
    }

    /// Tells what is new among `events`.
    pub(super) fn tell(
        &mut self,
        events: &[HistoryEvent],
        console: &mut Console,
    ) -> io::Result<()> {
        for event in events.iter().filter(|event| event.id() > self.told) {
            if let Some(line) = self.line(event) {
                let time = Seconds::between(self.began, event.timestamp()).to_string();
                console.line(format_args!("{TIME}{time:>8}{TIME:#}  {line}"))?;
            }
        }
        self.told = events.last().map_or(self.told, HistoryEvent::id);
        Ok(())
    }

    fn line(&self, event: &HistoryEvent) -> Option<String> {
        let kind = event.kind();
        let json = event.to_value();
        if kind.ends_with("StateEntered") {
            let name = json["stateEnteredEventDetails"]["name"].as_str()?;
            let depth = self.depths.get(name).copied().unwrap_or_default();
            return Some(format!("{:width$}{}", "", visible(name), width = 2 * depth));
        }
        let of_task = kind.starts_with("Task") || kind.starts_with("LambdaFunction");
        let failed = kind.ends_with("Failed") || kind.ends_with("TimedOut");
        if (of_task && failed) || kind == "EvaluationFailed" {
            let details = json.as_object()?.values().find(|field| field.is_object())?;
            return Some(format!("  {FAILURE}{}{FAILURE:#}", failure(details)));
        }
        None
    }
}

/// An error in one line.
fn failure(details: &Value) -> String {
    let error = details["error"].as_str().unwrap_or_default();
    let cause = visible(details["cause"].as_str().unwrap_or_default());
    let first = cause.lines().next().unwrap_or_default();
    let rest = if first.chars().count() > CAUSE || cause.lines().count() > 1 { "…" } else { "" };
    let first: String = first.chars().take(CAUSE).collect();
    match first.as_str() {
        "" => visible(error),
        first => format!("{}: {first}{rest}", visible(error)),
    }
}
