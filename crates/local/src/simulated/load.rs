//! Production traffic, computed from the weights that held.

use jiff::{SignedDuration, Timestamp};

use super::behaviour::Conduct;
use crate::plant::{Orders, Share};
use crate::traffic::Traffic;

/// How long weights are remembered after they changed.
const MEMORY: SignedDuration = SignedDuration::from_hours(24);

/// Who had which share of production traffic, and since when.
#[derive(Debug, Default)]
pub(super) struct Load {
    /// Oldest first.
    history: Vec<(Timestamp, Vec<Weight>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Weight {
    revision: String,
    image: String,
    share: Share,
}

impl Load {
    /// Takes note of the weights that hold from now on.
    pub(super) fn shift(&mut self, orders: &Orders, now: Timestamp) {
        let image = |revision: &str| {
            let order = orders.revisions.iter().find(|it| it.revision == revision);
            order.map(|it| it.image.clone()).unwrap_or_default()
        };
        let weights: Vec<_> = orders
            .production
            .iter()
            .map(|(revision, share)| Weight {
                revision: revision.clone(),
                image: image(revision),
                share: *share,
            })
            .collect();
        if self.history.last().is_some_and(|(_, last)| *last == weights) {
            return;
        }

        self.history.push((now, weights));
        // Of the weights that changed long ago only the last are still in force.
        let old = self.history.iter().filter(|(at, _)| now.duration_since(*at) > MEMORY).count();
        self.history.drain(..old.saturating_sub(1));
    }

    /// What one revision, or all, saw from `from` up to, not including, `to`.
    pub(super) fn traffic(
        &self,
        conduct: &Conduct,
        revision: Option<&str>,
        from: Timestamp,
        to: Timestamp,
    ) -> Traffic {
        let ends = self.history.iter().skip(1).map(|(at, _)| *at).chain([Timestamp::MAX]);
        let mut traffic = Traffic::default();
        for ((begin, weights), end) in self.history.iter().zip(ends) {
            let (begin, end) = ((*begin).max(from), end.min(to));
            if begin >= end {
                continue;
            }
            for weight in
                weights.iter().filter(|it| revision.is_none_or(|only| it.revision == only))
            {
                traffic.merge(&weight.traffic(conduct, begin, end));
            }
        }
        traffic
    }
}

impl Weight {
    fn traffic(&self, conduct: &Conduct, begin: Timestamp, end: Timestamp) -> Traffic {
        let behaviour = conduct.of(&self.image);
        let micros = u64::try_from(behaviour.latency.as_micros()).unwrap_or(u64::MAX);
        let broken = conduct.breaks_at(&self.image).map_or(end, |at| at.clamp(begin, end));
        // Requests since the epoch, so that neighbouring times add up to the whole.
        let requests = |until: Timestamp| {
            let rate = i128::from(behaviour.requests_per_second) * i128::from(self.share.0);
            i128::from(until.as_microsecond()) * rate / (1_000_000 * i128::from(Share::ALL.0))
        };
        let errors = |until: Timestamp| {
            requests(until) * i128::from(behaviour.error_rate.0) / i128::from(Share::ALL.0)
        };

        let failed = errors(broken) - errors(begin);
        let answered = requests(broken) - requests(begin) - failed;
        let unanswered = requests(end) - requests(broken);
        let mut traffic = many(Some(200), micros, answered);
        traffic.merge(&many(Some(500), micros, failed));
        traffic.merge(&many(None, micros, unanswered));
        traffic
    }
}

/// So many requests of one kind, in as many steps as the number has bits.
fn many(status: Option<u16>, micros: u64, count: i128) -> Traffic {
    let mut left = u64::try_from(count).unwrap_or(0);
    let mut some = Traffic::default();
    some.count(status, micros);
    let mut all = Traffic::default();
    while left > 0 {
        if left % 2 == 1 {
            all.merge(&some);
        }
        left /= 2;
        if left > 0 {
            let twice = some.clone();
            some.merge(&twice);
        }
    }
    all
}
