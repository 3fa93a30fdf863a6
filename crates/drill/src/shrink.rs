//! The smallest schedule that still breaks a promise.

use std::ops::Range;

use crate::judging::{Broken, Judge, judged};
use crate::{Arrival, Disturbance, Failing, Schedule};

/// Leaves out of a schedule whatever it takes to break a promise without, then makes its numbers
/// smaller.
pub(crate) fn shrink(mut broken: Broken, judge: &impl Judge) -> Broken {
    // Large pieces first: a storm has hundreds.
    let mut size = broken.schedule.parts().div_ceil(2);
    while size > 0 {
        let mut start = 0;
        while start < broken.schedule.parts() {
            match judged(&broken.schedule.without(start..start + size), judge) {
                Some(smaller) => broken = smaller,
                None => start += size,
            }
        }
        size /= 2;
    }
    for part in 0..broken.schedule.parts() {
        while let Some(smaller) = broken.schedule.lessened(part)
            && let Some(smaller) = judged(&smaller, judge)
        {
            broken = smaller;
        }
    }
    broken
}

impl Schedule {
    /// How many acts and disturbances there are.
    fn parts(&self) -> usize {
        self.acts.len() + self.disturbances.len()
    }

    /// The same without those acts and disturbances, counted in this order.
    fn without(&self, gone: Range<usize>) -> Self {
        let left = |index: usize| !gone.contains(&index);
        let acts = self.acts.iter().enumerate().filter(|(index, _)| left(*index));
        let first = self.acts.len();
        let disturbances = self.disturbances.iter().enumerate();
        let disturbances = disturbances.filter(|(index, _)| left(first + index));
        Self {
            scenario: self.scenario,
            acts: acts.map(|(_, act)| act.clone()).collect(),
            disturbances: disturbances.map(|(_, disturbance)| disturbance.clone()).collect(),
        }
    }

    /// The same with half the number in one part, if that is another schedule.
    fn lessened(&self, part: usize) -> Option<Self> {
        let mut less = self.clone();
        let first = self.acts.len();
        let number = match less.acts.get_mut(part) {
            Some(act) => &mut act.at,
            None => less.disturbances.get_mut(part.checked_sub(first)?)?.amount()?,
        };
        *number /= 2;
        (less != *self).then_some(less)
    }
}

impl Disturbance {
    /// How much of it there is: times or seconds.
    fn amount(&mut self) -> Option<&mut u64> {
        match self {
            Self::Call { fails: Failing::Throttled(times), .. } => Some(times),
            Self::Event { arrives: Arrival::Late(seconds), .. } => Some(seconds),
            _ => None,
        }
    }
}
