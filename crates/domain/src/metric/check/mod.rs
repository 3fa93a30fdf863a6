//! What a service document says of metrics, and what they come to.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Formula, Query, Series, Statistic};
use crate::comparison::{Beside, Compared, Comparison, Count, LittleTraffic, Period};
use crate::finding::{Finding, Says};
use crate::name::Arn;
use crate::rollout::TargetGroup;
use crate::seconds::Seconds;

/// A metric that is looked at while production sees green. Without data it never passes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MetricCheck {
    /// Errors of green against those of blue, as the load balancer counts them.
    Compare(Comparison),
    /// A metric of CloudWatch that is not to leave its limits, or what is computed of several.
    Cloudwatch(Watched),
    /// What a Prometheus server answers to a query, which is not to leave its limits.
    Prometheus(Queried),
}

/// A query to a Prometheus server, with its limits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Queried {
    /// What messages call it.
    pub name: String,
    /// Where the server answers: `http://prometheus.shop.internal:9090`.
    pub url: String,
    /// The query. `$revision` in it is the revision of green's task definition, such as `42`. Each of
    /// its samples has to be good; average over the time that counts.
    pub query: String,
    /// The most that is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// The least that is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
}

/// A metric of CloudWatch with its limits, or what is computed of several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Watched {
    /// What messages call it.
    pub name: String,
    /// The metrics, by ids of your choice: a lower-case letter, then letters, digits and `_`.
    pub metrics: BTreeMap<String, Source>,
    /// Metric math over these ids; needed where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub math: Option<String>,
    /// The most that is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<f64>,
    /// The least that is good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<f64>,
    /// For so many minutes one after the other it has to be bad until green is taken back: 1 to 60.
    #[serde(default = "two")]
    #[schemars(range(min = 1, max = 60))]
    pub minutes: u8,
}

/// A metric of CloudWatch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Whose metric it is; by default `AWS/ApplicationELB`, of green's target group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Its name.
    pub metric: String,
    /// Its dimensions; those of green's target group need not be told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, String>,
    /// What is made of the values of a minute.
    pub statistic: Statistic,
}

/// A metric whose newest point is older than this tells nothing of now.
const STALE: Seconds = Seconds::minutes(5);

impl MetricCheck {
    /// What messages call it.
    pub fn name(&self) -> String {
        match self {
            Self::Compare(_) => "errors against blue".into(),
            Self::Cloudwatch(watched) => format!("metric {}", watched.name),
            Self::Prometheus(queried) => format!("metric {}", queried.name),
        }
    }

    /// What does not make sense though each field is well formed: where, and what would be right.
    pub(crate) fn nonsense(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Compare(it) if !(1.2..=100.0).contains(&it.times) => {
                vec![("compare.times", format!("{} is not 1.2 to 100 times", it.times))]
            }
            Self::Compare(it) if it.false_alarms.value() > 20.0 => {
                let what = format!("{} is more than 20%, which tells nothing", it.false_alarms);
                vec![("compare.false_alarms", what)]
            }
            Self::Compare(_) => vec![],
            Self::Cloudwatch(it) => it.nonsense(),
            Self::Prometheus(it) => it.nonsense(),
        }
    }
}

impl Comparison {
    pub(crate) fn says(&self, periods: &[Period]) -> (Says, String) {
        let green: Count = periods.iter().map(|period| period.green).sum();
        let blue: Count = periods.iter().map(|period| period.blue).sum();
        let measured = format!("{green} requests, blue {blue}");
        match self.compare(periods) {
            Compared::BetterOrSame => (Says::Pass, format!("better or same, {measured}")),
            Compared::Worse => (Says::Alarm, format!("worse, {measured}")),
            Compared::NoData => (Says::Pending, format!("no data, {measured}")),
            Compared::NotEnough => {
                let needed = self.needs(blue.rate().max(self.tolerated.share()), beside(periods));
                let needed = needed.map(|needed| format!("; about {needed} of green tell"));
                let needed = needed.unwrap_or_default();
                (self.little(), format!("not enough traffic yet, {measured}{needed}"))
            }
        }
    }
}

impl Comparison {
    /// How it would go by what blue answered lately, which green is to be held against.
    pub(crate) fn foresees(&self, blue: Count) -> (Says, String) {
        let rate = blue.rate().max(self.tolerated.share());
        match (blue.requests, self.needs(rate, Beside::Before(blue.requests))) {
            (0, _) => (Says::Pending, "no requests lately, without which no green passes".into()),
            (_, Some(needed)) => {
                (Says::Pass, format!("blue {blue} lately; about {needed} of green would tell"))
            }
            (_, None) => (self.little(), format!("blue {blue} lately, too few to tell by")),
        }
    }

    fn little(&self) -> Says {
        match self.little_traffic {
            LittleTraffic::Hold => Says::Pending,
            LittleTraffic::Pass => Says::Pass,
        }
    }
}

/// What green is compared with, by what was counted.
fn beside(periods: &[Period]) -> Beside {
    let both = periods.iter().filter(|it| it.blue.requests > 0 && it.green.requests > 0);
    let (blue, green): (Vec<Count>, Vec<Count>) = both.map(|it| (it.blue, it.green)).unzip();
    let (blue, green): (Count, Count) = (blue.into_iter().sum(), green.into_iter().sum());
    match green.requests {
        0 => Beside::Before(periods.iter().map(|it| it.blue.requests).sum()),
        _ => Beside::Share(green.share_of(blue)),
    }
}

impl Watched {
    fn nonsense(&self) -> Vec<(&'static str, String)> {
        let is_id = |id: &String| {
            id.starts_with(|c: char| c.is_ascii_lowercase())
                && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let mut mistakes = Vec::new();
        let mut unless = |right: bool, field, what: &str| {
            if !right {
                mistakes.push((field, what.to_owned()));
            }
        };
        let limited = self.at_most.is_some() || self.at_least.is_some();
        unless(limited, "cloudwatch", "say what is good: `at_most`, `at_least` or both");
        unless((1..=60).contains(&self.minutes), "cloudwatch.minutes", "choose 1 to 60 minutes");
        let ids = (1..=100).contains(&self.metrics.len()) && self.metrics.keys().all(is_id);
        let what = "name 1 to 100 metrics, each by an id that begins with a lower-case letter and has letters, digits and \"_\"";
        unless(ids, "cloudwatch.metrics", what);
        let alone = self.metrics.len() == 1 || self.math.is_some();
        unless(
            alone,
            "cloudwatch.math",
            "say what is computed of several metrics: \"100 * errors / requests\"",
        );
        mistakes
    }

    /// Its metrics, of these target groups where it is theirs; all of one, or none.
    pub fn queries(&self, green: &[TargetGroup]) -> BTreeMap<String, Query> {
        let of = |source: &Source| Query {
            namespace: source.namespace.clone().unwrap_or_else(|| TargetGroup::NAMESPACE.into()),
            name: source.metric.clone(),
            dimensions: match (&source.namespace, green) {
                (None, [group, ..]) => {
                    group.dimensions().into_iter().chain(source.dimensions.clone()).collect()
                }
                _ => source.dimensions.clone(),
            },
            statistic: source.statistic,
            period: Query::MINUTE,
        };
        self.metrics.iter().map(|(id, source)| (id.clone(), of(source))).collect()
    }

    /// What is computed of them. A metric alone is itself.
    pub fn formula(&self, green: &[TargetGroup]) -> Formula {
        let of = self.queries(green);
        let alone = || of.keys().next().cloned().unwrap_or_default();
        Formula { math: self.math.clone().unwrap_or_else(alone), of }
    }

    pub(crate) fn says(&self, series: &Series, now: Timestamp) -> (Says, String) {
        let points = match series {
            Series::Partial(_) => return (Says::Pending, "no data: told only in parts".into()),
            series => series.points(),
        };
        let Some(newest) = points.last().filter(|point| STALE.after(point.at) >= now) else {
            return (Says::Pending, "no data".into());
        };
        let newest = newest.value;
        let bad = points.iter().rev().take_while(|point| self.forbids(point.value).is_some());
        match (self.forbids(newest), bad.count()) {
            (None, _) => (Says::Pass, newest.to_string()),
            (Some(limit), bad) if bad >= usize::from(self.minutes) => {
                (Says::Alarm, format!("{newest}, {limit}, and so for {bad} minutes"))
            }
            (Some(limit), _) => (Says::Pending, format!("{newest}, {limit}")),
        }
    }

    fn forbids(&self, value: f64) -> Option<String> {
        broken(self.at_most, self.at_least, value)
    }
}

/// Which limit a value breaks.
fn broken(at_most: Option<f64>, at_least: Option<f64>, value: f64) -> Option<String> {
    let above = at_most.filter(|most| value > *most || value.is_nan());
    let below = at_least.filter(|least| value < *least || value.is_nan());
    let above = above.map(|most| format!("at most {most} is good"));
    above.or_else(|| below.map(|least| format!("at least {least} is good")))
}

impl Queried {
    /// The query about the fleet of a task definition: `arn:…:task-definition/<family>:<revision>`.
    pub fn about(&self, green: &Arn) -> String {
        let revision = green.as_str().rsplit(':').next().unwrap_or_default();
        self.query.replace("$revision", revision)
    }

    fn nonsense(&self) -> Vec<(&'static str, String)> {
        let mut mistakes = Vec::new();
        if self.at_most.is_none() && self.at_least.is_none() {
            let what = "say what is good: `at_most`, `at_least` or both";
            mistakes.push(("prometheus", what.to_owned()));
        }
        if !self.url.starts_with("http://") && !self.url.starts_with("https://") {
            let what = format!("{:?} is not http:// or https:// and a server", self.url);
            mistakes.push(("prometheus.url", what));
        }
        // An address is told in records and logs.
        if self.url.contains('@') {
            mistakes.push(("prometheus.url", "a login has no place in an address".to_owned()));
        }
        mistakes
    }

    /// Of nothing divided by nothing there is a sample, which is not a number and no data.
    pub(crate) fn says(&self, samples: &[f64]) -> (Says, String) {
        let bad = samples
            .iter()
            .find_map(|sample| Some((sample, broken(self.at_most, self.at_least, *sample)?)));
        match (samples, bad) {
            ([], _) => (Says::Pending, "no data".into()),
            (_, Some((sample, _))) if sample.is_nan() => (Says::Pending, "no data: NaN".into()),
            (_, Some((sample, limit))) => (Says::Alarm, format!("{sample}, {limit}")),
            ([only], None) => (Says::Pass, only.to_string()),
            (several, None) => (Says::Pass, format!("{} samples are good", several.len())),
        }
    }
}

impl Count {
    /// Its share of its own requests and another's, of 0 to 1.
    fn share_of(self, other: Self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
        let share = self.requests as f64 / (self.requests + other.requests).max(1) as f64;
        share
    }
}

/// What was measured of one check.
#[derive(Debug, Clone, PartialEq)]
pub enum Measured {
    /// What both fleets answered.
    Periods(Vec<Period>),
    /// What a metric was.
    Series(Series),
    /// What a query came to.
    Samples(Vec<f64>),
}

impl MetricCheck {
    /// What it comes to, or why there is nothing to go by.
    pub(crate) fn finding(&self, told: &Result<Measured, String>, now: Timestamp) -> Finding {
        let (says, measured) = match (self, told) {
            (_, Err(why)) => (Says::Pending, format!("no data: {why}")),
            (Self::Compare(it), Ok(Measured::Periods(periods))) => it.says(periods),
            (Self::Cloudwatch(it), Ok(Measured::Series(series))) => it.says(series, now),
            (Self::Prometheus(it), Ok(Measured::Samples(samples))) => it.says(samples),
            (_, Ok(_)) => (Says::Pending, "no data: another was measured".into()),
        };
        Finding::new(self.name(), says, measured)
    }
}

fn two() -> u8 {
    2
}

#[cfg(test)]
mod tests;
