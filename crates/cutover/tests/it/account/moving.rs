//! Deploying and going back.

use domain::desk::{Desk, Lease};
use domain::outcome::End;
use domain::record::Record;
use serde_json::{Value, json};

use super::aws::Aws;
use super::world::{at, concluded, entries, record, request, rollout};

/// Begins a deployment of `v1.1.0`: so many entries are written, the others are still to come.
fn begin(aws: &Aws, written: usize, end: End) {
    let wanted = request("v1.1.0", 5, "push");
    let deployment = wanted.execution(0);
    let mut left = entries(&deployment, &wanted, "v1.0.0", end);
    let written: Vec<_> = left.drain(..written).collect();

    let holder = deployment.clone();
    let lease = Lease { service: wanted.service.clone(), holder, token: 8, expires_at: at(60) };
    let desk = Desk::new(wanted.service.clone());
    let mut state = aws.state();
    state.desk = Some(Desk { version: 4, token: 8, lease: Some(lease), ..desk });
    state.running = Some((deployment.to_string(), left));
    state.records.push(Record { deployment, service: wanted.service, entries: written });
}

/// The holder of the lease waits for its rollout.
fn watching(desk: Desk) -> Desk {
    let lease = desk.lease.as_ref().expect("somebody has it");
    let watcher = json!({
        "deployment": lease.holder, "rollout": rollout(), "alarms": ["checkout-errors"],
        "place": { "cluster": "shop", "service": "checkout" }, "token": "token-8"
    });
    Desk { watcher: serde_json::from_value(watcher).expect("a watcher"), ..desk }
}

#[test]
fn a_deployment_is_started_and_followed_to_its_end() {
    let aws = Aws::new();

    let run = aws.run("deploy checkout v1.1.0 --reason receipts --region eu-central-1");

    assert_eq!((run.code, run.errors.as_str()), (Some(0), ""), "{run}");
    let started = aws.asked("StartExecution");
    let input: Value =
        serde_json::from_str(started[0]["input"].as_str().expect("it")).expect("JSON");
    for (field, value) in
        [("service", "checkout"), ("tag", "v1.1.0"), ("by", "ada"), ("reason", "receipts")]
    {
        assert_eq!(input[field], value);
    }
    let name = started[0]["name"].as_str().expect("a name");
    let lines: Vec<_> = run.out.lines().collect();
    assert_eq!(lines[0], format!("checkout v1.1.0 has begun as {name}"));
    assert_eq!(
        lines[1],
        format!(
            "https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/\
             arn:aws:states:eu-central-1:123456789012:execution:cutover-deployment:{name}"
        )
    );
    let told: Vec<_> =
        lines[2..].iter().map(|line| line.split_once(' ').expect("a time").1).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    checkout: ada asked for checkout v1.1.0 (manual)
    checkout: planned checkout v1.1.0 (111111111111)
    checkout: got the lease, token 7
    checkout: nothing speaks against it
    checkout: told ECS to begin
    checkout: judged at 0%: go on, all is well at POST_TEST_TRAFFIC_SHIFT
    checkout: judged at 100%: go on, all is well at POST_PRODUCTION_TRAFFIC_SHIFT
    checkout: Deployed: ECS tells that this release serves
    ");
    let regions = aws.state().credentials.clone();
    assert!(regions.iter().all(|it| it.starts_with("AKIAADA/") && it.contains("/eu-central-1/")));
}

#[test]
fn a_deployment_that_is_taken_back_ends_with_1() {
    let aws = Aws::new();
    aws.state().end = Some(End::RolledBack);

    let run = aws.run("deploy checkout v1.1.0 --region eu-central-1 --json");

    assert_eq!(run.code, Some(1), "{run}");
    assert_eq!(run.json()["end"], "RolledBack");
}

#[test]
fn who_does_not_wait_is_told_what_was_started() {
    let aws = Aws::new();

    let run = aws.run("deploy checkout v1.1.0 --no-wait --region eu-central-1 --json");

    let told = run.json();
    assert_eq!((run.code, &told["request"]["tag"]), (Some(0), &json!("v1.1.0")));
    let console = told["console"].as_str().expect("a link");
    assert!(console.ends_with(told["deployment"].as_str().expect("a name")), "{told}");
    assert_eq!(aws.asked("Query").len(), 0, "nobody looks at the record");
}

#[test]
fn going_back_deploys_the_last_good_release() {
    let aws = Aws::new();
    let newest = record("v1.0.0", "v1.1.0", 5, "push", End::Deployed);
    {
        let mut state = aws.state();
        state.desk = Some(concluded(&newest, "v1.0.0"));
        state.records.push(newest);
    }

    let run = aws.run("rollback checkout --region eu-central-1");

    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(aws.asked_to_go_back(), json!({ "service": "checkout", "by": "ada" }));
    assert!(run.out.contains("asked for checkout 101010101010 (rollback)"), "{run}");
    assert!(run.out.contains("Deployed: "), "{run}");
}

#[test]
fn going_back_to_a_named_release_deploys_that() {
    let aws = Aws::new();
    let newest = record("v1.0.0", "v1.1.0", 5, "push", End::Deployed);
    let deployment = aws.state().records[0].deployment.to_string();
    aws.state().desk = Some(concluded(&newest, "v1.0.0"));

    for (to, title) in [("v1.2.0", "checkout v1.2.0"), (&*deployment, "checkout 101010101010")] {
        let run = aws.run(&format!("rollback checkout --to {to} --region eu-central-1"));

        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(aws.asked_to_go_back()["to"], to);
        assert!(run.out.contains(&format!("asked for {title} (rollback)")), "{run}");
        aws.state().asked.clear();
    }
}

#[test]
fn going_back_in_the_middle_or_stopping_stops_the_rollout() {
    for (line, stop) in [("rollback", Value::Null), ("stop", json!(true))] {
        let aws = Aws::new();
        // ECS was told to begin; what is left to write is how it was judged and how it ended.
        begin(&aws, 5, End::RolledBack);
        let mut state = aws.state();
        state.share = Some(100.0);
        state.desk = state.desk.take().map(watching);
        drop(state);

        let run = aws.run(&format!("{line} checkout --reason slow --region eu-central-1"));

        assert_eq!(run.code, Some(0), "{run}");
        assert!(run.out.contains("is stopped and taken back\n"), "{run}");
        assert!(run.out.contains("RolledBack: "), "{run}");
        let asked = aws.asked_to_go_back();
        assert_eq!((&asked["reason"], &asked["stop"]), (&json!("slow"), &stop));
    }
}

#[test]
fn going_back_or_stopping_before_ecs_began_stops_the_execution() {
    for (line, cause) in [("rollback", "ada went back: slow"), ("stop", "ada stopped it: slow")] {
        let aws = Aws::new();
        begin(&aws, 3, End::Refused);

        let run = aws.run(&format!("{line} checkout --reason slow --region eu-central-1"));

        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(aws.asked("StopExecution")[0]["cause"], cause);
        assert_eq!(aws.asked("StartExecution").len(), 0);
    }
}

#[test]
fn with_nothing_under_way_there_is_nothing_to_stop() {
    let aws = Aws::new();
    aws.state().desk =
        Some(concluded(&record("v0.9.0", "v1.0.0", 0, "push", End::Deployed), "v0.9.0"));

    insta::assert_snapshot!(aws.run("stop checkout --region eu-central-1"), @"
    --- standard error
    error: cannot stop checkout: nothing of checkout is under way
    --- exit code 1
    ");
    assert_eq!(aws.asked("StartExecution").len(), 0);
}

#[test]
fn without_anything_good_before_nothing_is_started() {
    let aws = Aws::new();

    let run = aws.run("rollback checkout --region eu-central-1");

    insta::assert_snapshot!(run, @"
    --- standard error
    error: nothing that Cutover knows was good before in checkout; say `to`: a tag, a digest, or the deployment that brought it
       at roll checkout back
    --- exit code 2
    ");
    assert_eq!(aws.asked("StartExecution").len(), 0);
}
