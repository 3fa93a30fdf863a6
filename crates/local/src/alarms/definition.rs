//! What a user writes to have an alarm.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserializer, Error};
use serde::{Deserialize, Serialize};

use super::metric::Measure;

/// An alarm, as the local configuration has it. One with a `rule` is a composite alarm.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum AlarmDefinition {
    /// Watches one number of one service.
    Metric(MetricAlarm),
    /// Watches other alarms.
    Composite(CompositeAlarm),
}

impl AlarmDefinition {
    /// The alarm's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Metric(alarm) => &alarm.name,
            Self::Composite(alarm) => &alarm.name,
        }
    }
}

/// Written by hand, because serde's answer to a mistake in an untagged enum names no field.
impl<'de> Deserialize<'de> for AlarmDefinition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;

        let definition = if value.get("rule").is_some() {
            serde_path_to_error::deserialize(value).map(Self::Composite)
        } else {
            serde_path_to_error::deserialize(value).map(Self::Metric)
        };

        definition.map_err(|error| match error.path().to_string().as_str() {
            "." => D::Error::custom(error.inner()),
            field => D::Error::custom(format_args!("{field}: {}", error.inner())),
        })
    }
}

/// An alarm on one number of one service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricAlarm {
    /// What it is called; unique among all alarms.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// What it is for, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub description: Option<String>,
    /// The service it watches, by its name in this configuration.
    pub service: String,
    /// Which number it looks at.
    pub metric: Measure,
    /// How a datapoint must relate to the threshold to be breaching.
    pub comparison: Comparison,
    /// The limit, in the metric's unit: a share of 0 to 1 for `error_rate` (5 % is 0.05), a count,
    /// or milliseconds.
    pub threshold: f64,
    /// How many seconds make one datapoint. Any whole number from 1 up to a day; AWS allows 10, 20,
    /// 30 and multiples of 60.
    #[schemars(range(min = 1, max = 86_400))]
    pub period_seconds: u32,
    /// How many of the last datapoints are looked at ("N").
    #[schemars(range(min = 1, max = 1_440))]
    pub evaluation_periods: u32,
    /// How many of them must be breaching for `ALARM` ("M"). All of them, if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_440))]
    pub datapoints_to_alarm: Option<u32>,
    /// What a period without data counts as.
    #[serde(default)]
    pub treat_missing_data: TreatMissingData,
}

impl MetricAlarm {
    /// "M": how many datapoints must be breaching.
    pub(super) fn datapoints_to_alarm(&self) -> usize {
        self.datapoints_to_alarm.unwrap_or(self.evaluation_periods) as usize
    }

    /// "N": how many datapoints are looked at.
    pub(super) fn evaluation_periods(&self) -> usize {
        self.evaluation_periods as usize
    }
}

/// An alarm on other alarms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompositeAlarm {
    /// What it is called; unique among all alarms.
    #[schemars(length(min = 1, max = 255))]
    pub name: String,
    /// What it is for, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub description: Option<String>,
    /// When it rings: `ALARM("checkout 5xx") OR (ALARM(catalog-5xx) AND NOT OK(catalog-p99))`.
    #[schemars(length(min = 1, max = 10_240))]
    pub rule: String,
}

/// How a datapoint must relate to the threshold to be breaching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Comparison {
    /// Above it.
    GreaterThanThreshold,
    /// At it, or above.
    GreaterThanOrEqualToThreshold,
    /// Below it.
    LessThanThreshold,
    /// At it, or below.
    LessThanOrEqualToThreshold,
}

impl Comparison {
    /// Whether `value` is on the wrong side of `threshold`.
    pub(super) fn is_breached(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::GreaterThanThreshold => value > threshold,
            Self::GreaterThanOrEqualToThreshold => value >= threshold,
            Self::LessThanThreshold => value < threshold,
            Self::LessThanOrEqualToThreshold => value <= threshold,
        }
    }
}

/// As CloudWatch words it in reasons: "greater than".
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GreaterThanThreshold => "greater than",
            Self::GreaterThanOrEqualToThreshold => "greater than or equal to",
            Self::LessThanThreshold => "less than",
            Self::LessThanOrEqualToThreshold => "less than or equal to",
        })
    }
}

/// What a period without data counts as.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum TreatMissingData {
    /// As nothing: without any data the alarm goes to `INSUFFICIENT_DATA`.
    #[default]
    Missing,
    /// As a good datapoint.
    NotBreaching,
    /// As a bad datapoint.
    Breaching,
    /// The alarm stays as it is.
    Ignore,
}

/// As CloudWatch words it in reasons: "treated as `[NonBreaching]`".
impl fmt::Display for TreatMissingData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "Missing",
            Self::NotBreaching => "NonBreaching",
            Self::Breaching => "Breaching",
            Self::Ignore => "Ignore",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ERRORS: &str = r#"{
        "name": "checkout-5xx", "service": "checkout", "metric": "error_rate",
        "comparison": "GreaterThanThreshold", "threshold": 0.05,
        "period_seconds": 10, "evaluation_periods": 3, "datapoints_to_alarm": 2,
        "treat_missing_data": "notBreaching"
    }"#;

    #[test]
    fn a_definition_survives_being_written_and_read() {
        for text in [ERRORS, r#"{ "name": "any", "rule": "ALARM(checkout-5xx)" }"#] {
            let read: AlarmDefinition = serde_json::from_str(text).unwrap();
            let written = serde_json::to_string(&read).unwrap();
            assert_eq!(serde_json::from_str::<AlarmDefinition>(&written).unwrap(), read);
        }
    }

    #[test]
    fn an_unreadable_definition_names_the_field() {
        let spoil = |from: &str, to: &str| {
            let text = ERRORS.replace(from, to);
            serde_json::from_str::<AlarmDefinition>(&text).unwrap_err().to_string()
        };

        let error = spoil(r#""threshold": 0.05"#, r#""threshold": "5%""#);
        assert!(error.starts_with("threshold: invalid type: string"), "{error}");
        let error = spoil("notBreaching", "good");
        assert!(error.starts_with("treat_missing_data: unknown variant `good`"), "{error}");
        let error = spoil(r#""period_seconds": 10,"#, "");
        assert!(error.starts_with("missing field `period_seconds`"), "{error}");
        let error = spoil("period_seconds", "period");
        assert!(error.contains("unknown field `period`"), "{error}");
    }

    #[test]
    fn the_schema_accepts_both_kinds() {
        let schema = serde_json::to_value(schemars::schema_for!(AlarmDefinition)).unwrap();
        assert_eq!(schema["anyOf"].as_array().map(Vec::len), Some(2), "{schema}");
    }
}
