//! What happens, told in order to whoever follows.

use std::collections::VecDeque;

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use uuid::Uuid;

use crate::account::Told;

/// How much of a story is remembered.
const MOST: usize = 10_000;

/// Something that was told, and its number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Counts from 1, in the order of telling.
    pub number: u64,
    /// What.
    #[serde(flatten)]
    pub told: Told,
}

/// The newest of what happened in this life of the daemon.
#[derive(Debug)]
pub struct Story {
    life: Uuid,
    lines: Mutex<VecDeque<Line>>,
    /// The number of the newest line.
    newest: watch::Sender<u64>,
}

impl Default for Story {
    fn default() -> Self {
        Self { life: Uuid::new_v4(), lines: Mutex::default(), newest: watch::Sender::new(0) }
    }
}

impl Story {
    /// Tells this story from every other: after a restart numbers begin anew.
    pub fn life(&self) -> Uuid {
        self.life
    }

    /// The number of the newest line; 0 if there is none.
    pub fn newest(&self) -> u64 {
        *self.newest.borrow()
    }

    /// The lines after number `after`. Very old ones are forgotten.
    pub fn after(&self, after: u64) -> Vec<Line> {
        let lines = self.lines.lock();
        let first = lines.partition_point(|line| line.number <= after);
        lines.iter().skip(first).cloned().collect()
    }

    /// The lines after number `after`, as soon as there are some.
    pub async fn next(&self, after: u64) -> Vec<Line> {
        let mut newest = self.newest.subscribe();
        // The sender lives as long as this story, so that waiting cannot fail.
        let _ = newest.wait_for(|newest| *newest > after).await;
        self.after(after)
    }

    /// Adds what was told, unless it is a shift to where traffic is already: ECS orders anew whenever
    /// anything of its service changes.
    pub(super) fn add(&self, told: &Told) {
        let mut lines = self.lines.lock();
        if let Told::Shifted { place, production, .. } = told {
            let is_of_place =
                |line: &&Line| matches!(&line.told, Told::Shifted { place: it, .. } if it == place);
            let last = lines.iter().rev().find(is_of_place);
            if last.is_some_and(
                |it| matches!(&it.told, Told::Shifted { production: it, .. } if it == production),
            ) {
                return;
            }
        }
        let number = lines.back().map_or(1, |line| line.number + 1);
        lines.push_back(Line { number, told: told.clone() });
        if lines.len() > MOST {
            lines.pop_front();
        }
        self.newest.send_replace(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Another share every second.
    fn told(second: u16) -> Told {
        let place = domain::service::Place { cluster: "shop".into(), service: "checkout".into() };
        let at = jiff::Timestamp::from_second(second.into()).unwrap();
        Told::Shifted {
            at,
            place,
            production: vec![("sha256:00".into(), crate::plant::Share(second))],
        }
    }

    #[tokio::test]
    async fn lines_are_told_in_order_and_old_ones_forgotten() {
        let story = Story::default();
        let numbers = |lines: Vec<Line>| lines.iter().map(|line| line.number).collect::<Vec<_>>();

        story.add(&told(1));
        assert_eq!(numbers(story.next(0).await), [1]);
        let (waited, ()) = tokio::join!(story.next(1), async { story.add(&told(2)) });
        assert_eq!(numbers(waited), [2]);

        for second in 3..=10_010 {
            story.add(&told(second));
        }
        assert_eq!(numbers(story.after(0)).first(), Some(&11));
        assert_eq!(story.newest(), 10_010);
    }

    #[test]
    fn only_another_division_is_a_shift() {
        let story = Story::default();
        for second in [1, 1, 2, 2, 1] {
            story.add(&told(second));
        }
        assert_eq!(story.newest(), 3);
    }

    #[test]
    fn a_line_survives_being_written_and_read() {
        let line = Line { number: 7, told: told(1) };
        let written = serde_json::to_string(&line).unwrap();
        assert_eq!(serde_json::from_str::<Line>(&written).unwrap(), line, "{written}");
    }
}
