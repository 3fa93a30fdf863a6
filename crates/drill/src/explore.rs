//! Plays many schedules, each on a clock of its own, on every core.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use parking_lot::Mutex;

use crate::Schedule;
use crate::judging::{Broken, Judge, judged};
use crate::shrink::shrink;

/// JSONata asks the system for another stack at each evaluation for which it finds less than this.
const STACK: usize = 16 * 1024 * 1024;

/// Plays every schedule. The first that breaks a promise ends it, and is answered as small as it
/// can be made and still break one.
pub fn explore(schedules: &[Schedule], judge: &impl Judge) -> Option<Broken> {
    let next = AtomicUsize::new(0);
    let broken = Mutex::new(None);
    let work = || {
        while let Some(schedule) = schedules.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(found) = judged(schedule, judge) {
                // The others need not go on.
                next.store(schedules.len(), Ordering::Relaxed);
                broken.lock().get_or_insert(found);
            }
        }
    };

    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let worker = || thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let workers: Vec<_> =
            (0..cores).map(|_| worker().expect("the system starts a thread")).collect();
        for worker in workers {
            if let Err(panic) = worker.join() {
                resume_unwind(panic);
            }
        }
    });
    broken.into_inner().map(|broken| shrink(broken, judge))
}
