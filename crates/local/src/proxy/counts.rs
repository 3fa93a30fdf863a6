//! What the production listener of a service saw.

use jiff::Timestamp;
use parking_lot::Mutex;
use serde::Serialize;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::clock::Clock;
use super::group::Group;
use crate::traffic::Traffic;

/// How long seconds are kept. Alarms look back far less; three hours is what CloudWatch keeps of
/// one-second metrics
/// (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html>).
const KEPT_SECONDS: i64 = 3 * 60 * 60;

/// Why nobody answered a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Failed {
    /// 502: the target refused the connection, closed it, or spoke no HTTP.
    BadGateway,
    /// 503: no target was registered.
    Unavailable,
    /// 504: the target did not answer in time.
    TimedOut,
    /// The target began an answer and did not finish it.
    BrokenOff,
}

/// How a request on a listener ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The target answered with this status.
    Answered(u16),
    /// The client is why there was no answer; the status says how.
    Client(u16),
    /// Nobody answered.
    Failed(Failed),
}

/// All production requests of a service since it was added.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Requests that a task of this image answered, with whatever status.
    pub served_by_image: BTreeMap<String, u64>,
    /// Requests that nobody answered, by reason.
    pub failed: BTreeMap<Failed, u64>,
}

/// Requests by second and revision, and in total.
pub(crate) struct Counts {
    clock: Clock,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Seconds in which there were requests, oldest first.
    seconds: VecDeque<Second>,
    served: BTreeMap<Arc<str>, u64>,
    failed: BTreeMap<Failed, u64>,
}

struct Second {
    /// Unix time.
    at: i64,
    /// By revision; `None` when no revision had weight.
    traffic: Vec<(Option<Arc<str>>, Traffic)>,
}

impl Counts {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, seen: Mutex::default() }
    }

    /// Counts a request that ended now.
    pub(super) fn count(&self, group: Option<&Group>, end: End, micros: u64) {
        let now = (self.clock)().as_second();
        let mut seen = self.seen.lock();

        let status = match end {
            End::Answered(status) => {
                if let Some(group) = group {
                    seen.served(&group.image);
                }
                Some(status)
            }
            End::Client(status) => Some(status),
            End::Failed(why) => {
                *seen.failed.entry(why).or_default() += 1;
                None
            }
        };
        seen.at(now, group.map(|group| &group.revision)).count(status, micros);
    }

    /// What was counted in the seconds that begin from `from` up to, not including, `to`.
    pub(crate) fn traffic(
        &self,
        revision: Option<&str>,
        from: Timestamp,
        to: Timestamp,
    ) -> Option<Traffic> {
        let (from, to) = (first_second(from), first_second(to));
        let seen = self.seen.lock();
        let start = seen.seconds.partition_point(|second| second.at < from);

        seen.seconds
            .range(start..)
            .take_while(|second| second.at < to)
            .flat_map(|second| &second.traffic)
            .filter(|(of, _)| revision.is_none_or(|revision| of.as_deref() == Some(revision)))
            .fold(None, |sum: Option<Traffic>, (_, traffic)| {
                let mut sum = sum.unwrap_or_default();
                sum.merge(traffic);
                Some(sum)
            })
    }

    /// Everything since the beginning.
    pub(crate) fn totals(&self) -> Totals {
        let seen = self.seen.lock();
        Totals {
            served_by_image: seen.served.iter().map(|(image, n)| (image.to_string(), *n)).collect(),
            failed: seen.failed.clone(),
        }
    }
}

impl Seen {
    fn served(&mut self, image: &Arc<str>) {
        match self.served.get_mut(image) {
            Some(count) => *count += 1,
            None => _ = self.served.insert(Arc::clone(image), 1),
        }
    }

    /// The counter of this second and revision. A clock that was set back counts into the newest.
    fn at(&mut self, now: i64, revision: Option<&Arc<str>>) -> &mut Traffic {
        if self.seconds.back().is_none_or(|newest| newest.at < now) {
            self.seconds.push_back(Second { at: now, traffic: Vec::new() });
            while self.seconds.front().is_some_and(|oldest| oldest.at <= now - KEPT_SECONDS) {
                self.seconds.pop_front();
            }
        }

        let newest = self.seconds.len() - 1;
        let traffic = &mut self.seconds[newest].traffic;
        let at = traffic.iter().position(|(of, _)| of.as_ref() == revision).unwrap_or_else(|| {
            traffic.push((revision.cloned(), Traffic::default()));
            traffic.len() - 1
        });
        &mut traffic[at].1
    }
}

/// The first whole second that does not begin before `at`.
fn first_second(at: Timestamp) -> i64 {
    at.as_second() + i64::from(at.subsec_nanosecond() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicI64, Ordering};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn counts() -> (Counts, Arc<AtomicI64>) {
        let now = Arc::new(AtomicI64::new(1_000));
        let clock = Arc::clone(&now);
        (Counts::new(Arc::new(move || at(clock.load(Ordering::Relaxed)))), now)
    }

    #[test]
    fn a_second_belongs_to_one_of_two_neighbouring_windows() {
        let (counts, now) = counts();
        let blue = Group::new("blue", "image");
        for second in 1_000..1_010 {
            now.store(second, Ordering::Relaxed);
            counts.count(Some(&blue), End::Answered(200), 500);
        }

        let requests = |from, to| counts.traffic(None, from, to).map(|traffic| traffic.requests);
        let between = Timestamp::from_millisecond(1_004_500).unwrap();

        assert_eq!(requests(at(1_000), between), Some(5));
        assert_eq!(requests(between, at(1_010)), Some(5));
        assert_eq!(requests(at(1_010), at(1_020)), None, "nothing measured is not zero");
    }

    #[test]
    fn revisions_are_counted_apart_and_together() {
        let (counts, _) = counts();
        let (blue, green) = (Group::new("blue", "image-1"), Group::new("green", "image-2"));
        counts.count(Some(&blue), End::Answered(200), 500);
        counts.count(Some(&green), End::Answered(500), 500);
        counts.count(Some(&green), End::Failed(Failed::BadGateway), 500);
        counts.count(None, End::Failed(Failed::Unavailable), 500);

        let traffic = |revision| counts.traffic(revision, at(0), at(2_000)).unwrap();

        assert_eq!(traffic(Some("blue")).error_rate(), Some(0.0));
        assert_eq!(traffic(Some("green")).error_rate(), Some(1.0));
        assert_eq!(traffic(None).requests, 4);
        assert_eq!(traffic(None).unanswered, 2);
        assert_eq!(counts.totals().served_by_image["image-2"], 1);
        assert_eq!(counts.totals().failed[&Failed::Unavailable], 1);
    }

    #[test]
    fn seconds_older_than_three_hours_are_dropped() {
        let (counts, now) = counts();
        counts.count(None, End::Answered(200), 500);
        now.fetch_add(KEPT_SECONDS, Ordering::Relaxed);
        counts.count(None, End::Answered(200), 500);

        assert_eq!(counts.traffic(None, at(0), at(1_000_000)).unwrap().requests, 1);
    }
}
