//! The log: one line of JSON for each decision.

use std::panic::PanicHookInfo;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::stopped::readable;

/// The setting of the level.
const LEVEL: &str = "CUTOVER_LOG";

/// Ours. What others log stays at warnings: an SDK that tells more tells whole requests. Its crates
/// begin with `aws` too, and a target counts for all that begin with it.
const OURS: [&str; 8] =
    ["alert", "aws::", "domain", "github", "hcp", "shell", "workflow", "receive"];

/// Begins the log, with the level that `CUTOVER_LOG` says. The first call counts.
///
/// [`run`](crate::run) does it; a function that asks AWS before its first event does it sooner.
pub fn begin() {
    let said = std::env::var(LEVEL).ok();
    let (level, unknown) = level(said.as_deref());
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false);

    let first = tracing_subscriber::registry().with(lines).with(filter(level)).try_init().is_ok();

    if first {
        std::panic::set_hook(Box::new(panicked));
    }
    if let Some(unknown) = unknown.filter(|_| first) {
        tracing::warn!("{LEVEL} is {unknown:?}, which is no level: logging at info");
    }
}

/// The level of that name, or `info` and what was said instead. A slip here stops no deployment.
fn level(said: Option<&str>) -> (LevelFilter, Option<String>) {
    match said.map(|said| said.trim().parse()) {
        None => (LevelFilter::INFO, None),
        Some(Ok(level)) => (level, None),
        Some(Err(_)) => (LevelFilter::INFO, said.map(readable)),
    }
}

fn filter(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(LevelFilter::WARN.min(level))
        // It repeats every failure, as a Rust value.
        .with_target("lambda_runtime::layers::panic", LevelFilter::OFF)
        .with_targets(OURS.map(|ours| (ours, level)))
}

/// A panic is one line like any other, within the span of its event.
fn panicked(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string);
    let message = readable(panic.payload_as_str().unwrap_or("no message"));
    tracing::error!(place, "panicked: {message}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_in_the_level_is_told_and_stops_nothing() {
        assert_eq!(level(None), (LevelFilter::INFO, None));
        assert_eq!(level(Some("debug")), (LevelFilter::DEBUG, None));
        assert_eq!(level(Some(" WARN\n")), (LevelFilter::WARN, None));
        assert_eq!(level(Some("loud")), (LevelFilter::INFO, Some("loud".into())));
    }

    #[test]
    fn others_tell_no_more_than_warnings() {
        use tracing::Level;

        let debug = filter(LevelFilter::DEBUG);
        assert!(debug.would_enable("aws::log", &Level::DEBUG));
        assert!(debug.would_enable("workflow::judge", &Level::INFO));
        assert!(!debug.would_enable("aws_smithy_runtime::client", &Level::INFO));
        assert!(debug.would_enable("aws_smithy_runtime::client", &Level::WARN));
        assert!(!debug.would_enable("lambda_runtime::layers::panic", &Level::ERROR));
        assert!(!filter(LevelFilter::OFF).would_enable("hyper", &Level::ERROR));
    }
}
