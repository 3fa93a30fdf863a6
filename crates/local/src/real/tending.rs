//! Which tasks to start and which to stop.

/// How a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    /// It was not healthy yet.
    Starting,
    /// It passes its health checks.
    Healthy,
    /// It was healthy and fails its health checks.
    Unhealthy,
    /// It is drained and stopped; it counts for nothing.
    Stopping,
}

/// What to do about the tasks of one revision.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tending {
    /// How many to start.
    pub(super) start: usize,
    /// Which to stop, as positions in the list.
    pub(super) stop: Vec<usize>,
}

/// Decides what brings `tasks` (oldest first) to `wanted`.
///
/// An unhealthy task is replaced as ECS does it: its replacement starts first, up to twice as many
/// tasks as wanted, and it is stopped when there are enough healthy ones. So a health check that is
/// wrong for all tasks takes none of them down. Of what is too much the unhealthy go first, then the
/// starting, then the healthy; the newest of each first.
pub(super) fn tend(tasks: &[Condition], wanted: usize) -> Tending {
    let count = |condition| tasks.iter().filter(|it| **it == condition).count();
    let (healthy, starting) = (count(Condition::Healthy), count(Condition::Starting));
    let alive = healthy + starting + count(Condition::Unhealthy);

    let mut keep_healthy = wanted;
    let mut keep_starting = wanted.saturating_sub(healthy);
    let mut keep_unhealthy = wanted.saturating_sub(healthy);
    let mut tending = Tending::default();
    for (at, condition) in tasks.iter().enumerate() {
        let room = match condition {
            Condition::Healthy => &mut keep_healthy,
            Condition::Starting => &mut keep_starting,
            Condition::Unhealthy => &mut keep_unhealthy,
            Condition::Stopping => continue,
        };
        match room.checked_sub(1) {
            Some(less) => *room = less,
            None => tending.stop.push(at),
        }
    }

    let missing = wanted.saturating_sub(healthy + starting);
    let allowed = (2 * wanted).saturating_sub(alive - tending.stop.len());
    tending.start = missing.min(allowed);
    tending
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `s`tarting, `h`ealthy, `u`nhealthy, `x` stopping; what is stopped is drawn as `-`.
    fn tended(tasks: &str, wanted: usize) -> String {
        let conditions: Vec<_> = tasks
            .chars()
            .map(|task| match task {
                's' => Condition::Starting,
                'h' => Condition::Healthy,
                'u' => Condition::Unhealthy,
                _ => Condition::Stopping,
            })
            .collect();
        let tending = tend(&conditions, wanted);
        let mut drawn: Vec<char> = tasks.chars().collect();
        for at in tending.stop {
            drawn[at] = '-';
        }
        format!("{} +{}", drawn.into_iter().collect::<String>(), tending.start)
    }

    #[test]
    fn missing_tasks_are_started_and_surplus_ones_stopped_newest_first() {
        assert_eq!(tended("", 2), " +2");
        assert_eq!(tended("hh", 2), "hh +0");
        assert_eq!(tended("xh", 2), "xh +1", "one that stops counts for nothing");
        assert_eq!(tended("hhh", 1), "h-- +0");
        assert_eq!(tended("sss", 2), "ss- +0");
        assert_eq!(tended("hsu", 0), "--- +0");
        assert_eq!(tended("shh", 2), "-hh +0", "a starting one goes before a healthy one");
    }

    #[test]
    fn an_unhealthy_task_stays_until_its_replacement_is_healthy() {
        assert_eq!(tended("uh", 2), "uh +1");
        assert_eq!(tended("uhs", 2), "uhs +0");
        assert_eq!(tended("uhh", 2), "-hh +0");
        assert_eq!(tended("hhs", 2), "hh- +0", "it recovered before the replacement came");
    }

    #[test]
    fn when_all_are_unhealthy_none_is_stopped_and_there_are_never_more_than_twice_as_many() {
        assert_eq!(tended("uu", 2), "uu +2");
        assert_eq!(tended("uuss", 2), "uuss +0");
        assert_eq!(tended("uuuu", 2), "uu-- +2");
    }
}
