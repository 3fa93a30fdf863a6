//! The tasks of one revision, as they stand at a time.

use jiff::Timestamp;
use std::time::Duration;
use uuid::Uuid;

use super::behaviour::{Behaviour, Conduct};
use crate::plant::{Ending, Standing, Task};

/// How many are told of those that ended.
const TOLD: u32 = 5;

/// How long a task that is not healthy is kept.
const PATIENCE: Duration = Duration::from_mins(1);

/// The tasks of one revision.
pub(super) struct Tasks {
    pub revision: String,
    pub image: String,
    /// Started together: how many, and when. Oldest first.
    groups: Vec<(u32, Timestamp)>,
}

/// How one group stands.
#[derive(Debug, Default, PartialEq, Eq)]
struct State {
    pending: u32,
    running: u32,
    healthy: u32,
    failed: u32,
    /// From when on one after the other fails, and how long each takes to.
    fails: Option<(Timestamp, Duration)>,
    next: Option<Timestamp>,
}

impl Tasks {
    pub(super) fn new(revision: String, image: String) -> Self {
        Self { revision, image, groups: Vec::new() }
    }

    pub(super) fn count(&self) -> u32 {
        self.groups.iter().map(|(count, _)| count).sum()
    }

    /// Starts or ends tasks until there are `wanted`; the newest end first.
    pub(super) fn scale(&mut self, wanted: u32, now: Timestamp) {
        let count = self.count();
        if wanted > count {
            self.groups.push((wanted - count, now));
        }
        let mut surplus = count.saturating_sub(wanted);
        while let Some((last, _)) = self.groups.last_mut().filter(|_| surplus > 0) {
            let ended = surplus.min(*last);
            *last -= ended;
            surplus -= ended;
            if *last == 0 {
                self.groups.pop();
            }
        }
    }

    pub(super) fn standing(&self, conduct: &Conduct, now: Timestamp) -> Standing {
        let mut standing = Standing { revision: self.revision.clone(), ..Standing::default() };
        for state in self.states(conduct, now) {
            standing.pending += state.pending;
            standing.running += state.running;
            standing.healthy += state.healthy;
            standing.failed = standing.failed.saturating_add(state.failed);
        }
        if standing.failed > 0 {
            let dies = conduct.of(&self.image).dies_after.is_some();
            let why = if dies { "the task ended by itself" } else { "the task was not healthy" };
            standing.reason = Some(why.to_owned());
        }
        standing
    }

    /// The tasks one by one: the last that ended, then those that stand.
    pub(super) fn tasks(&self, conduct: &Conduct, now: Timestamp) -> Vec<Task> {
        let dies = conduct.of(&self.image).dies_after.is_some();
        let mut told = Vec::new();
        for (group, ((count, _), state)) in
            self.groups.iter().zip(self.states(conduct, now)).enumerate()
        {
            // A task has the number of those of its group that failed before it began.
            let id = |number: u32| {
                let name = format!("{}/{group}/{number}", self.revision);
                Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).simple().to_string()
            };
            for number in state.failed.saturating_sub(TOLD)..state.failed {
                let round = u64::from(number / (*count).max(1)) + 1;
                let at = state.fails.and_then(|(from, life)| after(from, life, round));
                told.push(Task {
                    id: id(number),
                    status: "STOPPED",
                    ending: Some(failure(dies, at.unwrap_or(now))),
                });
            }
            for place in 0..state.running + state.pending {
                let status = if place < state.running { "RUNNING" } else { "PENDING" };
                told.push(Task { id: id(state.failed + place), status, ending: None });
            }
        }
        told
    }

    /// When something stands differently than at `since`, if ever.
    pub(super) fn next_change(&self, conduct: &Conduct, since: Timestamp) -> Option<Timestamp> {
        self.states(conduct, since).filter_map(|state| state.next).min()
    }

    fn states<'a>(
        &'a self,
        conduct: &'a Conduct,
        now: Timestamp,
    ) -> impl Iterator<Item = State> + 'a {
        let behaviour = conduct.of(&self.image);
        let breaks_at = conduct.breaks_at(&self.image);
        self.groups
            .iter()
            .map(move |(count, started)| State::of(behaviour, breaks_at, *count, *started, now))
    }
}

impl State {
    /// How `count` tasks that were started together stand.
    ///
    /// A task that ends is replaced at once, so a group lives in rounds: starting, running, ended.
    fn of(
        behaviour: &Behaviour,
        breaks_at: Option<Timestamp>,
        count: u32,
        started: Timestamp,
        now: Timestamp,
    ) -> Self {
        if let Some(broken) = breaks_at.filter(|at| *at <= now) {
            let (rounds, _) = rounds(broken.max(started), now, PATIENCE);
            let next = after(broken.max(started), PATIENCE, rounds + 1);
            let failed = failures(count, rounds);
            let fails = Some((broken.max(started), PATIENCE));
            return Self { running: count, failed, fails, next, ..Self::default() };
        }

        let round = match (behaviour.dies_after, behaviour.healthy) {
            (Some(life), _) => Some(life),
            (None, false) => Some(behaviour.starts_in + PATIENCE),
            (None, true) => None,
        };
        let (ended, age) =
            round.map_or_else(|| (0, elapsed(started, now)), |round| rounds(started, now, round));
        let born = round.and_then(|round| after(started, round, ended)).unwrap_or(started);
        let is_starting = age < behaviour.starts_in;
        let ready = after(born, behaviour.starts_in, 1).filter(|_| is_starting);
        let end = round.and_then(|round| after(started, round, ended + 1));
        let next = [ready, end, breaks_at].into_iter().flatten().filter(|at| *at > now).min();
        let failed = failures(count, ended);
        let fails = round.map(|round| (started, round));
        match (is_starting, behaviour.healthy) {
            (true, _) => Self { pending: count, failed, fails, next, ..Self::default() },
            (false, true) => {
                Self { running: count, healthy: count, failed, fails, next, ..Self::default() }
            }
            (false, false) => Self { running: count, failed, fails, next, ..Self::default() },
        }
    }
}

/// How a task ends that dies, or is never healthy.
fn failure(dies: bool, at: Timestamp) -> Ending {
    match dies {
        true => Ending {
            at,
            code: "EssentialContainerExited",
            reason: "Essential container in task exited".to_owned(),
            exit_code: Some(1),
        },
        false => Ending {
            at,
            code: "ServiceSchedulerInitiated",
            reason: "Task failed ELB health checks".to_owned(),
            exit_code: None,
        },
    }
}

fn elapsed(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(to.duration_since(from)).unwrap_or_default()
}

/// How many whole rounds passed, and how much of the one under way.
fn rounds(from: Timestamp, to: Timestamp, round: Duration) -> (u64, Duration) {
    let round = at_least_a_millisecond(round).as_nanos();
    let passed = elapsed(from, to).as_nanos();
    let part = u64::try_from(passed % round).unwrap_or(u64::MAX);
    (u64::try_from(passed / round).unwrap_or(u64::MAX), Duration::from_nanos(part))
}

/// The time so many rounds after `from`; `None` at the end of time.
fn after(from: Timestamp, round: Duration, rounds: u64) -> Option<Timestamp> {
    let nanos = at_least_a_millisecond(round).as_nanos().checked_mul(u128::from(rounds))?;
    from.checked_add(Duration::from_nanos(u64::try_from(nanos).ok()?)).ok()
}

/// A round that takes no time would never come to an end.
fn at_least_a_millisecond(round: Duration) -> Duration {
    round.max(Duration::from_millis(1))
}

fn failures(count: u32, rounds: u64) -> u32 {
    u32::try_from(u64::from(count).saturating_mul(rounds)).unwrap_or(u32::MAX)
}
