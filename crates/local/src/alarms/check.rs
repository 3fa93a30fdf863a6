//! Whether the alarms of a configuration make sense, all mistakes at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::definition::{AlarmDefinition, MetricAlarm};
use super::metric::{Measure, Metric};
use super::rule::Rule;

/// The longest time that an alarm may look at, in seconds: a day.
const LONGEST_RANGE: u64 = 86_400;

/// The most periods that an alarm may look at: a day of minutes.
const MOST_PERIODS: u32 = 1_440;

/// One mistake, where it is, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where it is, from the list of alarms on: `alarms[2].threshold`.
    pub path: String,
    /// What is wrong there.
    pub what: String,
    /// What would be right.
    pub remedy: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.path, self.what, self.remedy)
    }
}

/// Every mistake in a list of alarms. Shown with `{}`, it has one line for each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            let end = if index > 0 { "\n" } else { "" };
            write!(f, "{end}{mistake}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// Alarms that make sense: names are unique, numbers in range, rules readable and without circles.
#[derive(Debug, Clone, Default)]
pub struct Alarms {
    pub(super) metric: Vec<(MetricAlarm, Metric)>,
    /// Every composite comes after the composites it looks at.
    pub(super) composite: Vec<Composite>,
}

/// A composite alarm with its rule understood.
#[derive(Debug, Clone)]
pub(super) struct Composite {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) text: String,
    pub(super) rule: Rule,
}

impl Alarms {
    /// Takes the alarms of a configuration, whose services are the ones `known` says yes to.
    ///
    /// # Errors
    ///
    /// All mistakes, with paths that begin with `path`: `alarms` gives `alarms[2].threshold`.
    pub fn check(
        definitions: &[AlarmDefinition],
        path: &str,
        known: impl Fn(&str) -> bool,
    ) -> Result<Self, Mistakes> {
        let mut findings = Findings::default();
        let mut metric = Vec::new();
        let mut composite = Vec::new();

        let mut first: BTreeMap<&str, usize> = BTreeMap::new();
        for (index, definition) in definitions.iter().enumerate() {
            let at = format!("{path}[{index}]");
            let name = definition.name();
            check_texts(&mut findings, &at, definition);
            if let Some(first) = first.insert(name, index) {
                let what = format!("`{name}` is also the name of {path}[{first}]");
                findings.add(format!("{at}.name"), what, "give every alarm a name of its own");
            }

            match definition {
                AlarmDefinition::Metric(alarm) => {
                    check_metric(&mut findings, &at, alarm, &known);
                    let watched = Metric { service: alarm.service.clone(), measure: alarm.metric };
                    metric.push((alarm.clone(), watched));
                }
                AlarmDefinition::Composite(alarm) => match alarm.rule.parse() {
                    Ok(rule) => composite.push((
                        index,
                        Composite {
                            name: alarm.name.clone(),
                            description: alarm.description.clone(),
                            text: alarm.rule.clone(),
                            rule,
                        },
                    )),
                    Err(error) => findings.add(
                        format!("{at}.rule"),
                        format!("cannot be read, {error}"),
                        r#"a rule looks like `ALARM("a") OR (ALARM(b) AND NOT OK(c))`"#,
                    ),
                },
            }
        }

        let names: BTreeSet<_> = first.into_keys().collect();
        for (index, alarm) in &composite {
            for missing in alarm.rule.alarms().difference(&names) {
                findings.add(
                    format!("{path}[{index}].rule"),
                    format!("there is no alarm `{missing}`"),
                    "name an alarm of this configuration",
                );
            }
        }
        let composite = in_order(composite, path, &mut findings);

        if findings.0.is_empty() {
            Ok(Self { metric, composite })
        } else {
            Err(Mistakes(findings.0))
        }
    }

    /// The names of all alarms.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let metric = self.metric.iter().map(|(alarm, _)| alarm.name.as_str());
        metric.chain(self.composite.iter().map(|alarm| alarm.name.as_str()))
    }
}

#[derive(Default)]
struct Findings(Vec<Mistake>);

impl Findings {
    fn add(&mut self, path: String, what: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(Mistake { path, what: what.into(), remedy: remedy.into() });
    }
}

fn check_texts(findings: &mut Findings, at: &str, definition: &AlarmDefinition) {
    let (name, description) = match definition {
        AlarmDefinition::Metric(alarm) => (&alarm.name, &alarm.description),
        AlarmDefinition::Composite(alarm) => (&alarm.name, &alarm.description),
    };

    let length = name.chars().count();
    if !(1..=255).contains(&length) {
        let what = format!("has {length} characters");
        findings.add(format!("{at}.name"), what, "a name has 1 to 255 characters");
    }
    if name.contains(char::is_control) {
        let what = "contains a control character";
        findings.add(format!("{at}.name"), what, "remove line breaks, tabs and the like");
    }
    if let Some(length) = description.as_ref().map(|text| text.chars().count())
        && length > 1_024
    {
        let what = format!("has {length} characters");
        findings.add(format!("{at}.description"), what, "a description has at most 1,024");
    }
}

fn check_metric(
    findings: &mut Findings,
    at: &str,
    alarm: &MetricAlarm,
    known: &impl Fn(&str) -> bool,
) {
    let mut wrong = |field: &str, what: String, remedy: &str| {
        findings.add(format!("{at}.{field}"), what, remedy);
    };
    let MetricAlarm { threshold, period_seconds, evaluation_periods, .. } = *alarm;

    if !known(&alarm.service) {
        let what = format!("there is no service `{}`", alarm.service);
        wrong("service", what, "name a service of this configuration");
    }
    if !threshold.is_finite() {
        wrong("threshold", format!("{threshold} is no limit"), "give a finite number");
    } else if alarm.metric == Measure::ErrorRate && !(0.0..=1.0).contains(&threshold) {
        let what = format!("{threshold} is not a share of 0 to 1");
        wrong("threshold", what, "5 % is written 0.05");
    }
    if period_seconds == 0 {
        wrong("period_seconds", "0 seconds hold no data".to_owned(), "give 1 or more");
    }
    if !(1..=MOST_PERIODS).contains(&evaluation_periods) {
        let what = format!("an alarm cannot look at {evaluation_periods} periods");
        wrong("evaluation_periods", what, "give a number from 1 to 1440");
    } else if u64::from(period_seconds) * u64::from(evaluation_periods) > LONGEST_RANGE {
        let what = format!("{evaluation_periods} periods of {period_seconds} s are over a day");
        wrong("evaluation_periods", what, "look at fewer or shorter periods");
    }
    if let Some(wanted) = alarm.datapoints_to_alarm
        && !(1..=evaluation_periods.max(1)).contains(&wanted)
    {
        let what = format!("{wanted} of {evaluation_periods} datapoints cannot be breaching");
        wrong("datapoints_to_alarm", what, "give a number from 1 to evaluation_periods");
    }
}

/// Puts every composite after those it looks at. Those that look at themselves are left out and told.
fn in_order(
    mut waiting: Vec<(usize, Composite)>,
    path: &str,
    findings: &mut Findings,
) -> Vec<Composite> {
    let mut ordered = Vec::new();
    loop {
        let pending: BTreeSet<_> = waiting.iter().map(|(_, alarm)| alarm.name.clone()).collect();
        let is_ready =
            |alarm: &Composite| !alarm.rule.alarms().iter().any(|name| pending.contains(*name));

        let (ready, rest): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(_, alarm)| is_ready(alarm));
        waiting = rest;
        if ready.is_empty() {
            break;
        }
        ordered.extend(ready.into_iter().map(|(_, alarm)| alarm));
    }

    if !waiting.is_empty() {
        let names: Vec<_> = waiting.iter().map(|(_, alarm)| format!("`{}`", alarm.name)).collect();
        let what = format!("alarms look at each other in a circle, among {}", names.join(", "));
        for (index, _) in &waiting {
            findings.add(format!("{path}[{index}].rule"), what.clone(), "break the circle");
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn metric(name: &str, changes: &Value) -> Value {
        let mut alarm = json!({
            "name": name, "service": "checkout", "metric": "error_rate",
            "comparison": "GreaterThanThreshold", "threshold": 0.05,
            "period_seconds": 10, "evaluation_periods": 3,
        });
        for (field, value) in changes.as_object().into_iter().flatten() {
            alarm[field] = value.clone();
        }
        alarm
    }

    fn composite(name: &str, rule: &str) -> Value {
        json!({ "name": name, "rule": rule })
    }

    fn check(alarms: Vec<Value>) -> Result<Alarms, Vec<String>> {
        let read = |alarm| serde_json::from_value(alarm).expect("the alarm can be read");
        let definitions: Vec<AlarmDefinition> = alarms.into_iter().map(read).collect();
        Alarms::check(&definitions, "alarms", |service| service == "checkout")
            .map_err(|mistakes| mistakes.0.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn composites_are_ordered_after_what_they_look_at() {
        let alarms = check(vec![
            composite("top", "ALARM(middle) OR ALARM(a)"),
            composite("middle", "ALARM(bottom)"),
            composite("bottom", "ALARM(a)"),
            metric("a", &json!({})),
        ])
        .unwrap();

        assert_eq!(alarms.names().collect::<Vec<_>>(), ["a", "bottom", "middle", "top"]);
    }

    #[test]
    fn every_mistake_is_told_with_its_place_and_the_remedy() {
        let mistakes = check(vec![
            metric("", &json!({ "service": "chekout", "threshold": 5 })),
            metric("a\n", &json!({ "period_seconds": 0, "evaluation_periods": 0 })),
            metric("b", &json!({ "period_seconds": 100, "evaluation_periods": 1000 })),
            metric("b", &json!({ "datapoints_to_alarm": 4, "description": "x".repeat(1025) })),
            composite("c", "ALARM(d"),
            composite("e", "ALARM(nobody)"),
            composite("f", "ALARM(g)"),
            composite("g", "OK(f)"),
        ])
        .unwrap_err();

        let circle = "alarms look at each other in a circle, among `f`, `g`; break the circle";
        assert_eq!(
            mistakes,
            [
                "alarms[0].name: has 0 characters; a name has 1 to 255 characters".to_owned(),
                "alarms[0].service: there is no service `chekout`; name a service of this \
                 configuration"
                    .to_owned(),
                "alarms[0].threshold: 5 is not a share of 0 to 1; 5 % is written 0.05".to_owned(),
                "alarms[1].name: contains a control character; remove line breaks, tabs and the like"
                    .to_owned(),
                "alarms[1].period_seconds: 0 seconds hold no data; give 1 or more".to_owned(),
                "alarms[1].evaluation_periods: an alarm cannot look at 0 periods; give a number \
                 from 1 to 1440"
                    .to_owned(),
                "alarms[2].evaluation_periods: 1000 periods of 100 s are over a day; look at fewer \
                 or shorter periods"
                    .to_owned(),
                "alarms[3].description: has 1025 characters; a description has at most 1,024"
                    .to_owned(),
                "alarms[3].name: `b` is also the name of alarms[2]; give every alarm a name of its \
                 own"
                .to_owned(),
                "alarms[3].datapoints_to_alarm: 4 of 3 datapoints cannot be breaching; give a \
                 number from 1 to evaluation_periods"
                    .to_owned(),
                "alarms[4].rule: cannot be read, at character 8: expected `)`; a name with spaces \
                 stands in double quotes; a rule looks like `ALARM(\"a\") OR (ALARM(b) AND NOT \
                 OK(c))`"
                    .to_owned(),
                "alarms[5].rule: there is no alarm `nobody`; name an alarm of this configuration"
                    .to_owned(),
                format!("alarms[6].rule: {circle}"),
                format!("alarms[7].rule: {circle}"),
            ]
        );
    }
}
