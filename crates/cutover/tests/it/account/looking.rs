//! Status, history and plan.

use domain::desk::{Desk, Lease};
use domain::outcome::End;

use serde_json::json;

use super::aws::Aws;
use super::world::{at, record};

#[test]
fn status_tells_what_serves_and_what_goes_on() {
    let aws = Aws::new();
    let mut green = record("v1.0.0", "v1.1.0", 5, "push", End::Deployed);
    green.entries.truncate(6);
    let service = green.service.clone();
    let lease = Lease {
        service: service.clone(),
        holder: green.deployment.clone(),
        token: 8,
        expires_at: at(60),
    };
    {
        let mut state = aws.state();
        state.records.push(green);
        state.desk = Some(Desk { version: 4, token: 8, lease: Some(lease), ..Desk::new(service) });
        state.share = Some(10.0);
    }

    insta::assert_snapshot!(aws.run("status --region eu-central-1"), @"
    ┌────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ service    serving   tasks   traffic      alarms               now                                         last end            │
    ╞════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════╡
    │ checkout   v1.0.0    2/2     90% v1.0.0   checkout-errors OK   IN_PROGRESS POST_PRODUCTION_TRAFFIC_SHIFT   Deployed v1.0.0     │
    │                              10% v1.1.0                        lease: checkout-2d5f98177e57018f8984        2026-03-01 03:00:00 │
    └────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    --- exit code 0
    ");

    let told = aws.run("status checkout --json --region eu-central-1").json();
    assert_eq!(told[0]["traffic"][1]["percent"], 10.0, "{told}");
    assert_eq!(told[0]["alarms"][0]["state"], "OK", "{told}");
    assert!(told[0].get("production").is_none(), "{told}");
}

#[test]
fn history_tells_every_deployment_and_everything_of_one() {
    let aws = Aws::new();
    aws.state().records.push(record("v1.0.0", "v1.1.0", 5, "push", End::RolledBack));

    let table = aws.run("history checkout --region eu-central-1");

    insta::assert_snapshot!(table, @"
    ┌──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ began                 release                          cause   by    end          took   why                                                       deployment                    │
    ╞══════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════╡
    │ 2026-03-01 03:05:00   checkout v1.1.0 (111111111111)   push    ada   RolledBack   0s     alarm checkout-errors: rings since 2026-03-01T03:11:00Z   checkout-2d5f98177e57018f8984 │
    │ 2026-03-01 03:00:00   checkout v1.0.0 (101010101010)   push    ada   Deployed     0s     ECS tells that this release serves                        checkout-fc1c4162b848facdfb1c │
    └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    --- exit code 0
    ");
    let id = aws.state().records[1].deployment.to_string();
    let one = aws.run(&format!("history checkout --deployment {id} --region eu-central-1"));
    assert!(one.out.contains("03:05:00 RolledBack: alarm checkout-errors: rings since"), "{one}");
}

#[test]
fn a_plan_is_of_the_document_as_it_is_there_and_tells_what_serves_now() {
    let aws = Aws::with(&json!({ "rolling": {} }));

    let run = aws.run("plan checkout --image v1.1.0 --region eu-central-1");

    assert_eq!(run.code, Some(0), "{run}");
    let (now, plan) = run.out.split_once("checkout: rolling").expect("both");
    assert!(now.contains("v1.0.0") && now.contains("2/2"), "{run}");
    assert!(plan.contains("What one such deployment costs: $0.003"), "{run}");
    let (_, met) = now.split_once("If it began now\n").expect("what it would meet");
    insta::assert_snapshot!(met, @"
    checkout v1.1.0 (b0ff67b72a1d) would begin at once, as checkout-b447b312508e26acd67e

    What the checks say now
     alarm checkout-errors  quiet
    ");
    assert_eq!(aws.asked("StartExecution").len(), 0);
}

#[test]
fn a_plan_tells_what_the_deployment_itself_would_refuse_and_writes_nothing() {
    let aws = Aws::with(&json!({ "blue_green": {} }));
    aws.state().share = Some(10.0);

    let run = aws.run("plan checkout --image v1.1.0 --region eu-central-1");

    assert_eq!(run.code, Some(1), "{run}");
    let told = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    for says in [
        "checkout v1.1.0 (b0ff67b72a1d) would be refused",
        "refused ECS has a deployment in progress that Cutover did not start",
        "alarm checkout-errors quiet",
    ] {
        assert!(told.contains(says), "{says} is missing in {run}");
    }
    for written in ["StartExecution", "UpdateItem", "PutItem", "UpdateService"] {
        assert_eq!(aws.asked(written).len(), 0, "{written}");
    }

    let same = aws.run("plan checkout --image v1.0.0 --json --region eu-central-1");
    assert_eq!(same.code, Some(1), "{same}");
    let why = same.json()["outlook"]["objections"][0].to_string();
    assert!(why.contains("carried this push and ended as Deployed"), "{why}");
    let older = aws.run("plan checkout --image v0.9.0 --region eu-central-1");
    assert!(older.out.contains("checkout wants no other"), "{older}");
}

#[test]
fn mistakes_in_a_document_on_aws_are_told_as_validate_tells_them() {
    let aws = Aws::new();
    let name = "/cutover/services/checkout".to_owned();
    aws.state().parameters.insert(name, crate::validate::BAD.to_owned());

    let run = aws.run("plan checkout --region eu-central-1");

    assert_eq!(run.code, Some(2), "{run}");
    for told in ["at the parameter /cutover/services/checkout: bake", "48h is longer than 23h"] {
        assert!(run.errors.contains(told), "{told} is missing in {run}");
    }
}

#[test]
fn a_service_whose_document_cannot_be_read_does_not_hide_the_others() {
    let aws = Aws::new();
    let name = "/cutover/services/catalog".to_owned();
    aws.state().parameters.insert(name, crate::validate::BAD.to_owned());

    let run = aws.run("status --region eu-central-1");

    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.out.contains("checkout") && !run.out.contains("catalog"), "{run}");
    assert!(run.errors.contains("left out a service whose document cannot be read"), "{run}");
    assert!(run.errors.contains("/cutover/services/catalog"), "{run}");
}
