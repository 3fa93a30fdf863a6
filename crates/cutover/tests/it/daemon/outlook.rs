//! `cutover plan` of a service that a daemon has.

use serde_json::{Value, json};

use super::host::Host;

/// With an alarm and a comparison, and a document that says `more`.
fn host(more: &Value) -> Host {
    Host::with(20, |config| {
        config["alarms"] = json!([{
            "name": "checkout-errors", "service": "checkout", "metric": "error_rate",
            "comparison": "GreaterThanThreshold", "threshold": 0.05, "period_seconds": 1,
            "evaluation_periods": 2, "treat_missing_data": "notBreaching"
        }]);
        let document = &mut config["services"][0]["document"];
        document["checks"]["alarms"] = json!(["checkout-errors"]);
        document["checks"]["metrics"] = json!([{ "compare": {} }]);
        for (field, value) in more.as_object().expect("fields") {
            document[field] = value.clone();
        }
    })
}

/// What a deployment would meet, without the names that differ each time.
async fn outlook(host: &Host, line: &str) -> (i32, String) {
    let (code, told, errors) = host.run(line).await;
    let (_, json, _) = host.run(&format!("{line} --json")).await;
    let json: Value = serde_json::from_str(&json).unwrap_or_else(|_| panic!("{told}{errors}"));
    let (_, told) = told.split_once("If it began now").expect("what it would meet");
    let (told, _) = told.split_once("\ncheckout: blue/green").expect("what it would be");

    let name = json["outlook"]["deployment"].as_str().unwrap_or("no name at all");
    let told: Vec<_> =
        told.trim().lines().map(|line| line.replace(name, "checkout-<push>")).collect();
    let told = told.into_iter().map(|line| match line.find(" (") {
        Some(begin) if line[begin..].find(')') == Some(14) => {
            format!("{} (<digest>){}", &line[..begin], &line[begin + 15..])
        }
        _ => line,
    });
    (code, told.collect::<Vec<_>>().join("\n"))
}

#[tokio::test]
async fn a_plan_of_a_service_tells_what_a_deployment_would_meet_and_begins_none() {
    let host = host(&json!({}));
    let _running = host.start();
    host.settled().await;
    for tag in ["v0.9.0", "v1.1.0"] {
        host.push(tag, "--quiet").await;
    }

    insta::assert_snapshot!(outlook(&host, "plan checkout --image v1.1.0").await.1, @"
    checkout v1.1.0 (<digest>) would begin at once, as checkout-<push>

    What the checks say now
     alarm checkout-errors  quiet
     targets                1 of 1 healthy
     errors against blue    would hold it up: no requests lately, without which no green passes
    ");
    let (code, again) = outlook(&host, "plan checkout").await;
    assert_eq!(code, 0, "{again}");
    assert!(again.starts_with("checkout"), "{again}");
    let (code, unwanted) = outlook(&host, "plan checkout --image v0.9.0").await;
    assert_eq!(code, 1);
    assert!(
        unwanted.contains("refused") && unwanted.contains("checkout wants no other"),
        "{unwanted}"
    );
    let (_, missing) = outlook(&host, "plan checkout --image v7.0.0").await;
    assert!(
        missing.contains("checkout v7.0.0") && missing.contains("would be refused"),
        "{missing}"
    );

    host.do_it("freeze checkout --for 2h --reason fair").await;
    let (code, frozen) = outlook(&host, "plan checkout --image v1.1.0").await;
    assert_eq!(code, 0);
    assert!(
        frozen.contains("would wait, as checkout-<push>") && frozen.contains("fair"),
        "{frozen}"
    );

    let stands = host.get("/api/services/checkout").await;
    assert!(stands["waiting"].is_null() && stands["lease"].is_null(), "{stands:#}");
    assert_eq!(host.get("/api/services/checkout/history").await, json!([]));
}

#[tokio::test]
async fn what_was_deployed_and_what_is_under_way_stand_in_the_way() {
    let host = host(&json!({ "approval": { "of": ["cy"] }, "checks": { "within": 2 } }));
    let _running = host.start();
    host.settled().await;
    let digest = host.push("v1.1.0", "").await;
    host.push("v1.2.0", "--quiet").await;
    host.until(|it| it["asks"].is_object()).await;

    let (_, other) = outlook(&host, "plan checkout --image v1.2.0").await;
    assert!(other.contains("is under way") && other.contains("would wait"), "{other}");
    let (code, same) = outlook(&host, "plan checkout --image v1.1.0").await;
    assert_eq!(code, 1);
    assert!(same.contains("carried this push; the same push starts nothing"), "{same}");
    host.do_it("stop checkout --reason slow").await;
    let (code, stopped) = outlook(&host, &format!("plan checkout --image {digest}")).await;
    assert_eq!(code, 1);
    assert!(stopped.contains("is in quarantine since"), "{stopped}");

    let (code, _, errors) = host.run("plan checkout --image a:b").await;
    assert_eq!(code, 2);
    assert!(errors.contains("--image"), "{errors}");
    let (code, _, errors) = host.run("plan chekout").await;
    assert_eq!(code, 2);
    assert!(
        errors.contains("there is no service chekout under Cutover, only checkout"),
        "{errors}"
    );
}
