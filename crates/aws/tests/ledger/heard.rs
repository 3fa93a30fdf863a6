//! What was written to the log meanwhile.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt};

thread_local! {
    /// What this thread logged since somebody listens to it. A test and all that it starts run on
    /// one thread.
    static LINES: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Does something, and tells every line that was logged meanwhile, down to the finest.
///
/// One subscriber is there for all tests: one for each would miss what another thread logged first,
/// because `tracing` remembers for each line of code whether anybody wants it.
pub(crate) async fn heard<T>(done: impl Future<Output = T>) -> (T, String) {
    static SUBSCRIBED: Once = Once::new();
    SUBSCRIBED.call_once(|| {
        let listened_to = dynamic_filter_fn(|_, _| LINES.with_borrow(Option::is_some));
        let lines = fmt::layer().with_ansi(false).with_writer(|| Lines);
        tracing_subscriber::registry().with(lines.with_filter(listened_to)).init();
    });

    LINES.set(Some(Vec::new()));
    let done = done.await;
    let lines = LINES.take().unwrap_or_default();
    (done, String::from_utf8(lines).expect("a log is text"))
}

struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.get_or_insert_default().extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
