//! Runs many worlds, each from its beginning to its end, on every core.

use std::future::Future;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tokio::runtime::Runtime;

/// A runtime with a clock of its own, which stands still while anything can be done.
pub fn paused() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without I/O needs nothing")
}

/// Runs one world on a clock of its own.
pub fn run<T>(world: impl Future<Output = T>) -> T {
    paused().block_on(world)
}

/// Runs every schedule, and answers how many there were. The first that fails fails all.
pub fn explore<S: Copy + Send + Sync>(
    schedules: impl Iterator<Item = S>,
    play: impl AsyncFn(S) + Sync,
) -> usize {
    let schedules: Vec<S> = schedules.collect();
    let next = AtomicUsize::new(0);
    let work = || {
        while let Some(schedule) = schedules.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(play(*schedule)))) {
                // The others need not go on.
                next.store(schedules.len(), Ordering::Relaxed);
                resume_unwind(panic);
            }
        }
    };

    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        for worker in workers {
            if let Err(panic) = worker.join() {
                resume_unwind(panic);
            }
        }
    });
    schedules.len()
}

/// Says how much was explored, also when the tests pass and their output is kept back.
pub fn report(explored: usize, what: &str) {
    let _ = writeln!(std::io::stderr(), "{explored} {what} explored");
}

/// Chance that repeats: the same numbers always throw the same.
#[derive(Debug, Clone, Copy)]
pub struct Dice(u64);

impl Dice {
    /// The dice of these numbers.
    pub fn of(numbers: &[u64]) -> Self {
        let mut hasher = DefaultHasher::new();
        numbers.hash(&mut hasher);
        Self(hasher.finish())
    }

    /// A number from 0 up to, not including, `limit`.
    pub fn below(self, limit: u64) -> u64 {
        self.0 % limit.max(1)
    }
}
