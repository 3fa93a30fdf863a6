//! The alarms and metrics: Amazon CloudWatch.
//!
//! Source: the CloudWatch API reference, `DescribeAlarms`, `MetricAlarm`, `CompositeAlarm`.

mod metrics;
mod readings;

use std::collections::HashMap;

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::operation::describe_alarms::DescribeAlarmsOutput;
use aws_sdk_cloudwatch::types::{AlarmType, StateValue};
use aws_smithy_types::DateTime;
use domain::Failure;
use domain::evidence::{Alarm, AlarmState};
use domain::preserved::Readings;
use jiff::Timestamp;
use workflow::ports::Alarms;

use crate::Config;
use crate::config::client;
use crate::failure::failure;
use crate::moment::timestamp;

/// The alarms and metrics, kept by CloudWatch.
#[derive(Debug, Clone)]
pub struct CloudWatch(Client);

/// What is asked for, one after the other, as long as a name was not found. Most alarms are found at
/// once; alarms on logs are young, and where there are none yet, asking for them may be refused.
const KINDS: [&[AlarmType]; 2] =
    [&[AlarmType::MetricAlarm, AlarmType::CompositeAlarm], &[AlarmType::LogAlarm]];
/// The most names of one call, and the most alarms of one answer.
const AT_ONCE: usize = 100;
const PAGE: i32 = 100;

impl CloudWatch {
    /// A client for the alarms and metrics of this account and region.
    pub fn new(config: &Config) -> Self {
        Self(client!(config, aws_sdk_cloudwatch))
    }

    /// Finds alarms of some kinds by their names. Without a name CloudWatch would tell all.
    async fn find(
        &self,
        kinds: &[AlarmType],
        names: &[&str],
        found: &mut HashMap<String, Told>,
    ) -> Result<(), Failure> {
        for names in names.chunks(AT_ONCE) {
            let mut pages = self
                .0
                .describe_alarms()
                .set_alarm_names(Some(names.iter().map(|name| (*name).to_owned()).collect()))
                .set_alarm_types(Some(kinds.to_vec()))
                .into_paginator()
                .page_size(PAGE)
                .send();
            while let Some(page) = pages.next().await {
                let what = || format!("describe the alarms {}", names.join(", "));
                found.extend(told(page.map_err(|error| failure(&what(), &error))?));
            }
        }
        Ok(())
    }
}

impl Alarms for CloudWatch {
    async fn states(&self, names: &[String]) -> Result<Vec<Alarm>, Failure> {
        let mut found = HashMap::new();
        for kinds in KINDS {
            let mut unknown: Vec<&str> = names.iter().map(String::as_str).collect();
            unknown.retain(|name| !found.contains_key(*name));
            unknown.sort_unstable();
            unknown.dedup();
            self.find(kinds, &unknown, &mut found).await?;
        }

        names.iter().map(|name| alarm(name, found.get(name))).collect()
    }

    async fn readings(
        &self,
        names: &[String],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Readings>, Failure> {
        self.ringing(names, from, to).await
    }
}

/// What CloudWatch tells of an alarm, whatever kind it is.
struct Told {
    state: Option<StateValue>,
    transitioned: Option<DateTime>,
    updated: Option<DateTime>,
}

fn told(page: DescribeAlarmsOutput) -> impl Iterator<Item = (String, Told)> {
    macro_rules! told {
        ($alarms:expr) => {
            $alarms.unwrap_or_default().into_iter().filter_map(|alarm| {
                let told = Told {
                    state: alarm.state_value,
                    transitioned: alarm.state_transitioned_timestamp,
                    updated: alarm.state_updated_timestamp,
                };
                Some((alarm.alarm_name?, told))
            })
        };
    }
    let metric = told!(page.metric_alarms);
    metric.chain(told!(page.composite_alarms)).chain(told!(page.log_alarms))
}

/// An alarm as it is now.
///
/// It is in its state since `StateTransitionedTimestamp`. `StateUpdatedTimestamp` moves also when an
/// alarm that rings is evaluated anew and rings on, which would blame a rollout for an alarm that
/// rang before it; it is taken only where the other is missing.
fn alarm(name: &str, told: Option<&Told>) -> Result<Alarm, Failure> {
    let Some(told) = told else {
        let since = Timestamp::UNIX_EPOCH;
        return Ok(Alarm { name: name.to_owned(), state: AlarmState::Missing, since });
    };
    let state = match told.state.as_ref().map(StateValue::as_str) {
        Some("OK") => AlarmState::Quiet,
        Some("ALARM") => AlarmState::Ringing,
        Some("INSUFFICIENT_DATA") => AlarmState::NoData,
        // Neither to be taken for quiet, nor to take a rollout back for.
        other => {
            return Err(Failure::Unavailable(format!(
                "CloudWatch tells the state {} of the alarm {name}, which this version of Cutover does not know",
                other.unwrap_or("(none)")
            )));
        }
    };
    let since = told.transitioned.as_ref().or(told.updated.as_ref()).and_then(timestamp);
    let since = since.ok_or_else(|| {
        Failure::Unavailable(format!("CloudWatch did not tell since when the alarm {name} is so"))
    })?;
    Ok(Alarm { name: name.to_owned(), state, since })
}
