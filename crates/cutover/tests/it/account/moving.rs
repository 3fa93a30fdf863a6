//! Deploying and going back.

use domain::desk::{Desk, Lease};
use domain::name::ServiceName;
use domain::outcome::End;
use domain::record::Record;
use serde_json::{Value, json};

use super::aws::Aws;
use super::world::{at, digest, entries, record, request};

/// A desk that a deployment holds.
fn held(record: &Record) -> Desk {
    let service: ServiceName = "checkout".parse().expect("a name");
    let holder = record.deployment.clone();
    let lease = Lease { service: service.clone(), holder, token: 8, expires_at: at(60) };
    Desk { version: 4, token: 8, lease: Some(lease), ..Desk::new(service) }
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
    aws.state().records.push(record("v1.0.0", "v1.1.0", 5, "push", End::Deployed));

    let run = aws.run("rollback checkout --region eu-central-1");

    assert_eq!(run.code, Some(0), "{run}");
    let started = aws.asked("StartExecution");
    let input: Value =
        serde_json::from_str(started[0]["input"].as_str().expect("it")).expect("JSON");
    assert_eq!(input["cause"], "rollback");
    assert_eq!((&input["tag"], &input["digest"]), (&json!("v1.0.0"), &json!(digest("v1.0.0"))));
}

#[test]
fn going_back_to_a_named_release_deploys_that() {
    let aws = Aws::new();

    let run = aws.run("rollback checkout --to v1.2.0 --region eu-central-1");

    assert_eq!(run.code, Some(0), "{run}");
    let input = aws.asked("StartExecution")[0]["input"].as_str().expect("it").to_owned();
    assert!(
        input.contains(r#""tag":"v1.2.0""#) && input.contains(r#""cause":"rollback""#),
        "{input}"
    );
}

#[test]
fn going_back_in_the_middle_stops_the_rollout() {
    let aws = Aws::new();
    let wanted = request("v1.1.0", 5, "push");
    let deployment = wanted.execution(0);
    let mut left = entries(&deployment, &wanted, "v1.0.0", End::RolledBack);
    // ECS was told to begin; what is left to write is how it was judged and how it ended.
    let written: Vec<_> = left.drain(..5).collect();
    {
        let mut state = aws.state();
        let record = Record { deployment, service: wanted.service, entries: written };
        state.desk = Some(held(&record));
        state.share = Some(100.0);
        state.running = Some((record.deployment.to_string(), left));
        state.records.push(record);
    }

    let run = aws.run("rollback checkout --reason slow --region eu-central-1");

    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.out.contains("is stopped and taken back\n"), "{run}");
    assert!(run.out.contains("RolledBack: "), "{run}");
    assert_eq!(
        (aws.asked("StopServiceDeployment").len(), aws.asked("StartExecution").len()),
        (1, 0)
    );
}

#[test]
fn going_back_before_ecs_began_stops_the_execution() {
    let aws = Aws::new();
    let wanted = request("v1.1.0", 5, "push");
    let deployment = wanted.execution(0);
    let mut left = entries(&deployment, &wanted, "v1.0.0", End::Refused);
    let written: Vec<_> = left.drain(..3).collect();
    {
        let mut state = aws.state();
        let record = Record { deployment, service: wanted.service, entries: written };
        state.desk = Some(held(&record));
        state.running = Some((record.deployment.to_string(), left));
        state.records.push(record);
    }

    let run = aws.run("rollback checkout --reason slow --region eu-central-1");

    assert_eq!(run.code, Some(0), "{run}");
    let stopped = aws.asked("StopExecution");
    assert_eq!(stopped[0]["cause"], "slow");
    assert_eq!(aws.asked("StopServiceDeployment").len(), 0);
}

#[test]
fn without_anything_good_before_nothing_is_started() {
    let aws = Aws::new();
    aws.state().records.clear();

    let run = aws.run("rollback checkout --region eu-central-1");

    insta::assert_snapshot!(run, @"
    --- standard error
    error: nothing that Cutover knows was good before in checkout
       at roll checkout back
     help: say with --to which release to go back to
    --- exit code 2
    ");
    assert_eq!(aws.asked("StartExecution").len(), 0);
}
