//! What each function is called with, and its environment.

use domain::desk::Desk;
use domain::plan::Plan;
use jiff::Timestamp;
use serde_json::{Value, json};
use tests::document;
use tests::functions::binary;
use tests::lambda::Function;

/// Every function.
pub(crate) use local::account::VERBS;

/// What no log may ever have: the key of the account, and the session's.
pub(crate) const ACCOUNT_SECRETS: [&str; 2] = ["hush-secret-access-key", "hush-session-token"];
/// The secret of the webhook, and the one before it.
pub(crate) const WEBHOOK_SECRETS: [&str; 2] = ["hush-webhook-secret", "hush-previous-secret"];
/// The word of a waiting task: whoever has it may answer for the task.
pub(crate) const TOKEN: &str = "hush-callback-token";
/// The topic that Amazon Managed Prometheus tells.
pub(crate) const ALERT_TOPIC: &str = "arn:aws:sns:eu-central-1:123456789012:firing";
/// Where the webhook's secret is.
pub(crate) const SECRET_ID: &str = "cutover/webhook";

/// Starts a function in the account at `url`.
pub(crate) async fn start(verb: &str, url: &str) -> Function {
    start_at(verb, url, "info").await
}

/// The same with another level of the log.
pub(crate) async fn start_at(verb: &str, url: &str, level: &str) -> Function {
    let environment = [
        ("AWS_ENDPOINT_URL", url),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "AKIATEST"),
        ("AWS_SECRET_ACCESS_KEY", ACCOUNT_SECRETS[0]),
        ("AWS_SESSION_TOKEN", ACCOUNT_SECRETS[1]),
        ("AWS_EC2_METADATA_DISABLED", "true"),
        ("CUTOVER_TABLE", "cutover-ledger"),
        ("CUTOVER_BUS", "cutover-bus"),
        ("CUTOVER_SERVICES", "/cutover/services/"),
        (
            "CUTOVER_DEPLOYMENT_MACHINE",
            "arn:aws:states:eu-central-1:123456789012:stateMachine:cutover-deployment",
        ),
        (
            "CUTOVER_RECOVERY_MACHINE",
            "arn:aws:states:eu-central-1:123456789012:stateMachine:cutover-recovery",
        ),
        (
            "CUTOVER_ROLLBACK_MACHINE",
            "arn:aws:states:eu-central-1:123456789012:stateMachine:cutover-rollback",
        ),
        ("CUTOVER_WEBHOOK_SECRET", SECRET_ID),
        ("CUTOVER_HCP_SIGNING_SECRET", SECRET_ID),
        ("CUTOVER_SLACK_SIGNING_SECRET", SECRET_ID),
        ("CUTOVER_ALERT_SECRET", SECRET_ID),
        ("CUTOVER_ALERT_TOPIC", ALERT_TOPIC),
        ("CUTOVER_FOLLOWERS_TOPIC", "arn:aws:sns:eu-central-1:123456789012:cutover-followers"),
        ("CUTOVER_OPERATORS_TOPIC", "arn:aws:sns:eu-central-1:123456789012:cutover-operators"),
        ("CUTOVER_LOG", level),
    ];
    Function::start(binary(verb), &environment).await
}

/// A plan to deploy `checkout`, made just now.
fn plan() -> Value {
    let request = serde_json::from_value(json!({ "service": "checkout", "tag": "v1.4.2" }));
    let service = document("checkout", |_| {});
    let desk = Desk::new(service.name.clone());
    let deployment = "checkout-1".parse().expect("a name");
    let digest = digest().parse().expect("a digest");
    let now = Timestamp::now();
    let plan = Plan::decide(deployment, service, &request.expect("a request"), digest, &desk, now);
    json!(plan.expect("nothing speaks against it"))
}

fn digest() -> String {
    format!("sha256:{}", "0a".repeat(32))
}

/// An input that the function takes.
pub(crate) fn input(verb: &str) -> Value {
    let task_definition = "arn:aws:ecs:eu-central-1:123456789012:task-definition/checkout:7";
    let rollout = json!({
        "arn": "arn:aws:ecs:eu-central-1:123456789012:service-deployment/shop/checkout/abc",
        "task_definition": task_definition,
    });
    let lease = json!({
        "service": "checkout", "holder": "checkout-1", "token": 3,
        "expires_at": "2099-01-01T00:00:00Z"
    });
    let blue = json!({ "task_definition": task_definition, "desired": 2, "running": 2 });
    match verb {
        "receive" | "alert" | "press" => json!({
            "version": "2.0", "rawPath": "/", "headers": {}, "body": "{}", "isBase64Encoded": false,
            "requestContext": { "http": { "method": "POST", "path": "/" } }
        }),
        "resolve" => json!({
            "image": "ghcr.io/acme/checkout", "tag": "v1.4.2", "digest": digest(),
            "at": "2026-05-04T09:12:20Z", "pushed_by": "ada"
        }),
        "plan" => json!({
            "deployment": "checkout-1", "request": { "service": "checkout", "tag": "v1.4.2" }
        }),
        "claim" => json!({ "plan": plan(), "token": TOKEN }),
        "replicas" => json!({
            "asked": {
                "instances": ["orders-replica"], "max_lag_seconds": 30, "within_seconds": 600,
                "lease": lease
            },
            "since": "2026-05-04T09:12:20Z"
        }),
        "check" => json!({ "plan": plan(), "lease": lease }),
        "migrate" | "launch" => json!({ "plan": plan(), "lease": lease, "blue": blue }),
        "watch" => json!({
            "plan": plan(), "lease": lease, "rollout": null, "token": TOKEN,
            "watch": { "seen": null, "seconds": 300 }
        }),
        "judge" => json!({ "plan": plan(), "rollout": rollout }),
        "preserve" => json!({ "deployment": "checkout-1", "rollout": rollout }),
        "proceed" => json!({ "plan": plan(), "lease": lease, "rollout": rollout, "hook": "h-1" }),
        "restore" => json!({ "plan": plan(), "rollout": null, "verdict": null, "failure": null }),
        "conclude" => json!({
            "deployment": "checkout-1", "request": { "service": "checkout", "tag": "v1.4.2" },
            "plan": null, "blue": null, "rollout": null,
            "failure": { "Error": "Refused", "Cause": "{}" }
        }),
        "approve" => json!({ "service": "checkout", "by": "ada", "reason": "receipts are right" }),
        "mark" => json!({ "deployment": "checkout-1" }),
        "heed" => json!({
            "detail-type": "Alert Firing",
            "detail": { "alerts": [{
                "name": "Errors", "fingerprint": "f", "since": "2026-05-04T09:12:20Z"
            }] }
        }),
        "resume" => json!({
            "detail-type": "ECS Hook State Change", "source": "aws.ecs",
            "detail": { "serviceDeploymentArn": rollout["arn"] }
        }),
        "observe" => json!({ "name": "checkout-1", "status": "ABORTED" }),
        "attribute" => json!({ "service": "checkout", "by": "ada" }),
        "stop" => json!({
            "service": "checkout", "deployment": "checkout-1", "rollout": rollout["arn"],
            "token": TOKEN, "why": "ada went back"
        }),
        "spare" => json!({
            "watched": [{
                "service": "checkout", "deployment": "checkout-1", "why": "5xx rings", "spared": true
            }]
        }),
        "quarantine" => json!({
            "service": "checkout",
            "quarantine": {
                "digest": digest(), "why": "ada went back", "deployment": "checkout-1",
                "since": "2026-05-04T09:12:20Z", "until": "2026-06-03T09:12:20Z"
            }
        }),
        "sweep" => json!({ "service": null }),
        "unwind" => json!({
            "release": {
                "waves": [{ "wave": 1, "deployments": [{
                    "name": "checkout-1", "input": { "service": "checkout", "tag": "v1.4.2" }
                }] }],
                "left_out": []
            },
            "held": "WaveHeld"
        }),
        "compare" => json!({
            "bucket": { "name": "acme-state" }, "object": { "key": "shop/terraform.tfstate" }
        }),
        "post" | "mail" => json!({ "deployment": "checkout-1", "by": "an-execution" }),
        other => panic!("say what {other} is called with"),
    }
}

/// A field of the input, and where a mistake in it is told.
pub(crate) fn field(verb: &str) -> (&'static str, &'static str) {
    match verb {
        "receive" | "alert" | "press" => {
            ("/requestContext/http/method", "requestContext.http.method")
        }
        "resolve" => ("/tag", "tag"),
        "plan" => ("/request/service", "request.service"),
        "claim" => ("/token", "token"),
        "replicas" => ("/since", "since"),
        "check" => ("/lease/holder", "lease.holder"),
        "migrate" | "launch" => ("/blue/task_definition", "blue.task_definition"),
        "watch" => ("/plan/deployment", "plan.deployment"),
        "judge" => ("/plan/digest", "plan.digest"),
        "proceed" => ("/hook", "hook"),
        "restore" => ("/plan/service", "plan.service"),
        "preserve" => ("/rollout/arn", "rollout.arn"),
        "conclude" | "mark" | "stop" | "post" | "mail" => ("/deployment", "deployment"),
        "heed" => ("/detail/alerts/0/since", "alerts[0].since"),
        "resume" => ("/detail-type", "detail-type"),
        "observe" => ("/name", "name"),
        "attribute" | "approve" | "sweep" => ("/service", "service"),
        "spare" => ("/watched/0/service", "watched[0].service"),
        "quarantine" => ("/quarantine/digest", "quarantine.digest"),
        "unwind" => ("/held", "held"),
        "compare" => ("/object/key", "object.key"),
        other => panic!("name a field of the input of {other}"),
    }
}
