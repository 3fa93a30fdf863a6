//! A plant without processes: what its tasks do is computed from the time that has passed.
//!
//! Nothing is drawn by chance and nothing runs in the background: the same orders at the same times
//! give the same tasks, requests and errors. Its time is whatever clock it is given, and it waits
//! with tokio's; where the two go together, as under a paused clock, a day passes in no time.

mod behaviour;
mod ended;
mod load;
mod one_offs;
mod plant;
mod tasks;

pub use behaviour::{Behaviour, Once, Smoke};

use jiff::Timestamp;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Notify;

use crate::plant::Orders;
use behaviour::Conduct;
use ended::Ended;
use load::Load;
use one_offs::OneOffs;
use tasks::Tasks;

/// Simulated tasks and traffic of all services of an account.
pub struct Simulated<Clock> {
    clock: Clock,
    world: Mutex<World>,
}

#[derive(Default)]
struct World {
    conduct: Conduct,
    one_offs: OneOffs,
    services: BTreeMap<String, Service>,
}

/// One service's tasks and traffic.
#[derive(Default)]
struct Service {
    orders: Orders,
    /// Oldest revision first.
    tasks: Vec<Tasks>,
    ended: Ended,
    load: Load,
    /// What was last told by `standing`: which orders, and when.
    told: Option<(u64, Timestamp)>,
    /// How often something was said that changes what stands.
    changes: u64,
    changed: Arc<Notify>,
}

impl<Clock: Fn() -> Timestamp> Simulated<Clock> {
    /// A plant where nothing stands yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, world: Mutex::default() }
    }

    /// Says how tasks of an image behave, by its digest (`sha256:…`). To be said before they start.
    pub fn behave(&self, digest: &str, behaviour: Behaviour) {
        self.world.lock().conduct.set(digest, behaviour);
        self.wake();
    }

    /// From `at` on, no task of this image is healthy and no request to one is answered.
    pub fn breaks_at(&self, digest: &str, at: Timestamp) {
        self.world.lock().conduct.break_at(digest, at);
        self.wake();
    }

    /// What stands, and what happens next, may be different for everyone.
    fn wake(&self) {
        for service in self.world.lock().services.values_mut() {
            service.changes += 1;
            service.changed.notify_waiters();
        }
    }
}
