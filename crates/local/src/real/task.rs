//! One task, from its start to its end.

use http::Uri;
use jiff::Timestamp;
use parking_lot::Mutex;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use super::settings::ServiceSettings;
use super::tending::Condition;
use crate::plant;
use crate::processes::probe::{Health, probe};
use crate::processes::{Exit, Lease, Process, Tail};
use crate::proxy::group::Group;
use crate::proxy::target::Target;

/// What is known of a task while it exists.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) id: String,
    pub(super) target: Arc<Target>,
    pub(super) tail: Arc<Tail>,
    state: Mutex<(Condition, Option<String>)>,
    /// Why it was stopped, if it had itself to blame.
    blamed: OnceLock<String>,
    stop: CancellationToken,
}

/// How a task came to its end.
pub(super) enum Ending {
    /// It was told to stop.
    Stopped,
    /// It ended by itself.
    Exited(Exit),
    /// It has to end, for this reason.
    Failed(String),
}

impl Task {
    pub(super) fn new(id: String, target: Arc<Target>, tail: Arc<Tail>) -> Self {
        let state = Mutex::new((Condition::Starting, None));
        Self { id, target, tail, state, blamed: OnceLock::new(), stop: CancellationToken::new() }
    }

    pub(super) fn condition(&self) -> Condition {
        self.state.lock().0
    }

    /// Why its last health check failed, if it did.
    pub(super) fn reason(&self) -> Option<String> {
        self.state.lock().1.clone()
    }

    /// Tells it to stop. It counts for nothing from now on.
    pub(super) fn stop(&self) {
        self.state.lock().0 = Condition::Stopping;
        self.stop.cancel();
    }

    /// Says why it is stopped, before it is.
    pub(super) fn blame(&self, why: &str) {
        let _ = self.blamed.set(why.to_owned());
    }

    /// How it ended, in the words of ECS.
    pub(super) fn ending(&self, ending: &Ending, at: Timestamp) -> plant::Ending {
        let stopped = |reason: &str| (("ServiceSchedulerInitiated", reason.to_owned()), None);
        let ((code, reason), exit_code) = match ending {
            Ending::Exited(exit) => (("EssentialContainerExited", exit.how.clone()), exit.code),
            Ending::Failed(why) => stopped(why),
            Ending::Stopped => match self.blamed.get() {
                Some(why) => stopped(why),
                None => stopped("Scaling activity initiated by the deployment"),
            },
        };
        plant::Ending { at, code, reason, exit_code }
    }

    /// Takes a verdict of the health checks, unless the task is stopping already.
    fn find(&self, healthy: bool) {
        let mut state = self.state.lock();
        if state.0 != Condition::Stopping {
            state.0 = if healthy { Condition::Healthy } else { Condition::Unhealthy };
            self.target.set_healthy(healthy);
        }
    }

    fn note(&self, reason: Option<String>) {
        self.state.lock().1 = reason;
    }
}

/// A task's process, and what it needs to be watched.
pub(super) struct Keeper {
    pub(super) task: Arc<Task>,
    pub(super) group: Arc<Group>,
    pub(super) process: Process,
    pub(super) port: Lease,
}

impl Keeper {
    /// Watches the process until it ends or has to. `changed` is told of each new verdict.
    pub(super) async fn watch(
        &mut self,
        settings: &ServiceSettings,
        path: &Uri,
        changed: impl Fn(bool),
    ) -> Ending {
        let began = Instant::now();
        let check = &settings.health;
        let mut health = Health::new(check.healthy_threshold, check.unhealthy_threshold);
        let mut ticks = interval(check.interval);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);

        loop {
            let starting = self.task.condition() == Condition::Starting;
            let checked = async {
                ticks.tick().await;
                probe(self.task.target.address, path, check.timeout).await
            };
            tokio::select! {
                biased;
                () = self.task.stop.cancelled() => return Ending::Stopped,
                exit = self.process.ended() => return Ending::Exited(exit),
                () = sleep_until(began + settings.start_deadline), if starting => {
                    let why = self.task.reason().unwrap_or_else(|| "no check was answered".into());
                    let limit = settings.start_deadline;
                    return Ending::Failed(format!("was not healthy within {limit:?}: {why}"));
                }
                result = checked => {
                    let verdict = health.observe(result.is_ok());
                    self.task.note(result.err());
                    if began.elapsed() < check.grace {
                        health.excuse();
                    }
                    // Before its first good check a task is starting, however often it fails.
                    if let Some(healthy) = verdict && (healthy || !starting) {
                        self.task.find(healthy);
                        changed(healthy);
                    }
                }
            }
        }
    }

    /// Takes the task from the load balancer, lets it finish its requests, and ends it.
    pub(super) async fn end(mut self, settings: &ServiceSettings) {
        self.group.deregister(&self.task.target);

        tokio::select! {
            _ = timeout(settings.deregistration_delay, self.task.target.drained()) => {}
            _ = self.process.ended() => {}
        }
        self.task.target.pool.close();

        self.process.stop(settings.stop_timeout).await;
        drop(self.port);
    }
}

/// How long all of [`Keeper::end`] can take.
pub(super) fn longest_end(settings: &ServiceSettings) -> Duration {
    settings.deregistration_delay + settings.stop_timeout + Duration::from_secs(5)
}
