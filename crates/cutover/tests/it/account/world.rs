//! What there is in the account: one service, `checkout`, which serves `v1.0.0`.

use domain::desk::{Deployed, Desk, Lease};
use domain::name::{DeploymentId, Digest};
use domain::outcome::{End, Outcome};
use domain::pile::Released;
use domain::plan::Plan;
use domain::preflight::Serving;
use domain::record::{Dated, Entry, Record};
use domain::request::Request;
use domain::service::ServiceDocument;
use jiff::Timestamp;
use serde_json::{Value, json};

pub(super) const DOCUMENT: &str = r#"{
    "name": "checkout",
    "image": "ghcr.io/acme/checkout",
    "tags": { "semver": ">=1.0.0" },
    "cluster": "shop",
    "strategy": { "blue_green": {} },
    "bake": "10m",
    "checks": { "smoke": [{ "path": "/healthz" }], "alarms": ["checkout-errors"] }
}"#;

/// The settings that Terraform writes.
pub(super) fn settings() -> Value {
    let machine = |name: &str| format!("{MACHINES}cutover-{name}");
    json!({
        "table": "cutover-ledger", "bus": "cutover", "services": "/cutover/services/",
        "machines": {
            "release": machine("release"), "deployment": machine("deployment"), "rollback": machine("rollback"),
            "recovery": machine("recovery")
        }
    })
}

/// What the ARN of a state machine begins with.
pub(super) const MACHINES: &str = "arn:aws:states:eu-central-1:123456789012:stateMachine:";

/// The digest of a release: `v1.2.0` is `121212…`.
pub(super) fn digest(tag: &str) -> Digest {
    let digits: String = tag.chars().filter(char::is_ascii_digit).take(2).collect();
    format!("sha256:{}", digits.repeat(32)).parse().expect("a digest")
}

pub(super) fn revision(tag: &str) -> String {
    format!("arn:aws:ecs:eu-central-1:123456789012:service-revision/shop/checkout/{}", &tag[1..2])
}

pub(super) fn rollout() -> String {
    "arn:aws:ecs:eu-central-1:123456789012:service-deployment/shop/checkout/7".to_owned()
}

pub(super) fn at(minute: i64) -> Timestamp {
    let began: Timestamp = "2026-03-01T03:00:00Z".parse().expect("a moment");
    began + jiff::SignedDuration::from_mins(minute)
}

/// What the steps of a deployment write into its record, in order, until it ends in this way.
pub(super) fn entries(
    deployment: &DeploymentId,
    request: &Request,
    blue: &str,
    end: End,
) -> Vec<Dated> {
    let service = ServiceDocument::read(DOCUMENT).expect("a good document");
    let green = request.digest.clone();
    let green = green.or_else(|| Some(digest(request.tag.as_ref()?.as_str())));
    let green = green.expect("a tag or a digest");
    let began = request.at.unwrap_or_else(|| at(0));
    let desk = Desk::new(service.name.clone());
    let plan =
        Plan::decide(deployment.clone(), service.clone(), request, green.clone(), &desk, began)
            .expect("it may be deployed");
    let lease = Lease {
        service: service.name.clone(),
        holder: deployment.clone(),
        token: 7,
        expires_at: began,
    };
    let blue = Serving {
        task_definition: "arn:aws:ecs:eu-central-1:1:task-definition/checkout:1"
            .parse()
            .expect("it"),
        revision: None,
        digest: Some(digest(blue)),
        desired: 2,
        running: 2,
        in_progress: None,
    };
    let judged = |decision: &str, why: &str, share: f64| {
        let verdict = json!({
            "decision": decision, "hook": format!("hook-{share}"), "why": why, "findings": [],
            "share": share, "watch": { "seen": null, "seconds": 300 }
        });
        Entry::Judged { verdict: serde_json::from_value(verdict).expect("a verdict") }
    };
    let serves = if end == End::Deployed { green.clone() } else { digest("v1.0.0") };
    let outcome = Outcome {
        deployment: deployment.clone(),
        service: Some(service.name.clone()),
        end,
        why: match end {
            End::Deployed => "ECS tells that this release serves".to_owned(),
            _ => "alarm checkout-errors: rings since 2026-03-01T03:11:00Z".to_owned(),
        },
        settled: serves == green,
        digest: Some(green),
        tag: request.tag.clone(),
        serving: Some(serves),
        cause: request.cause,
        by: request.by.clone(),
        at: began,
    };
    let entries = [
        Entry::Requested { request: request.clone() },
        Entry::Planned { plan: Box::new(plan) },
        Entry::Claimed { lease },
        Entry::Checked { blue, warnings: vec![], rang: vec![] },
        Entry::Launched { rollout: rollout().parse().expect("an ARN") },
        judged("proceed", "all is well at POST_TEST_TRAFFIC_SHIFT", 0.0),
        judged("proceed", "all is well at POST_PRODUCTION_TRAFFIC_SHIFT", 100.0),
        Entry::Ended { outcome },
    ];
    entries.into_iter().map(|entry| Dated { at: began, entry }).collect()
}

/// A desk that knows this deployment, which is over, and what served before it.
pub(super) fn concluded(record: &Record, blue: &str) -> Desk {
    let plan = record.plan().expect("it was planned");
    let released = Released {
        digest: plan.digest.clone(),
        tag: plan.tag.clone(),
        deployment: Some(record.deployment.clone()),
        height: Some(plan.height.clone()),
    };
    let deployed = Deployed {
        deployment: record.deployment.clone(),
        digest: plan.digest.clone(),
        tag: plan.tag.clone(),
        blue: Some(digest(blue)),
        height: plan.height.clone(),
        liability: None,
    };
    let mut desk = Desk::new(record.service.clone());
    desk.releases.put(released, Some(&digest(blue)), false);
    Desk { version: 3, token: 7, deployed: Some(deployed), ..desk }
}

/// A deployment of `tag` that was asked for at this minute.
pub(super) fn request(tag: &str, minute: i64, cause: &str) -> Request {
    let request = json!({
        "service": "checkout", "tag": tag, "digest": digest(tag), "cause": cause, "by": "ada",
        "at": at(minute)
    });
    serde_json::from_value(request).expect("a request")
}

/// The record of a deployment that is over.
pub(super) fn record(blue: &str, tag: &str, minute: i64, cause: &str, end: End) -> Record {
    let request = request(tag, minute, cause);
    let deployment = request.execution(0);
    let entries = entries(&deployment, &request, blue, end);
    Record { deployment, service: request.service, entries }
}
