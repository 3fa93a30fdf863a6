//! Retries and catches around the attempts of a state.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::run::{Broken, Exit, Run, Visit};
use crate::definition::{Next, Retrier, State};
use crate::dice::Dice;
use crate::error::{TaskError, matches};
use crate::expression::Environment;
use crate::history::Trail;
use crate::resources::Resources;
use crate::scope::Scope;

impl<R: Resources> Run<R> {
    /// Attempts the state until it succeeds, is caught, or has failed for good.
    pub(super) async fn visit(
        &self,
        state: &State,
        input: Arc<Value>,
        scope: &Scope<'_>,
        trail: &mut Trail,
    ) -> Result<Exit, TaskError> {
        let mut visit = Visit { state, input, scope, entered: Instant::now(), retries: 0 };
        let mut spent = Vec::new();
        loop {
            let Broken { error, by_branch } = match self.attempt(&visit, trail).await {
                Ok(exit) => return Ok(exit),
                Err(broken) => broken,
            };
            self.note_evaluation(state, &error, trail)?;
            if !error.is_catchable() {
                return Err(error);
            }
            if let Some(delay) = delay(&state.retry, &mut spent, &error, by_branch, &self.dice) {
                if !delay.is_zero() {
                    sleep(delay).await;
                }
                visit.retries += 1;
                self.journal.retry();
                continue;
            }
            return self.caught(&visit, error, by_branch);
        }
    }

    /// The way out through the first catcher that names the error.
    fn caught(
        &self,
        visit: &Visit<'_>,
        error: TaskError,
        by_branch: bool,
    ) -> Result<Exit, TaskError> {
        let catchers = &visit.state.catch;
        let catcher =
            catchers.iter().find(|catcher| matches(&catcher.errors, &error.error, by_branch));
        let Some(catcher) = catcher else { return Err(error) };

        let output = Arc::new(json!({ "Error": error.error, "Cause": error.cause }));
        let environment = Environment { error: Some(&output), ..self.environment(visit) };
        visit.leave(&catcher.leave, &environment, &output, Next::State(catcher.next))
    }
}

/// How long to wait before the next attempt; `None` when there is none.
///
/// The first retrier that names the error decides, also when its attempts are spent. Each counts
/// for itself, from the entering of the state on.
fn delay(
    retriers: &[Retrier],
    spent: &mut Vec<u64>,
    error: &TaskError,
    by_branch: bool,
    dice: &Dice,
) -> Option<Duration> {
    let place =
        retriers.iter().position(|retrier| matches(&retrier.errors, &error.error, by_branch))?;
    let retrier = &retriers[place];
    spent.resize(retriers.len(), 0);
    if spent[place] >= retrier.attempts {
        return None;
    }
    let seconds = seconds(retrier, spent[place]);
    spent[place] += 1;

    let seconds = if retrier.jitter { seconds * dice.unit() } else { seconds };
    // Whole milliseconds, as tokio's clock has them.
    Duration::try_from_secs_f64((seconds * 1000.0).round() / 1000.0).ok()
}

/// The longest wait without a `MaxDelaySeconds`, in seconds: as long as any other time may be.
const LONGEST: u64 = 99_999_999;

/// The wait before retry number `done + 1`, before jitter.
fn seconds(retrier: &Retrier, done: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "both are far below 2^53")]
    let (interval, most, done) =
        (retrier.interval as f64, retrier.most.unwrap_or(LONGEST) as f64, done as f64);
    (interval * retrier.backoff.powf(done)).min(most)
}
