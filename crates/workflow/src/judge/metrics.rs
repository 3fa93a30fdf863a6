//! What the metrics of a rollout were.

use domain::comparison::Period;
use domain::metric::{Formula, Measured, MetricCheck, Query, Series, counted, periods};
use domain::name::Arn;
use domain::rollout::TargetGroup;
use domain::seconds::Seconds;
use jiff::Timestamp;

use crate::ports::{Metrics, Prometheus};

/// For how long before the rollout blue is looked at, to know how it answers.
const BEFORE: Seconds = Seconds::minutes(10);

/// What each check of metrics has to go by, of a rollout to a task definition that began at
/// `began`. One that could not be asked holds the rollout up, and says why; it does not end the look,
/// which has more to tell.
pub(crate) async fn read(
    metrics: &impl Metrics,
    prometheus: &impl Prometheus,
    checks: &[MetricCheck],
    definition: &Arn,
    (began, now): (Timestamp, Timestamp),
    green: &[TargetGroup],
    blue: &[TargetGroup],
) -> Vec<(MetricCheck, Result<Measured, String>)> {
    let since = whole_minute(BEFORE.before(began));
    // The points of the last minute are still being told.
    let until = whole_minute(Query::MINUTE.before(now));

    let compares = checks.iter().any(|check| matches!(check, MetricCheck::Compare(_)));
    let compared = match compares {
        true => count(metrics, green, blue, since, until).await,
        false => Ok(Vec::new()),
    };
    let formulas: Vec<Formula> = checks.iter().filter_map(|check| formula(check, green)).collect();
    let began = whole_minute(began);
    let mut computed = match formulas.is_empty() {
        true => Ok(Vec::new().into_iter()),
        false => metrics.computed(&formulas, began, until).await.map(Vec::into_iter),
    };

    let mut measured = Vec::new();
    for check in checks {
        let told = match check {
            MetricCheck::Compare(_) => compared.clone().map(Measured::Periods),
            MetricCheck::Cloudwatch(_) => match &mut computed {
                Ok(series) => Ok(Measured::Series(series.next().unwrap_or(Series::NoData))),
                Err(failure) => Err(failure.to_string()),
            },
            MetricCheck::Prometheus(queried) => {
                let asked = prometheus.ask(&queried.url, &queried.about(definition)).await;
                asked.map(Measured::Samples).map_err(|failure| failure.to_string())
            }
        };
        measured.push((check.clone(), told));
    }
    measured
}

/// What both fleets answered, minute by minute.
async fn count(
    metrics: &impl Metrics,
    green: &[TargetGroup],
    blue: &[TargetGroup],
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<Period>, String> {
    let (of_green, of_blue) = (counted(green), counted(blue));
    let queries = [&of_green[..], &of_blue].concat();
    let told = metrics.series(&queries, since, until).await;
    let told = told.map_err(|failure| failure.to_string())?;
    let (of_green, of_blue) = told.split_at(of_green.len().min(told.len()));
    periods(of_blue, of_green, since)
}

fn formula(check: &MetricCheck, green: &[TargetGroup]) -> Option<Formula> {
    match check {
        MetricCheck::Cloudwatch(watched) => Some(watched.formula(green)),
        MetricCheck::Compare(_) | MetricCheck::Prometheus(_) => None,
    }
}

/// The beginning of the minute that a moment is in.
fn whole_minute(moment: Timestamp) -> Timestamp {
    let second = moment.as_second();
    Timestamp::from_second(second - second.rem_euclid(60)).unwrap_or(moment)
}
