//! The log: one line of JSON for each thing worth knowing, on standard output.

use tracing::Level;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::util::SubscriberInitExt;

/// Who else is told what happens.
pub(crate) type Listener = Box<dyn Layer<Registry> + Send + Sync>;

/// Begins the log. The first call counts.
pub(crate) fn begin(level: Option<Level>, listener: Option<Listener>) {
    let (level, traced) = (level.unwrap_or(Level::INFO), listener.is_some());
    // Spans tell to which trace a line belongs, and cost nothing where there are none.
    let worth = filter_fn(move |it| *it.level() <= level || traced && it.is_span());
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        // Nobody may be reading, which is no reason to say so to nobody else.
        .log_internal_errors(false);

    let _ = tracing_subscriber::registry().with(listener).with(lines.with_filter(worth)).try_init();
}
