//! The evidence as a line of a story.

use std::fmt;

use super::{Log, Part, Preserved, Readings, Targets, Task, Tasks};

impl fmt::Display for Preserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tasks, logs, targets, alarms } = self;
        let parts = [
            told("tasks", tasks, Tasks::to_string),
            told("logs", logs, |logs| lines(logs)),
            told("targets", targets, Targets::to_string),
            told("alarms", alarms, |alarms| measured(alarms)),
        ];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        f.write_str(&parts.join(", "))
    }
}

/// What a part comes to, or why it is not there.
fn told<T>(what: &str, part: &Part<T>, tell: impl FnOnce(&T) -> String) -> String {
    match part {
        Part::Kept(part) => tell(part),
        Part::Missing(why) => format!("{what}: {why}"),
    }
}

impl fmt::Display for Tasks {
    /// `2 tasks stopped (Essential container in task exited, exit code 1), 1 task runs`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ending = self.told.iter().find_map(Task::ending);
        let ending = ending.map(|ending| format!(" ({ending})")).unwrap_or_default();
        let run = if self.running == 1 { "runs" } else { "run" };
        match (self.stopped, self.running) {
            (0, 0) => f.write_str("no tasks"),
            (0, running) => write!(f, "{} {run}{ending}", counted(running, "task")),
            (stopped, 0) => write!(f, "{} stopped{ending}", counted(stopped, "task")),
            (stopped, running) => {
                write!(f, "{} stopped{ending}, {running} {run}", counted(stopped, "task"))
            }
        }
    }
}

impl fmt::Display for Targets {
    /// `targets 0 of 2 healthy (Health checks failed)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.total == 0 {
            return f.write_str("no targets");
        }
        write!(f, "targets {} of {} healthy", self.healthy, self.total)?;
        match self.told.iter().find_map(|target| target.reason.as_ref()) {
            Some(reason) => write!(f, " ({reason})"),
            None => Ok(()),
        }
    }
}

/// `40 log lines`, and why there are not more.
fn lines(logs: &[Log]) -> String {
    let kept = logs.iter().filter_map(|log| log.lines.kept()).map(Vec::len).sum();
    let missing = logs.iter().find_map(|log| match &log.lines {
        Part::Kept(_) => None,
        Part::Missing(why) => Some(format!(", logs: {why}")),
    });
    format!("{}{}", counted(kept, "log line"), missing.unwrap_or_default())
}

/// `checkout-errors at 0.3`: the newest point of each.
fn measured(alarms: &[Readings]) -> String {
    let newest = |readings: &Readings| match &readings.points {
        Part::Missing(why) => format!("{}: {why}", readings.alarm),
        Part::Kept(points) => match points.last() {
            Some(point) => format!("{} at {}", readings.alarm, rounded(point.value)),
            None => format!("{} without data", readings.alarm),
        },
    };
    alarms.iter().map(newest).collect::<Vec<_>>().join(", ")
}

/// As exact as a line needs it.
fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn counted(number: usize, what: &str) -> String {
    match number {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        many => format!("{many} {what}s"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::excerpt::Excerpt;
    use crate::failure::Failure;
    use crate::metric::Point;
    use crate::preserved::{Container, Stop, Target};

    fn task(id: &str, exit_code: Option<i32>) -> Task {
        let stop = exit_code.map(|_| Stop {
            at: None,
            code: Some("EssentialContainerExited".into()),
            reason: Some(Excerpt::of("Essential container in task exited")),
        });
        Task {
            id: id.into(),
            status: if stop.is_some() { "STOPPED" } else { "RUNNING" }.into(),
            stop,
            containers: vec![Container { name: "checkout".into(), exit_code, reason: None }],
        }
    }

    fn lines(number: usize) -> Part<Vec<Excerpt>> {
        Part::Kept(vec![Excerpt::of("a line"); number])
    }

    #[test]
    fn everything_that_was_kept_is_told_in_a_line() {
        let unhealthy = Target {
            address: "10.0.0.1:80".into(),
            state: "unhealthy".into(),
            reason: Some(Excerpt::of("Health checks failed")),
        };
        let point = Point { at: Timestamp::UNIX_EPOCH, value: 0.1 + 0.2 };
        let preserved = Preserved {
            tasks: Part::Kept(vec![task("a", Some(7)), task("b", None)].into()),
            logs: Part::Kept(vec![
                Log { task: "a".into(), lines: lines(20) },
                Log { task: "b".into(), lines: lines(3) },
            ]),
            targets: Part::Kept(vec![unhealthy].into()),
            alarms: Part::Kept(vec![
                Readings::new("5xx", "Threshold Crossed", Ok(vec![point])),
                Readings::new("slow", "", Ok(vec![])),
            ]),
        };

        assert_eq!(
            preserved.to_string(),
            "1 task stopped (Essential container in task exited, exit code 7), 1 runs, \
             23 log lines, targets 0 of 1 healthy (Health checks failed), \
             5xx at 0.3, slow without data"
        );
    }

    #[test]
    fn what_could_not_be_had_is_told_with_the_reason() {
        let denied = || Failure::Refused("AccessDeniedException: no".into());
        let late = Log { task: "a".into(), lines: Err(denied()).into() };
        let preserved = Preserved {
            tasks: Err(denied()).into(),
            logs: Part::Kept(vec![late]),
            targets: Part::Kept(Vec::new().into()),
            alarms: Part::Kept(vec![Readings::new("hurt", "", Err(denied()))]),
        };

        assert_eq!(
            preserved.to_string(),
            "tasks: AccessDeniedException: no, no log lines, logs: AccessDeniedException: no, \
             no targets, hurt: AccessDeniedException: no"
        );
    }

    #[test]
    fn tasks_are_counted_as_people_do() {
        for (tasks, told) in [
            (vec![], "no tasks"),
            (vec![task("a", None)], "1 task runs"),
            (vec![task("a", None), task("b", None)], "2 tasks run"),
            (
                vec![task("a", Some(0))],
                "1 task stopped (Essential container in task exited, exit code 0)",
            ),
        ] {
            assert_eq!(Tasks::from(tasks).to_string(), told);
        }
    }
}
