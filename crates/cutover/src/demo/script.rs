//! What the demo plays: two services, the images that are pushed to each, and how each must end.

use domain::outcome::End;
use serde_json::{Value, json};

/// The release that serves when the demo begins.
pub(super) const FIRST: &str = "v1.0.0";

/// What happens to one service, act after act. The parts are played side by side.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// The service's name.
    pub(super) service: &'static str,
    /// The hidden command that is this service.
    pub(super) command: &'static str,
    /// What its clients ask for.
    pub(super) paths: &'static [&'static str],
    /// How traffic moves, as a service document says it.
    pub(super) strategy: Value,
    /// What is pushed.
    pub(super) acts: Vec<Act>,
}

/// One image, pushed once, and perhaps told of more than once.
#[derive(Debug, Clone)]
pub(super) struct Act {
    /// Its tag.
    pub(super) tag: &'static str,
    /// What is special about it, as the story tells it.
    pub(super) what: &'static str,
    /// What it is told by its environment.
    pub(super) environment: &'static [(&'static str, &'static str)],
    /// How its deployment must end.
    pub(super) end: End,
    /// Whether production sees any of it before that.
    pub(super) is_seen: bool,
    /// How GitHub tells of the same push again.
    pub(super) again: &'static [Again],
}

/// How GitHub tells of a push that it told of before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// The same delivery, as *Redeliver* sends it.
    SameDelivery,
    /// Another delivery, by the event `registry_package`.
    OtherEvent,
}

impl Again {
    /// As the story tells it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::SameDelivery => "the same delivery again",
            Self::OtherEvent => "the same push by the other event",
        }
    }
}

impl Act {
    /// Whether the image fails on purpose when production asks it.
    pub(super) fn fails_on_purpose(&self) -> bool {
        self.environment.iter().any(|(name, _)| *name == "FAIL_RATE")
    }
}

/// The whole demo.
pub(super) fn script() -> Vec<Part> {
    vec![
        Part {
            service: "catalog",
            command: "service-catalog",
            paths: &["/goods", "/goods/tea", "/"],
            strategy: json!({ "blue_green": {} }),
            acts: vec![
                Act {
                    again: &[Again::SameDelivery, Again::OtherEvent],
                    ..good("v1.1.0", "a good image, told of three times")
                },
                Act {
                    environment: &[("FAIL_SMOKE", "1")],
                    is_seen: false,
                    ..bad("v1.2.0", "an image whose smoke request fails")
                },
                Act {
                    environment: &[("FAIL_RATE", "0.3")],
                    ..bad("v1.3.0", "an image that fails only under production traffic")
                },
            ],
        },
        Part {
            service: "checkout",
            command: "service-checkout",
            paths: &["/"],
            strategy: json!({ "canary": { "percent": 10, "hold": "6s" } }),
            acts: vec![
                good("v1.1.0", "a good image, 10% of the traffic first"),
                Act {
                    environment: &[("FAIL_RATE", "0.3")],
                    ..bad("v1.2.0", "an image that fails only under production traffic")
                },
            ],
        },
    ]
}

fn good(tag: &'static str, what: &'static str) -> Act {
    Act { tag, what, environment: &[], end: End::Deployed, is_seen: true, again: &[] }
}

fn bad(tag: &'static str, what: &'static str) -> Act {
    Act { end: End::RolledBack, ..good(tag, what) }
}

impl Part {
    /// Where its image is.
    pub(super) fn image(&self) -> String {
        format!("ghcr.io/octo-shop/{}", self.service)
    }

    /// The alarm that its deployments listen to.
    pub(super) fn alarm(&self) -> Value {
        json!({
            "name": self.alarm_name(),
            "service": self.service,
            "metric": "error_rate",
            "comparison": "GreaterThanThreshold",
            "threshold": 0.01,
            "period_seconds": 1,
            "evaluation_periods": 3,
            "datapoints_to_alarm": 2,
            "treat_missing_data": "notBreaching"
        })
    }

    /// Its service document, as a team would write it; only the times are shorter.
    pub(super) fn document(&self) -> Value {
        json!({
            "name": self.service,
            "image": self.image(),
            "tags": { "semver": ">=1.0.0" },
            "cluster": "shop",
            "strategy": self.strategy,
            "bake": "6s",
            "checks": {
                "smoke": [{ "path": "/smoke", "contains": "works" }],
                "within": "3s",
                "start_within": "30s",
                "alarms": [self.alarm_name()]
            }
        })
    }

    fn alarm_name(&self) -> String {
        format!("{}-errors", self.service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::service::ServiceDocument;
    use local::alarms::{AlarmDefinition, Alarms};

    #[test]
    fn every_part_is_a_service_that_cutover_takes() {
        let parts = script();
        let alarms: Vec<AlarmDefinition> =
            parts.iter().map(|part| serde_json::from_value(part.alarm()).unwrap()).collect();

        let known = |service: &str| parts.iter().any(|part| part.service == service);
        Alarms::check(&alarms, "alarms", known).unwrap();
        for part in &parts {
            let document = ServiceDocument::read(&part.document().to_string()).unwrap();
            for tag in part.acts.iter().map(|act| act.tag).chain([FIRST]) {
                document.tags.judge(&tag.parse().unwrap()).unwrap();
            }
        }
    }

    #[test]
    fn an_alarm_that_rang_is_nobody_elses_burden() {
        for part in script() {
            let (_, before) = part.acts.split_last().unwrap();
            assert!(
                !before.iter().any(Act::fails_on_purpose),
                "after {} the alarm would hold up what follows",
                part.service
            );
        }
    }
}
