//! How targets stand.

use aws::Elbv2;
use domain::evidence::Targets;
use domain::name::Arn;
use serde_json::json;
use workflow::ports::Balancer;

use crate::support::{Answer, Script};

pub(crate) const DESCRIBE_TARGET_HEALTH: &str = "DescribeTargetHealth";

pub(crate) fn group(name: &str) -> Arn {
    let arn =
        format!("arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/{name}/1");
    arn.parse().expect("it is an ARN")
}

/// What is told of a group with these members.
pub(crate) fn health(members: &str) -> Answer {
    Answer::xml(format!(
        "<DescribeTargetHealthResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\">\
         <DescribeTargetHealthResult><TargetHealthDescriptions>{members}</TargetHealthDescriptions>\
         </DescribeTargetHealthResult></DescribeTargetHealthResponse>"
    ))
}

fn target(health: &str) -> String {
    format!(
        "<member><HealthCheckPort>8080</HealthCheckPort><TargetHealth>{health}</TargetHealth>\
         <Target><Port>8080</Port><Id>10.0.0.1</Id></Target></member>"
    )
}

fn failed() -> String {
    target(
        "<State>unhealthy</State><Reason>Target.ResponseCodeMismatch</Reason>\
         <Description>Health checks failed with these codes: [503]</Description>",
    )
}

fn healthy() -> String {
    target("<State>healthy</State>")
}

async fn told(members: String) -> Targets {
    let aws = Script::new().on(DESCRIBE_TARGET_HEALTH, move |_| health(&members)).play().await;
    let targets = Elbv2::new(&aws.config()).targets(&[group("green")]).await;
    targets.expect("they are told")
}

#[tokio::test]
async fn the_groups_are_asked_one_by_one_and_taken_together() {
    let script = Script::new().on(DESCRIBE_TARGET_HEALTH, |call| match call.body["TargetGroupArn"]
        .as_str()
    {
        Some(arn) if arn == group("green").as_str() => {
            health(&format!("{}{}", healthy(), healthy()))
        }
        _ => health(&format!("{}{}", healthy(), failed())),
    });
    let aws = script.play().await;

    let targets = Elbv2::new(&aws.config()).targets(&[group("green"), group("inside")]).await;

    let reason = "Target.ResponseCodeMismatch: Health checks failed with these codes: [503]";
    let expected = Targets { healthy: 3, total: 4, reason: Some(reason.into()) };
    assert_eq!(targets, Ok(expected));
    let bodies: Vec<_> = aws.calls().into_iter().map(|call| call.body).collect();
    let asked = |name| json!({ "TargetGroupArn": group(name) });
    assert_eq!(bodies, [asked("green"), asked("inside")]);
}

#[tokio::test]
async fn only_healthy_is_healthy_and_the_first_other_says_why() {
    for (health, reason) in [
        (
            "<State>initial</State><Reason>Elb.RegistrationInProgress</Reason>",
            "Elb.RegistrationInProgress",
        ),
        ("<State>unused</State>", "unused"),
        ("<State>draining</State>", "draining"),
        ("<State>unhealthy.draining</State>", "unhealthy.draining"),
        ("<State>unavailable</State><Description>No.</Description>", "unavailable: No."),
        ("<State>a-state-of-tomorrow</State>", "a-state-of-tomorrow"),
        ("", "no state"),
    ] {
        let told = told(format!("{}{}{}", healthy(), target(health), failed())).await;

        assert_eq!((told.healthy, told.total), (1, 3));
        assert_eq!(told.reason.as_deref(), Some(reason));
    }
}

#[tokio::test]
async fn a_group_without_targets_has_none_and_no_groups_are_not_asked_for() {
    let none = Targets { healthy: 0, total: 0, reason: None };
    assert_eq!(told(String::new()).await, none);

    let aws = Script::new().play().await;
    assert_eq!(Elbv2::new(&aws.config()).targets(&[]).await, Ok(none));
}

#[tokio::test]
async fn a_group_that_is_not_there_is_refused_by_name() {
    let gone = |_: &_| Answer::xml_error(400, "TargetGroupNotFound", "One or more not found");
    let aws = Script::new().on(DESCRIBE_TARGET_HEALTH, gone).play().await;

    let told = Elbv2::new(&aws.config()).targets(&[group("green")]).await;

    let failure = told.expect_err("it is not there");
    let said = format!(
        "could not describe the health of the target group {}: TargetGroupNotFound: One or more not found",
        group("green")
    );
    assert_eq!((failure.name(), failure.to_string()), ("Refused", said));
}

#[tokio::test]
async fn the_targets_are_told_one_by_one() {
    let members = format!("{}{}<member></member>", healthy(), failed());
    let aws = Script::new().on(DESCRIBE_TARGET_HEALTH, move |_| health(&members)).play().await;

    let each = Elbv2::new(&aws.config()).each(&[group("green")]).await.expect("they are told");

    let told: Vec<String> = each
        .iter()
        .map(|it| {
            let reason = it.reason.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{} {} {reason}", it.address, it.state)
        })
        .collect();
    let expected = [
        "10.0.0.1:8080 healthy ",
        "10.0.0.1:8080 unhealthy Target.ResponseCodeMismatch: Health checks failed with these codes: [503]",
        "unknown no state no state",
    ];
    assert_eq!(told, expected);
}
