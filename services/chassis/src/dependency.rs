//! Something that a service depends on: whether it answers, how often it was asked, and how long that
//! took.

use std::time::Duration;

use exposition::Histogram;
use parking_lot::Mutex;
use tokio::time::Instant;
use tracing::Instrument;

use crate::trouble::Trouble;

/// How long what cannot be reached is left alone, so that no request pays for finding out again.
const REST: Duration = Duration::from_secs(1);

/// Something that a service depends on.
#[derive(Debug)]
pub(crate) struct Dependency {
    /// What it is called in metrics, logs and traces.
    pub(crate) name: &'static str,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// When and why it was last found to be gone, if it is.
    lost: Option<(Instant, String)>,
    counts: Counts,
}

/// How often it was asked, and how long it took.
#[derive(Debug, Default, Clone)]
pub(crate) struct Counts {
    pub(crate) answered: u64,
    pub(crate) failed: u64,
    pub(crate) took: Histogram,
}

impl Dependency {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, state: Mutex::default() }
    }

    /// Asks it, counts that, and remembers whether it answers.
    pub(crate) async fn asked<T>(
        &self,
        what: &'static str,
        asking: impl Future<Output = Result<T, Trouble>>,
    ) -> Result<T, Trouble> {
        let began = Instant::now();
        let name = self.name;
        let span = tracing::debug_span!("ask", otel.name = what, otel.kind = "client", peer = name);

        let answer = asking.instrument(span).await;

        self.count(answer.as_ref().err(), began.elapsed());
        answer
    }

    fn count(&self, trouble: Option<&Trouble>, took: Duration) {
        let mut state = self.state.lock();
        state.counts.took.count(took);
        match trouble {
            None => state.counts.answered += 1,
            Some(_) => state.counts.failed += 1,
        }

        let dependency = self.name;
        match (trouble, &state.lost) {
            (Some(Trouble::Gone(_)), Some((at, _))) if at.elapsed() < REST => {}
            (Some(Trouble::Gone(why)), lost) => {
                if lost.is_none() {
                    tracing::warn!(dependency, "{dependency} is gone: {why}");
                }
                state.lost = Some((Instant::now(), why.clone()));
            }
            (_, Some(_)) => {
                tracing::info!(dependency, "{dependency} answers again");
                state.lost = None;
            }
            (_, None) => {}
        }
    }

    /// Why it is not asked just now.
    pub(crate) fn resting(&self) -> Option<String> {
        let state = self.state.lock();
        let lost = state.lost.as_ref().filter(|(at, _)| at.elapsed() < REST);
        lost.map(|(_, why)| why.clone())
    }

    /// Whether it answered when it was asked last.
    pub(crate) fn is_up(&self) -> bool {
        self.state.lock().lost.is_none()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.state.lock().counts.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(dependency: &Dependency, answer: Result<(), Trouble>) {
        let _ = dependency.asked("test", async { answer }).await;
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_gone_rests_for_a_second_from_when_it_was_found_out() {
        let it = Dependency::new("it");
        let gone = || Err(Trouble::Gone("no route".to_owned()));
        assert!(it.is_up() && it.resting().is_none());

        ask(&it, gone()).await;
        tokio::time::advance(REST / 2).await;
        // Whoever was told that it rests does not lengthen its rest.
        ask(&it, gone()).await;
        assert_eq!(it.resting().as_deref(), Some("no route"));

        tokio::time::advance(REST / 2).await;
        assert!(it.resting().is_none() && !it.is_up());
    }

    #[tokio::test]
    async fn what_refuses_answers() {
        let it = Dependency::new("it");
        ask(&it, Err(Trouble::Gone("no route".to_owned()))).await;

        ask(&it, Err(Trouble::Refused("no such table".to_owned()))).await;

        assert!(it.is_up());
        assert_eq!((it.counts().answered, it.counts().failed), (0, 2));
    }
}
