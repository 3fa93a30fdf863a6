//! What the load balancer counts of each fleet.

use jiff::Timestamp;

use super::{Query, Series, Statistic};
use crate::comparison::{Count, Period};
use crate::rollout::TargetGroup;
use crate::seconds::Seconds;

/// Requests, and those that a target answered with a status of 500 and above, or not at all.
///
/// Source: the user guide for Application Load Balancers, "CloudWatch metrics for your Application
/// Load Balancer". Of errors there is a point only where there were some.
const COUNTED: [&str; 3] =
    ["RequestCount", "HTTPCode_Target_5XX_Count", "TargetConnectionErrorCount"];

/// What is asked of some target groups, to know what they answered.
pub fn counted(groups: &[TargetGroup]) -> Vec<Query> {
    let of = |group: &TargetGroup| {
        let dimensions = group.dimensions();
        COUNTED.map(|name| Query {
            namespace: TargetGroup::NAMESPACE.into(),
            name: name.into(),
            dimensions: dimensions.clone(),
            statistic: Statistic::Sum,
            period: Query::MINUTE,
        })
    };
    groups.iter().flat_map(of).collect()
}

/// What both fleets did, minute by minute, from what was told of [`counted`] since `from`.
///
/// # Errors
/// Why that cannot be known: a sum of what was told in parts is too small.
pub fn periods(blue: &[Series], green: &[Series], from: Timestamp) -> Result<Vec<Period>, String> {
    let mut periods = Vec::new();
    for (of_green, series) in [(false, blue), (true, green)] {
        for (index, series) in series.iter().enumerate() {
            if matches!(series, Series::Partial(_)) {
                return Err("told only in parts".into());
            }
            for point in series.points() {
                let minute = Seconds::between(from, point.at).0 / Query::MINUTE.0;
                let minute = usize::try_from(minute).unwrap_or(usize::MAX).min(LONGEST);
                if periods.len() <= minute {
                    periods.resize(minute + 1, Period::default());
                }
                let period: &mut Period = &mut periods[minute];
                let count = if of_green { &mut period.green } else { &mut period.blue };
                add(count, index % COUNTED.len() == 0, point.value);
            }
        }
    }
    Ok(periods)
}

/// A rollout lasts thirty days at most.
const LONGEST: usize = 30 * 24 * 60;

fn add(count: &mut Count, requests: bool, value: f64) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
    let value = value.round() as u64;
    let sum = if requests { &mut count.requests } else { &mut count.errors };
    *sum = sum.saturating_add(value);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Point;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn series(points: &[(i64, f64)]) -> Series {
        let point = |&(second, value)| Point { at: at(second), value };
        Series::Complete(points.iter().map(point).collect())
    }

    #[test]
    fn minutes_of_both_fleets_stand_side_by_side() {
        let blue = [series(&[(600, 90.0), (660, 90.0)]), series(&[(660, 2.0)]), Series::NoData];
        let green = [series(&[(660, 10.0)]), series(&[(660, 1.0)]), series(&[(660, 3.0)])];

        let periods = periods(&blue, &green, at(600)).unwrap();

        let count = |requests, errors| Count { requests, errors };
        assert_eq!(
            periods,
            [
                Period { blue: count(90, 0), green: count(0, 0) },
                Period { blue: count(90, 2), green: count(10, 4) },
            ]
        );
    }

    #[test]
    fn what_is_told_in_parts_is_not_added_up() {
        let blue = [Series::Partial(vec![]), Series::NoData, Series::NoData];

        assert_eq!(periods(&blue, &[], at(0)), Err("told only in parts".into()));
    }
}
