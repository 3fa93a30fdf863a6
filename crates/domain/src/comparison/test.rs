//! The two tests: whether green is worse, and whether it is good.

use super::{Comparison, Count, MISSES, Period, real};

/// How many times as often green may err, each as likely as the others.
pub(super) const RATIOS: [f64; 3] = [1.7, 3.0, 10.0];

/// What part of the tolerated error rate green may have, each as likely as the others.
const LESSER: [f64; 3] = [0.25, 0.5, 0.8];

/// What was counted, as the tests look at it.
struct Evidence {
    /// What blue did before green saw production.
    before: Count,
    /// What both did since, one after the other.
    since: Vec<Period>,
}

impl Evidence {
    fn of(periods: &[Period]) -> Self {
        let first = periods.iter().position(|period| period.green.requests > 0);
        let (before, since) = periods.split_at(first.unwrap_or(periods.len()));
        let sound = |it: &Period| Period { blue: it.blue.sound(), green: it.green.sound() };
        Self {
            before: before.iter().map(|period| period.blue).sum(),
            since: since.iter().map(sound).collect(),
        }
    }
}

/// Whether green errs more than blue, and more than is tolerated.
pub(super) fn is_worse(comparison: &Comparison, periods: &[Period]) -> bool {
    let evidence = Evidence::of(periods);
    let level = comparison.false_alarms.share() / 2.0;
    let most = most(evidence.before, level);

    // Backwards: what is summed up is what was seen since each period.
    let mut seen = [0.0; RATIOS.len()];
    let (mut green, mut mixture, mut strongest) = (Count::default(), 0.0, (0.0, 0.0));
    for (before, period) in evidence.since.iter().enumerate().rev() {
        for (seen, ratio) in seen.iter_mut().zip(RATIOS) {
            *seen += match period.blue.requests {
                0 => alone(period.green, most, ratio * most),
                _ => divided(period, 1.0, ratio),
            };
        }
        green = [green, period.green].into_iter().sum();
        let since = beginning(before) * seen.iter().map(|seen| seen.exp()).sum::<f64>();
        mixture += since / real(RATIOS.len() as u64);
        if since > strongest.0 {
            strongest = (since, green.rate());
        }
    }
    mixture >= 1.0 / level && strongest.1 > comparison.tolerated.share()
}

/// Whether green surely errs less than so many times as often as blue, or less than is tolerated.
pub(super) fn is_good(comparison: &Comparison, periods: &[Period]) -> bool {
    let evidence = Evidence::of(periods);
    let (times, tolerated) = (comparison.times, comparison.tolerated.share());
    let least = least(evidence.before, MISSES / 4.0);

    let as_blue = evidence.since.iter().map(|period| match period.blue.requests {
        0 => alone(period.green, times * least, evidence.before.rate().min(times * least)),
        _ => divided(period, times, 1.0),
    });
    let green: Count = evidence.since.iter().map(|period| period.green).sum();
    let lesser = LESSER.iter().map(|lesser| alone(green, tolerated, lesser * tolerated).exp());
    let tolerable = lesser.sum::<f64>() / real(LESSER.len() as u64);

    as_blue.sum::<f64>() >= (4.0 / MISSES).ln() || tolerable >= 2.0 / MISSES
}

/// How likely it is that green is worse since the period that so many came before: 1/2, 1/6, 1/12, …
pub(super) fn beginning(before: usize) -> f64 {
    let nth = real(before as u64 + 1);
    1.0 / (nth * (nth + 1.0))
}

/// How much more likely the errors of a period divide as they do when green errs `is` times as often
/// as blue than when it errs `was` times as often; as a logarithm.
fn divided(period: &Period, was: f64, is: f64) -> f64 {
    let (of_green, of_both) = (period.green.errors, period.green.errors + period.blue.errors);
    let beside = real(period.green.requests) / real(period.blue.requests);
    real(of_green) * (is / was).ln()
        + real(of_both) * ((1.0 + was * beside) / (1.0 + is * beside)).ln()
}

/// How much more likely so many errors are at the error rate `is` than at `was`, as a logarithm.
/// Where one of them is no rate, or nothing is known of it, that is left out.
pub(super) fn alone(count: Count, was: f64, is: f64) -> f64 {
    let rates = 0.0..1.0;
    if was <= 0.0 || is <= 0.0 || !rates.contains(&was) || !rates.contains(&is) {
        return 0.0;
    }
    let good = real(count.requests - count.errors);
    real(count.errors) * (is / was).ln() + good * ((1.0 - is) / (1.0 - was)).ln()
}

/// The most that an error rate may be, but for a chance of `level`; 0 when nothing is known.
pub(super) fn most(count: Count, level: f64) -> f64 {
    let bound = |rate: f64| rate > count.rate() && surprise(count, rate) > (1.0 / level).ln();
    match count.requests {
        0 => 0.0,
        _ => boundary(count.rate(), 1.0, bound),
    }
}

/// The least that an error rate may be, but for a chance of `level`; 0 when nothing is known.
pub(super) fn least(count: Count, level: f64) -> f64 {
    let bound = |rate: f64| rate >= count.rate() || surprise(count, rate) <= (1.0 / level).ln();
    match count.errors {
        0 => 0.0,
        _ => boundary(0.0, count.rate(), bound),
    }
}

/// Where `bound` begins to hold between two rates.
fn boundary(mut low: f64, mut high: f64, bound: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        match bound(middle) {
            true => high = middle,
            false => low = middle,
        }
    }
    f64::midpoint(low, high)
}

/// So many times the divergence of what was counted from a rate: Hoeffding's exponent.
fn surprise(count: Count, rate: f64) -> f64 {
    let (errors, good) = (real(count.errors), real(count.requests - count.errors));
    let part =
        |some: f64, share: f64, of: f64| if some > 0.0 { some * (share / of).ln() } else { 0.0 };
    part(errors, count.rate(), rate) + part(good, 1.0 - count.rate(), 1.0 - rate)
}
