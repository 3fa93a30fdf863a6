//! Carries an event to a target until it is taken or given up.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rand::rngs::SmallRng;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::attempt::{Deliver, attempt};
use super::dead_letters::{DeadLetter, DeadLetters, Exhausted};
use super::delivery::Delivery;
use super::{Counters, Retries};

/// What deliveries share. They do not hold the bus itself, so that dropping it stops them.
pub(super) struct Core {
    pub(super) deliver: Deliver,
    pub(super) retries: Retries,
    pub(super) jitter: Mutex<SmallRng>,
    /// Where the ids of events come from, if they are to be the same in every run.
    pub(super) ids: Option<Mutex<SmallRng>>,
    pub(super) counters: Mutex<Counters>,
    pub(super) dead: Mutex<DeadLetters>,
    /// Deliveries on their way or waiting; watchers are told when it comes down to none.
    pub(super) pending: watch::Sender<usize>,
    pub(super) stop: CancellationToken,
}

impl Core {
    /// Sends a delivery on its way.
    pub(super) fn start(self: &Arc<Self>, delivery: Delivery, delay: Option<Duration>) {
        let born = Instant::now();
        let pending = Pending::one_more(Arc::clone(self));

        tokio::spawn(async move {
            let core = &pending.0;
            let carried = async {
                if let Some(delay) = delay {
                    sleep(delay).await;
                }
                core.carry(delivery, born).await;
            };
            core.stop.run_until_cancelled(carried).await;
        });
    }

    async fn carry(&self, delivery: Delivery, born: Instant) {
        let Delivery { target, event, .. } = &delivery;
        let allowed = target.retries.unwrap_or(self.retries);

        for retry in 0.. {
            let Err(error) = attempt(&self.deliver, &target.name, event).await else {
                self.counters.lock().delivered += 1;
                return;
            };
            let pause = allowed.pause(retry, &mut self.jitter.lock());
            let exhausted = if retry >= allowed.most {
                Exhausted::MaximumRetryAttempts
            } else if born.elapsed() + pause > allowed.age {
                Exhausted::MaximumEventAgeInSeconds
            } else {
                sleep(pause).await;
                continue;
            };
            return self.give_up(delivery, error, exhausted, retry);
        }
    }

    fn give_up(&self, delivery: Delivery, error: String, exhausted: Exhausted, retries: u32) {
        tracing::warn!(
            rule = %delivery.rule,
            target = %delivery.target.name,
            event = %delivery.event.id,
            retries,
            "gave up telling {} of {}: {error}",
            delivery.target.name,
            delivery.event.detail_type,
        );
        self.bury(delivery, error, Some(exhausted), retries);
    }

    /// Keeps a delivery as a dead letter.
    pub(super) fn bury(
        &self,
        delivery: Delivery,
        error_message: String,
        exhausted_retry_condition: Option<Exhausted>,
        retry_attempts: u32,
    ) {
        self.counters.lock().dead += 1;
        self.dead.lock().add(|id| DeadLetter {
            id,
            rule: Arc::clone(&delivery.rule),
            target: Arc::clone(&delivery.target.name),
            error_message,
            exhausted_retry_condition,
            retry_attempts,
            event: Arc::clone(&delivery.event),
            delivery,
        });
    }
}

/// Counts a delivery as pending until dropped, however it ends.
struct Pending(Arc<Core>);

impl Pending {
    fn one_more(core: Arc<Core>) -> Self {
        core.pending.send_if_modified(|pending| {
            *pending += 1;
            false
        });
        Self(core)
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.pending.send_if_modified(|pending| {
            *pending -= 1;
            *pending == 0
        });
    }
}
