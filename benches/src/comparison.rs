//! Figures of one thing beside those of others.

/// What was measured, again and again, of one thing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The least.
    pub least: f64,
    /// As many were above as below.
    pub median: f64,
    /// The most.
    pub most: f64,
}

impl Spread {
    /// The spread of what was measured; `None` of nothing.
    pub fn of(measured: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut sorted: Vec<f64> = measured.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let (below, above) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        Some(Self { least, median: f64::midpoint(below, above), most })
    }
}

/// By how many times ours is to be less than the best of the others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    /// What is compared.
    pub what: &'static str,
    /// So many times less, at least.
    pub wanted: f64,
}

/// How a goal was met, or missed.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The best of the others.
    pub beside: String,
    /// So many times less than that.
    pub times: f64,
    /// Whether that is enough.
    pub reached: bool,
}

impl Goal {
    /// Compares the medians: ours with the least among the others; `None` if there are no others.
    pub fn outcome<'a>(
        &self,
        ours: Spread,
        others: impl IntoIterator<Item = (&'a str, Spread)>,
    ) -> Option<Outcome> {
        let (beside, best) = others
            .into_iter()
            .map(|(name, spread)| (name, spread.median))
            .min_by(|one, other| one.1.total_cmp(&other.1))?;
        let times = best / ours.median;
        Some(Outcome { beside: beside.to_owned(), times, reached: times >= self.wanted })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steady(median: f64) -> Spread {
        Spread { least: median, median, most: median }
    }

    #[test]
    fn a_spread_is_the_least_the_middle_and_the_most() {
        let odd = Spread::of([3.0, 1.0, 2.0]).unwrap();
        let even = Spread::of([4.0, 1.0, 2.0, 3.0]).unwrap();

        assert_eq!(odd, Spread { least: 1.0, median: 2.0, most: 3.0 });
        assert_eq!(even, Spread { least: 1.0, median: 2.5, most: 4.0 });
        assert_eq!(Spread::of([]), None);
    }

    #[test]
    fn a_goal_is_held_against_the_best_of_the_others() {
        let goal = Goal { what: "time", wanted: 20.0 };
        let others = |node| [("Python", steady(900.0)), ("Node", steady(node))];

        let reached = goal.outcome(steady(10.0), others(200.0)).unwrap();
        let missed = goal.outcome(steady(10.0), others(199.0)).unwrap();

        assert_eq!(reached, Outcome { beside: "Node".into(), times: 20.0, reached: true });
        assert!(!missed.reached);
        assert_eq!(goal.outcome(steady(10.0), []), None);
    }
}
