//! What is asked before anything is touched.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::evidence::{Alarm, AlarmState};
use crate::name::{Arn, Digest};
use crate::plan::Plan;

/// What a service runs now: blue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serving {
    /// The task definition in place.
    pub task_definition: Arn,
    /// The image's digest, if ECS knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
    /// How many tasks are wanted.
    pub desired: u32,
    /// How many run.
    pub running: u32,
    /// The service deployment in progress, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_progress: Option<Arn>,
}

/// Everything that speaks against beginning the deployment, each as a sentence with its remedy.
pub fn objections(
    plan: &Plan,
    blue: &Serving,
    desk: &Desk,
    alarms: &[Alarm],
    now: Timestamp,
) -> Vec<String> {
    let mut objections = Vec::new();

    if blue.digest.as_ref() == Some(&plan.digest) && plan.template.is_none() {
        objections.push(format!("{} serves already", plan.digest.short()));
    }
    // While this one waited for the lease another may have gone all the way, or its digest may have
    // been found bad.
    objections.extend(desk.barred().filter(|_| !plan.cause.is_urgent()));
    objections.extend(desk.forbids(&plan.digest, now));
    objections.extend(desk.behind(&plan.height, plan.cause.is_explicit()));
    if let Some(other) = &blue.in_progress {
        objections.push(format!(
            "ECS has a deployment in progress that Cutover did not start ({other}); wait for its end or stop it"
        ));
    }
    if blue.desired == 0 {
        objections.push("the service wants no tasks (desired count 0); scale it up first".into());
    }
    for alarm in alarms {
        match alarm.state {
            AlarmState::Ringing => objections.push(format!(
                "the alarm {} rings since {}; a new release would hide what is wrong, mend that first",
                alarm.name, alarm.since
            )),
            AlarmState::Missing => objections.push(format!(
                "the alarm {} does not exist; create it, or take it out of `checks.alarms`",
                alarm.name
            )),
            AlarmState::Quiet | AlarmState::NoData => {}
        }
    }

    objections
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::ServiceDocument;
    use serde_json::json;

    fn digest(byte: &str) -> Digest {
        format!("sha256:{}", byte.repeat(32)).parse().unwrap()
    }

    fn plan() -> Plan {
        let document = json!({
            "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": ">=1" },
            "cluster": "shop", "strategy": { "blue_green": {} }
        });
        Plan::decide(
            "checkout-1".parse().unwrap(),
            ServiceDocument::read(&document.to_string()).unwrap(),
            &serde_json::from_value(json!({ "service": "checkout", "tag": "v1.0.0" })).unwrap(),
            digest("aa"),
            &Desk::new("checkout".parse().unwrap()),
            Timestamp::UNIX_EPOCH,
        )
        .unwrap()
    }

    fn blue() -> Serving {
        Serving {
            task_definition: "arn:aws:ecs:local:0:task-definition/checkout:1".parse().unwrap(),
            digest: Some(digest("bb")),
            desired: 2,
            running: 2,
            in_progress: None,
        }
    }

    fn alarm(state: AlarmState) -> Alarm {
        Alarm { name: "5xx".into(), state, since: Timestamp::UNIX_EPOCH }
    }

    #[test]
    fn everything_that_speaks_against_it_is_said_at_once() {
        let desk = Desk::new("checkout".parse().unwrap());
        let busy = "arn:aws:ecs:local:0:service-deployment/shop/checkout/9".parse().unwrap();
        let worst =
            Serving { digest: Some(digest("aa")), desired: 0, in_progress: Some(busy), ..blue() };

        let quiet = [alarm(AlarmState::Quiet), alarm(AlarmState::NoData)];
        assert_eq!(
            objections(&plan(), &blue(), &desk, &quiet, Timestamp::UNIX_EPOCH),
            Vec::<String>::new()
        );

        let loud = [alarm(AlarmState::Ringing), alarm(AlarmState::Missing)];
        let said = objections(&plan(), &worst, &desk, &loud, Timestamp::UNIX_EPOCH).join("\n");
        for expected in
            ["serves already", "in progress", "desired count 0", "rings since", "does not exist"]
        {
            assert!(said.contains(expected), "{expected} is missing in\n{said}");
        }
    }
}
