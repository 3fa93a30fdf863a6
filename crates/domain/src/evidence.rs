//! What the checks measured.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::approval::Word;
use crate::finding::{ALARM, ALERT, Finding, Says, TARGETS};
use crate::metric::{Measured, MetricCheck};
use crate::service::Smoke;

/// What was measured in one look at a rollout.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The service's alarms.
    pub alarms: Vec<Alarm>,
    /// The service's alerts.
    pub alerts: Vec<Alarm>,
    /// Green's targets at the load balancer; not asked where green has none yet.
    pub targets: Option<Targets>,
    /// The smoke requests and their answers; asked only before production moves.
    pub smoke: Vec<(Smoke, Result<Answer, String>)>,
    /// What was found of the read replicas; asked only at a pause.
    pub replicas: Vec<Finding>,
    /// The metrics, and what they were or why that is not known; asked only while production sees
    /// green.
    pub metrics: Vec<(MetricCheck, Result<Measured, String>)>,
    /// What the deployment has to give way to.
    pub gives_way: Option<String>,
    /// Why what is under way has to wait, whatever the checks say.
    pub held: Option<String>,
    /// Whether a newer change is taken back first when an alarm rings.
    pub spared: bool,
    /// Why it must not go on, though nothing is wrong with it: nobody carries it any more.
    pub broken_off: Option<String>,
    /// What people said.
    pub words: Vec<Word>,
}

/// An alarm as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub state: AlarmState,
    /// Since when.
    pub since: Timestamp,
}

/// How an alarm stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlarmState {
    /// `OK`.
    Quiet,
    /// `ALARM`.
    Ringing,
    /// `INSUFFICIENT_DATA`: an alarm on errors of a service without traffic. Not a reason to go
    /// back, and said.
    NoData,
    /// There is no alarm of that name.
    Missing,
}

/// Targets of one target group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Targets {
    /// How many are healthy.
    pub healthy: u32,
    /// How many there are.
    pub total: u32,
    /// Why one of the others is not, as the load balancer says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What green answered to a smoke request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The beginning of the body, as text.
    pub body: String,
    /// Milliseconds to the last byte.
    pub millis: u64,
}

impl Evidence {
    /// What every check says `now` of a rollout that began at `began` and wants `wanted` tasks.
    /// One that is to mend what an alarm tells of is let go on meanwhile.
    pub fn findings(
        &self,
        began: Timestamp,
        wanted: u32,
        mends: bool,
        now: Timestamp,
    ) -> Vec<Finding> {
        let alarms = self.alarms.iter().map(|alarm| (ALARM, alarm));
        let alerts = self.alerts.iter().map(|alert| (ALERT, alert));
        let rings = alarms.chain(alerts);
        let rings = rings.map(|(kind, it)| it.finding(kind, began, self.spared, mends));
        let targets = self.targets.iter().map(|targets| targets.finding(wanted));
        let smoke = self.smoke.iter().map(|(smoke, answer)| finding(smoke, answer));
        let held = self.held.iter().map(|why| Finding::new("terraform", Says::Pending, why));
        let metrics = self.metrics.iter().map(|(check, told)| check.finding(told, now));

        let replicas = self.replicas.iter().cloned();
        rings.chain(targets).chain(smoke).chain(replicas).chain(metrics).chain(held).collect()
    }
}

impl Alarm {
    /// An alarm that rang before the rollout began does not blame it, and does not let it go on,
    /// unless it is to mend just that.
    fn finding(&self, kind: &str, began: Timestamp, spared: bool, mends: bool) -> Finding {
        let since = self.since;
        let (says, measured) = match self.state {
            AlarmState::Quiet => (Says::Pass, "quiet".into()),
            AlarmState::NoData => (Says::Pass, "has no data yet".into()),
            AlarmState::Missing => (Says::Pending, "does not exist any more".into()),
            AlarmState::Ringing if self.since < began && mends => (
                Says::Pass,
                format!("rings since {since:.0}, before this began, which is to mend it"),
            ),
            AlarmState::Ringing if self.since < began => {
                (Says::Pending, format!("rings since {since:.0}, before this began"))
            }
            AlarmState::Ringing if spared => (
                Says::Pending,
                format!("rings since {since:.0}, and a newer change is taken back first"),
            ),
            AlarmState::Ringing => (Says::Alarm, format!("rings since {since:.0}")),
        };
        Finding::new(format!("{kind} {}", self.name), says, measured)
    }
}

impl Targets {
    fn finding(&self, wanted: u32) -> Finding {
        let says = match self.healthy {
            0 => Says::Fail,
            healthy if healthy < wanted => Says::Pending,
            _ => Says::Pass,
        };
        let reason = self.reason.as_ref().map(|reason| format!("; {reason}")).unwrap_or_default();
        Finding::new(TARGETS, says, format!("{} of {wanted} healthy{reason}", self.healthy))
    }
}

/// Compares an answer with what a good one is.
fn finding(smoke: &Smoke, answer: &Result<Answer, String>) -> Finding {
    let check = format!("smoke {} {}", smoke.method.as_str(), smoke.path);
    let answer = match answer {
        Ok(answer) => answer,
        Err(why) => return Finding::new(check, Says::Fail, format!("no answer: {why}")),
    };

    let wrong = if answer.status != smoke.status {
        Some(format!("answered {} instead of {}", answer.status, smoke.status))
    } else if answer.millis > smoke.within_ms {
        Some(format!("took {} ms, at most {} ms are allowed", answer.millis, smoke.within_ms))
    } else {
        let missing = smoke.contains.as_ref().filter(|text| !answer.body.contains(*text));
        missing.map(|text| format!("the body does not contain {text:?}"))
    };
    match wrong {
        None => {
            Finding::new(check, Says::Pass, format!("{} in {} ms", answer.status, answer.millis))
        }
        Some(wrong) => Finding::new(check, Says::Fail, wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smoke_answer_is_good_or_says_what_was_wrong() {
        let smoke: Smoke =
            serde_json::from_str(r#"{ "path": "/healthz", "contains": "ok", "within_ms": 100 }"#)
                .unwrap();
        let answer = |status, body: &str, millis| Ok(Answer { status, body: body.into(), millis });

        for (answer, says, measured) in [
            (answer(200, "all ok", 5), Says::Pass, "200 in 5 ms"),
            (answer(503, "ok", 5), Says::Fail, "answered 503 instead of 200"),
            (answer(200, "ok", 101), Says::Fail, "took 101 ms, at most 100 ms are allowed"),
            (answer(200, "no", 5), Says::Fail, r#"the body does not contain "ok""#),
            (Err("connection refused".into()), Says::Fail, "no answer: connection refused"),
        ] {
            let finding = finding(&smoke, &answer);
            assert_eq!((finding.says, finding.measured.as_str()), (says, measured));
        }
    }

    #[test]
    fn an_alarm_blames_only_what_began_before_it_rang() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for (state, since, says) in [
            (AlarmState::Ringing, 11, Says::Alarm),
            (AlarmState::Ringing, 10, Says::Alarm),
            (AlarmState::Ringing, 9, Says::Pending),
            (AlarmState::Quiet, 11, Says::Pass),
            (AlarmState::NoData, 11, Says::Pass),
            (AlarmState::Missing, 11, Says::Pending),
        ] {
            let alarm = Alarm { name: "5xx".into(), state, since: at(since) };
            let finding = alarm.finding(ALARM, at(10), false, false);
            assert_eq!(finding.says, says, "{state:?} since {since}");
        }
    }

    #[test]
    fn an_alarm_from_before_lets_go_on_only_what_is_to_mend_it() {
        let at = |second| Timestamp::from_second(second).unwrap();
        for (since, says) in [(9, Says::Pass), (10, Says::Alarm), (11, Says::Alarm)] {
            let alarm = Alarm { name: "5xx".into(), state: AlarmState::Ringing, since: at(since) };
            assert_eq!(alarm.finding(ALARM, at(10), false, true).says, says, "since {since}");
        }
        let gone = Alarm { name: "5xx".into(), state: AlarmState::Missing, since: at(1) };
        assert_eq!(gone.finding(ALARM, at(10), false, true).says, Says::Pending);
    }

    #[test]
    fn green_needs_all_its_targets_and_is_bad_without_any() {
        for (healthy, says) in
            [(3, Says::Pass), (2, Says::Pass), (1, Says::Pending), (0, Says::Fail)]
        {
            let targets = Targets { healthy, total: 3, reason: None };
            assert_eq!(targets.finding(2).says, says, "{healthy} healthy");
        }
    }
}
