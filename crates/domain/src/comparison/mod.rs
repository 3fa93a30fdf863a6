//! Whether green answers worse than blue: a sequential test on requests and errors.
//!
//! It may be asked after every minute, as often as one likes, and still blames a good green no more
//! often than promised. What it multiplies up is the likelihood ratio of "green errs ρ times as
//! often" to "green errs as often as blue", mixed over ρ and over the minute since when it is so. Such
//! a mixture exceeds 1/α with a probability of at most α, ever, if green is as good as blue or
//! better (Ville's inequality).
//!
//! - While both fleets answer, only the division of each minute's errors counts. So what makes both
//!   err, a database that stumbles or a wave of bad requests, blames nobody. Given their sum, the
//!   errors of green are spread less than binomially (Hoeffding), which keeps the promise exact at
//!   any error rate.
//! - While green answers alone it is held against the most that blue's error rate may have been
//!   before, at half of α each. This supposes that blue would have gone on as before.
//!
//! Sources: H. Robbins, "Statistical Methods Related to the Law of the Iterated Logarithm", 1970
//! (mixtures); R. Johari, L. Pekelis, D. Walsh, "Always Valid Inference", 2015 (mSPRT); M. Lindon,
//! A. Malek, "Anytime-Valid Inference for Multinomial Count Data", 2022 (counts given their sum);
//! J. Shin, A. Ramdas, A. Rinaldo, "E-detectors", 2022 (mixtures over the beginning); W. Hoeffding,
//! "Probability Inequalities for Sums of Bounded Random Variables", 1963 (section 6, and the bound
//! on blue's rate).

mod needs;
mod test;

pub use needs::Beside;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::strategy::Percent;

/// How green is compared with blue, by the requests and errors that the load balancer counts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// A green that errs so many times as often as blue is to be caught: 1.2 to 100.
    #[serde(default = "twice")]
    #[schemars(range(min = 1.2, max = 100.0))]
    pub times: f64,
    /// An error rate that is good in any case, in percent of the requests.
    #[serde(default = "half_a_percent")]
    pub tolerated: Percent,
    /// The share of good releases, in percent, that may be blamed at most.
    #[serde(default = "one_percent")]
    pub false_alarms: Percent,
    /// What becomes of a release that sees too little traffic to tell.
    #[serde(default)]
    pub little_traffic: LittleTraffic,
}

/// What becomes of a release that sees too little traffic to tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LittleTraffic {
    /// It waits for more, and is taken back if that does not come.
    #[default]
    Hold,
    /// It passes. One that sees none at all does not.
    Pass,
}

/// The share of greens as bad as [`Comparison::times`] says that may be called good at most.
pub const MISSES: f64 = 0.05;

/// What a fleet answered in some time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// All requests.
    pub requests: u64,
    /// Those that it failed: answered with a status of 500 and above, or not at all.
    pub errors: u64,
}

/// What both fleets answered at the same time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// What blue did.
    pub blue: Count,
    /// What green did.
    pub green: Count,
}

/// What a comparison comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compared {
    /// Green errs no more than blue, or no more than is tolerated.
    BetterOrSame,
    /// Green errs more.
    Worse,
    /// Neither can be said yet.
    NotEnough,
    /// Green answered no request, or there is nothing of blue to compare it with.
    NoData,
}

impl Comparison {
    /// Compares green with blue. `periods` are all since some time before green saw production,
    /// oldest first, each of the same length.
    pub fn compare(&self, periods: &[Period]) -> Compared {
        let green: Count = periods.iter().map(|period| period.green).sum();
        let blue: Count = periods.iter().map(|period| period.blue).sum();
        if green.requests == 0 || blue.requests == 0 {
            return Compared::NoData;
        }
        match () {
            () if test::is_worse(self, periods) => Compared::Worse,
            () if test::is_good(self, periods) => Compared::BetterOrSame,
            () => Compared::NotEnough,
        }
    }
}

impl Default for Comparison {
    fn default() -> Self {
        Self {
            times: twice(),
            tolerated: half_a_percent(),
            false_alarms: one_percent(),
            little_traffic: LittleTraffic::default(),
        }
    }
}

impl Count {
    /// Its errors as a share of 0 to 1 of its requests; 0 without requests.
    pub fn rate(self) -> f64 {
        match self.requests {
            0 => 0.0,
            requests => real(self.errors) / real(requests),
        }
    }

    /// As counted by somebody who may tell an error whose request he did not tell.
    pub(crate) fn sound(self) -> Self {
        Self { errors: self.errors.min(self.requests), ..self }
    }
}

impl std::iter::Sum for Count {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.map(Self::sound).fold(Self::default(), |sum, count| Self {
            requests: sum.requests + count.requests,
            errors: sum.errors + count.errors,
        })
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}% of {}", self.rate() * 100.0, self.requests)
    }
}

impl Percent {
    /// As a share of 0 to 1.
    pub(crate) fn share(self) -> f64 {
        self.value() / 100.0
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
fn real(count: u64) -> f64 {
    count as f64
}

fn twice() -> f64 {
    2.0
}

fn half_a_percent() -> Percent {
    Percent::new(0.5).expect("0.5 is a percentage")
}

fn one_percent() -> Percent {
    Percent::new(1.0).expect("1 is a percentage")
}

#[cfg(test)]
mod tests;
