//! Simulated releases, good and bad, held against blue minute by minute.

use domain::comparison::{Compared, Comparison, Count, Period};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// How a service is released, and how often its two releases err.
#[derive(Debug, Clone, Copy)]
pub struct Release {
    /// Requests a minute.
    pub traffic: u64,
    /// Green's share of them in percent; 100 is all at once.
    pub share: u64,
    /// Blue's error rate.
    pub blue: f64,
    /// How many times as often green errs.
    pub times: f64,
}

/// For how many minutes blue was seen before.
pub const BEFORE: usize = 10;

/// How a release came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Course {
    /// What was said in the end.
    pub compared: Compared,
    /// After how many requests of green.
    pub requests: u64,
}

impl Release {
    /// Plays it until green is found to be worse, or has answered `most` requests: asked every
    /// minute, as often as can be.
    pub fn play(&self, comparison: &Comparison, most: u64, seed: u64) -> Course {
        let mut dice = SmallRng::seed_from_u64(seed);
        let mut count =
            |requests, rate| Count { requests, errors: binomial(&mut dice, requests, rate) };
        let green = (self.traffic * self.share / 100).max(1);
        let alone = self.share == 100;

        let mut periods: Vec<Period> = (0..BEFORE)
            .map(|_| Period { blue: count(self.traffic, self.blue), green: Count::default() })
            .collect();
        let mut requests = 0;
        loop {
            let now = green.min(most - requests);
            requests += now;
            let blue = if alone { 0 } else { now * (100 - self.share) / self.share };
            periods.push(Period {
                blue: count(blue, self.blue),
                green: count(now, self.blue * self.times),
            });
            let compared = comparison.compare(&periods);
            if compared == Compared::Worse || requests >= most {
                return Course { compared, requests };
            }
        }
    }

    /// The share of so many plays that end as told.
    pub fn share_of(
        &self,
        comparison: &Comparison,
        most: u64,
        plays: u64,
        is: impl Fn(Compared) -> bool,
    ) -> f64 {
        let ended = (0..plays).filter(|seed| is(self.play(comparison, most, *seed).compared));
        let (ended, plays) = (ended.count(), u32::try_from(plays).unwrap_or(u32::MAX));
        f64::from(u32::try_from(ended).unwrap_or(u32::MAX)) / f64::from(plays)
    }
}

/// How many of `requests` err: from error to error, the gap between them being geometric.
fn binomial(dice: &mut SmallRng, requests: u64, rate: f64) -> u64 {
    if rate <= 0.0 {
        return 0;
    }
    let (mut errors, mut at) = (0, 0.0);
    loop {
        let chance: f64 = dice.random();
        at += ((1.0 - chance).ln() / (1.0 - rate).ln()).floor() + 1.0;
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        if at > requests as f64 {
            return errors;
        }
        errors += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::comparison::Beside;

    const PLAYS: u64 = 400;

    fn doubled(share: u64) -> (Release, u64) {
        let release = Release { traffic: 6_000, share, blue: 0.01, times: 2.0 };
        let beside = match share {
            100 => Beside::Before(release.traffic * BEFORE as u64),
            #[expect(clippy::cast_precision_loss, reason = "a percentage")]
            share => Beside::Share(share as f64 / 100.0),
        };
        let needed = Comparison::default().needs(0.01, beside);
        (release, needed.expect("it can be told"))
    }

    #[test]
    fn a_doubled_error_rate_is_caught_within_the_traffic_that_is_said_to_be_needed() {
        for share in [10, 50, 100] {
            let (release, needed) = doubled(share);
            let caught =
                release.share_of(&Comparison::default(), needed, PLAYS, |it| it == Compared::Worse);
            assert!(caught >= 0.93, "{share}%: {caught} within {needed} requests");
        }
    }

    #[test]
    fn a_good_release_is_found_good_within_it_and_blamed_no_more_often_than_stated() {
        for share in [10, 50, 100] {
            let (release, needed) = doubled(share);
            let good = Release { times: 1.0, ..release };
            let comparison = Comparison::default();

            let found = |is| good.share_of(&comparison, needed, PLAYS, |it| it == is);

            assert!(found(Compared::BetterOrSame) >= 0.93, "{share}%");
            let blamed = good.share_of(&comparison, 20 * needed, PLAYS, |it| it == Compared::Worse);
            assert!(blamed <= 0.01, "{share}%: {blamed}");
        }
    }
}
