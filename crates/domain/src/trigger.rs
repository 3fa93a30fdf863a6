//! What starts the rollback machine: an alarm, an alert, or a person.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::alert::{Alert, Alerts};
use crate::failure::{Failure, decode};
use crate::name::{DeploymentId, ServiceName};

/// A person wants to go back.
///
/// At the AWS console `{"service": "checkout"}` goes back to the last good release, or stops what is
/// in flight.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GoBack {
    /// Which service.
    pub service: ServiceName,
    /// Where to: a tag, a digest, or the deployment that brought it; to the last good release if
    /// nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Only stop what is in flight: if nothing is by then, nothing is done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stop: bool,
    /// Only leave this deployment: if another one is in flight or serves by then, nothing is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave: Option<DeploymentId>,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl GoBack {
    /// Who did what and why, in a sentence: `ada went back: receipts are wrong`.
    pub fn why(&self) -> String {
        let who = self.by.as_deref().unwrap_or("somebody");
        let did = if self.stop { "stopped it" } else { "went back" };
        match &self.reason {
            Some(reason) => format!("{who} {did}: {reason}"),
            None => format!("{who} {did}"),
        }
    }
}

/// The input of the rollback machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// Alarms, by name: the one that changed, and those that made a composite one ring.
    Alarms(Vec<String>),
    /// Alerts that fire, as Alertmanager told of them.
    Alerts(Vec<Alert>),
    /// A person.
    Person(GoBack),
}

impl Trigger {
    /// Reads the detail of a `CloudWatch Alarm State Change` or of an `Alert Firing`, or what a
    /// person typed.
    ///
    /// # Errors
    /// [`Failure::Invalid`] with the path of the field that is wrong.
    pub fn read(input: &Value) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Alarm {
            alarm_name: String,
            #[serde(default)]
            state: State,
        }
        #[derive(Default, Deserialize)]
        #[serde(default, rename_all = "camelCase")]
        struct State {
            reason_data: String,
        }

        if input.get("alerts").is_some() {
            let Alerts { alerts } = decode(input)?;
            return Ok(Self::Alerts(alerts));
        }
        if input.get("alarmName").is_none() {
            return decode(input).map(Self::Person);
        }
        let Alarm { alarm_name, state } = decode(input)?;
        let mut alarms = vec![alarm_name];
        for alarm in triggering(&state.reason_data) {
            if !alarms.contains(&alarm) {
                alarms.push(alarm);
            }
        }
        Ok(Self::Alarms(alarms))
    }
}

/// The alarms that made a composite one ring; none of another kind. A service may list either.
///
/// Source: the CloudWatch user guide, "Alarm events and EventBridge".
fn triggering(reason_data: &str) -> Vec<String> {
    let data: Value = serde_json::from_str(reason_data).unwrap_or_default();
    let alarms = data["triggeringAlarms"].as_array().cloned().unwrap_or_default();
    let arns = alarms.iter().filter_map(|alarm| alarm["arn"].as_str());
    arns.filter_map(|arn| arn.split_once(":alarm:")).map(|(_, name)| name.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_alarm_is_read_with_those_that_made_it_ring() {
        let sample = include_str!("../../../events/samples/cloudwatch/composite-ok-to-alarm.json");
        let event: Value = serde_json::from_str(sample).expect("a sample");

        let trigger = Trigger::read(&event["detail"]).expect("an alarm");

        let alarms = ["checkout-unwell", "checkout-5xx"].map(str::to_owned).to_vec();
        assert_eq!(trigger, Trigger::Alarms(alarms));
    }

    #[test]
    fn what_a_person_types_is_read_or_told_what_is_wrong() {
        let typed = json!({ "service": "checkout", "to": "v1.0.0" });
        let Ok(Trigger::Person(ask)) = Trigger::read(&typed) else { panic!("a person") };
        assert_eq!((ask.service.as_str(), ask.to.as_deref()), ("checkout", Some("v1.0.0")));

        for (typed, wrong) in [
            (json!({}), "missing field `service`"),
            (json!({ "service": "checkout", "too": "v1" }), "unknown field `too`"),
            (json!({ "service": 7 }), "at `service`"),
            (json!({ "alarmName": 7 }), "at `alarmName`"),
            (json!({ "alerts": [{ "name": 7 }] }), "at `alerts[0].name`"),
        ] {
            let told = Trigger::read(&typed).expect_err("it is wrong").to_string();
            assert!(told.contains(wrong), "{typed}: {told}");
        }
    }
}
