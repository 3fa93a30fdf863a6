//! Where events are written down while the execution runs.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::time::Instant;

use super::event::HistoryEvent;
use super::{EVENT_LIMIT, Keep, Record};
use crate::clock::Clock;
use crate::error::{RUNTIME, TaskError};

/// The events of one execution.
#[derive(Debug)]
pub(crate) struct Journal {
    keep: Keep,
    clock: Clock,
    pages: Mutex<Pages>,
}

#[derive(Debug, Default)]
struct Pages {
    count: u64,
    transitions: usize,
    path: Vec<Arc<str>>,
    events: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    previous: u64,
    at: Instant,
    record: Record,
}

/// One thread of control: which event the next one follows.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Trail {
    last: u64,
}

impl Journal {
    pub(crate) fn new(keep: Keep, clock: Clock) -> Self {
        Self { keep, clock, pages: Mutex::default() }
    }

    /// Writes the event down. The last event that the limit allows is left for the end of the
    /// execution, so this fails one before it.
    pub(crate) fn record(
        &self,
        trail: &mut Trail,
        record: impl FnOnce() -> Record,
    ) -> Result<(), TaskError> {
        let mut pages = self.pages.lock();
        if pages.count + 1 >= EVENT_LIMIT {
            return Err(TaskError::new(
                RUNTIME,
                format!(
                    "The execution reached the maximum number of history events ({EVENT_LIMIT})."
                ),
            ));
        }
        self.write(&mut pages, trail, record);
        Ok(())
    }

    /// Writes down how the execution ended; always possible.
    pub(crate) fn end(&self, trail: &mut Trail, record: impl FnOnce() -> Record) {
        self.write(&mut self.pages.lock(), trail, record);
    }

    fn write(&self, pages: &mut Pages, trail: &mut Trail, record: impl FnOnce() -> Record) {
        pages.count += 1;
        if self.keep == Keep::Everything {
            pages.events.push(Entry { previous: trail.last, at: Instant::now(), record: record() });
        }
        trail.last = pages.count;
    }

    /// Counts the entering of a state.
    pub(crate) fn enter(&self, state: &Arc<str>) {
        let mut pages = self.pages.lock();
        pages.transitions += 1;
        if self.keep != Keep::Counts {
            pages.path.push(Arc::clone(state));
        }
    }

    /// Counts a retry, which is billed as a transition.
    pub(crate) fn retry(&self) {
        self.pages.lock().transitions += 1;
    }

    pub(crate) fn transitions(&self) -> usize {
        self.pages.lock().transitions
    }

    pub(crate) fn path(&self) -> Vec<Arc<str>> {
        self.pages.lock().path.clone()
    }

    /// The number of the event written last.
    pub(crate) fn count(&self) -> u64 {
        self.pages.lock().count
    }

    pub(crate) fn events(&self) -> Vec<HistoryEvent> {
        let pages = self.pages.lock();
        let events = (1..).zip(&pages.events).map(|(id, entry)| HistoryEvent {
            id,
            previous: entry.previous,
            timestamp: self.clock.at(entry.at),
            record: entry.record.clone(),
        });
        events.collect()
    }
}

impl Trail {
    /// Goes on from where the later of both has come to.
    pub(crate) fn join(&mut self, other: Self) {
        self.last = self.last.max(other.last);
    }

    /// The trail that goes on from event `last`.
    pub(crate) fn after(last: u64) -> Self {
        Self { last }
    }
}
