//! Processes that an earlier life of the daemon left.

use std::sync::Arc;
use std::time::Duration;

use crate::account::{Kind, Store, StoreError};
use crate::processes::{Reaped, Record, reap};

/// How long a left-over process may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(5);

/// Remembers processes in the store. Each write is on the disk before the task gets a request.
pub(super) struct Remembered(pub(super) Arc<Store>);

impl Record for Remembered {
    fn started(&self, pid: u32, task: &str) {
        self.0.put(Kind::Process, &pid.to_string(), &task);
    }

    fn ended(&self, pid: u32) {
        self.0.remove(Kind::Process, &pid.to_string());
    }
}

/// Ends what an earlier life left running, and forgets it.
pub(super) async fn end_left_over(store: &Store) -> Result<Reaped, StoreError> {
    let recorded = store.load::<String>(Kind::Process)?;
    let processes =
        recorded.iter().filter_map(|(pid, task)| Some((pid.parse().ok()?, task.clone())));
    let reaped = reap(processes, PATIENCE).await;

    for (pid, _) in &recorded {
        store.remove(Kind::Process, pid);
    }
    Ok(reaped)
}
