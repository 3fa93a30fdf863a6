//! Metric math, as far as it is arithmetic: numbers, metrics by their ids, `+ - * /` and brackets.
//!
//! That is the same in JSONata, whose engine is here anyway. What CloudWatch has besides, functions
//! and search, is for CloudWatch. Source: the CloudWatch user guide, "Using math expressions with
//! CloudWatch metrics".

use std::collections::{BTreeMap, BTreeSet};

use domain::metric::{Point, Series};
use jiff::Timestamp;
use jsonata_core::ast::AstNode;
use jsonata_core::evaluator::Evaluator;
use jsonata_core::parser;
use jsonata_core::value::JValue;

/// A formula that can be computed.
pub(super) struct Arithmetic(AstNode);

impl Arithmetic {
    /// Reads a formula.
    ///
    /// # Errors
    /// What of it is not arithmetic.
    pub(super) fn read(math: &str) -> Result<Self, String> {
        let strange =
            math.chars().find(|it| !(it.is_ascii_alphanumeric() || "_.+-*/() ".contains(*it)));
        if let Some(strange) = strange {
            return Err(format!("{strange:?} is no arithmetic"));
        }
        if let Some(function) = called(math) {
            return Err(format!("{function} is a function of CloudWatch"));
        }
        parser::parse(math).map(Self).map_err(|error| error.to_string())
    }

    /// What it comes to of these metrics, wherever all of them have a point; a division by zero is no
    /// point.
    pub(super) fn of(&self, metrics: &BTreeMap<String, Series>) -> Series {
        let points = |series: &Series| -> BTreeMap<Timestamp, f64> {
            series.points().iter().map(|point| (point.at, point.value)).collect()
        };
        let values: BTreeMap<&String, BTreeMap<Timestamp, f64>> =
            metrics.iter().map(|(id, series)| (id, points(series))).collect();
        let moments: BTreeSet<Timestamp> =
            values.values().flat_map(BTreeMap::keys).copied().collect();
        let computed = moments.into_iter().filter_map(|at| {
            let known = values.iter().map(|(id, points)| Some((*id, *points.get(&at)?)));
            let value = self.value(known.collect::<Option<_>>()?)?;
            Some(Point { at, value })
        });
        let computed: Vec<Point> = computed.collect();

        let partial = metrics.values().any(|series| matches!(series, Series::Partial(_)));
        match computed.is_empty() {
            true => Series::NoData,
            false if partial => Series::Partial(computed),
            false => Series::Complete(computed),
        }
    }

    fn value(&self, of: Vec<(&String, f64)>) -> Option<f64> {
        let input = JValue::object(
            of.into_iter().map(|(id, value)| (id.clone(), JValue::Number(value))).collect(),
        );
        let value = Evaluator::new().evaluate(&self.0, &input).ok()?.as_f64()?;
        value.is_finite().then_some(value)
    }
}

/// The first name that is followed by a bracket.
fn called(math: &str) -> Option<&str> {
    math.match_indices('(').find_map(|(bracket, _)| {
        let before = math[..bracket].trim_end();
        let name = before.trim_end_matches(|it: char| it.is_ascii_alphanumeric() || it == '_');
        let name = &before[name.len()..];
        name.starts_with(|it: char| it.is_ascii_alphabetic()).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(points: &[(i64, f64)]) -> Series {
        let point = |&(minute, value): &(i64, f64)| Point {
            at: Timestamp::from_second(minute * 60).expect("a moment"),
            value,
        };
        Series::Complete(points.iter().map(point).collect())
    }

    #[test]
    fn it_is_computed_where_every_metric_has_a_point() {
        let errors = series(&[(1, 1.0), (2, 2.0), (4, 4.0)]);
        let requests = series(&[(1, 100.0), (2, 0.0), (3, 100.0), (4, 200.0)]);
        let of = BTreeMap::from([("errors".to_owned(), errors), ("requests".to_owned(), requests)]);
        let computed = |math: &str| Arithmetic::read(math).map(|it| it.of(&of));

        assert_eq!(computed("100 * errors / requests"), Ok(series(&[(1, 1.0), (4, 2.0)])));
        assert_eq!(
            computed("(requests - errors) * 0.5"),
            Ok(series(&[(1, 49.5), (2, -1.0), (4, 98.0)]))
        );
        assert_eq!(Arithmetic::read("a + b").map(|it| it.of(&BTreeMap::new())), Ok(Series::NoData));
    }

    #[test]
    fn what_is_not_arithmetic_is_told() {
        for (math, told) in [
            ("SUM([a, b])", "'[' is no arithmetic"),
            ("100 * FILL (a)", "FILL is a function of CloudWatch"),
            ("a ^ 2", "'^' is no arithmetic"),
        ] {
            assert_eq!(Arithmetic::read(math).map(|_| ()), Err(told.to_owned()), "{math}");
        }
        assert!(Arithmetic::read("a +").is_err());
    }
}
