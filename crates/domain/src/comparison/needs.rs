//! How much traffic a comparison needs.

use super::test::{RATIOS, beginning, least, most};
use super::{Comparison, Count, MISSES, real};

/// What green is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Beside {
    /// Blue at the same time; green has this share of all requests, of 0 to 1.
    Share(f64),
    /// So many requests that blue answered before.
    Before(u64),
}

/// 19 of 20 normal deviates are less.
const NEARLY_ALL: f64 = 1.645;

impl Comparison {
    /// After how many requests of green one that errs [`times`](Self::times) as often as blue, whose
    /// error rate is `rate`, is caught in 19 of 20 cases, and one that errs as blue is as often found
    /// to be good. `None` if that cannot be told from any traffic.
    pub fn needs(&self, rate: f64, beside: Beside) -> Option<u64> {
        let level = self.false_alarms.share() / 2.0;
        let worse = (1.0 / (level * beginning(0))).ln() + real(RATIOS.len() as u64).ln();
        let good = (4.0 / MISSES).ln();
        let caught = RATIOS.iter().filter_map(|ratio| match beside {
            Beside::Share(share) => {
                let (was, is) = (odds(share, 1.0), odds(share, self.times));
                let step = Step::of(is, was, odds(share, *ratio));
                Some(step?.steps(worse)? * is / (self.times * rate))
            }
            Beside::Before(requests) => {
                let most = most(unlucky(rate, requests, 1.0), level);
                Step::of(self.times * rate, most, ratio * most)?.steps(worse)
            }
        });
        let cleared = match beside {
            Beside::Share(share) => {
                let (is, was) = (odds(share, 1.0), odds(share, self.times));
                Step::of(is, was, is).and_then(|step| Some(step.steps(good)? * is / rate))
            }
            Beside::Before(requests) => {
                let least = least(unlucky(rate, requests, -1.0), MISSES / 4.0);
                let known = self.times * least > rate;
                Step::of(rate, self.times * least, rate).filter(|_| known)?.steps(good)
            }
        };
        let needed = caught.min_by(f64::total_cmp)?.max(cleared?).ceil();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "in 1..1e15")]
        (1.0..1e15).contains(&needed).then_some(needed as u64)
    }
}

/// The share of all errors that are green's when it errs so many times as often as blue.
fn odds(share: f64, times: f64) -> f64 {
    times * share / (times * share + 1.0 - share)
}

/// What blue's count may be when chance had it more errors than it has on average, or fewer.
fn unlucky(rate: f64, requests: u64, side: f64) -> Count {
    let errors = rate * real(requests);
    let errors = (errors + side * NEARLY_ALL * errors.sqrt()).max(0.0).round();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not negative")]
    Count { requests, errors: errors as u64 }.sound()
}

/// One step of a walk: what one request, or one error, adds to a logarithm of likelihoods.
struct Step {
    mean: f64,
    deviation: f64,
}

impl Step {
    /// Of something that happens with the chance `happens` and is judged as `is` against `was`.
    /// `None` where these are no chances.
    fn of(happens: f64, was: f64, is: f64) -> Option<Self> {
        let chance = |chance: f64| chance > 0.0 && chance < 1.0;
        if ![happens, was, is].into_iter().all(chance) {
            return None;
        }
        let (hit, missed) = ((is / was).ln(), ((1.0 - is) / (1.0 - was)).ln());
        let spread = (happens * (1.0 - happens)).sqrt();
        Some(Self {
            mean: happens * hit + (1.0 - happens) * missed,
            deviation: spread * (hit - missed).abs(),
        })
    }

    /// After how many steps 19 of 20 walks are beyond a height.
    fn steps(&self, height: f64) -> Option<f64> {
        let wide = NEARLY_ALL * self.deviation;
        let root = (wide + (wide * wide + 4.0 * self.mean * height).sqrt()) / (2.0 * self.mean);
        (self.mean > 0.0).then_some(root * root)
    }
}
