//! How target groups, rules and listeners are set up.

use aws::Elbv2;
use domain::Failure;
use domain::name::Arn;
use domain::preflight::{Forward, Group, Rule};
use domain::seconds::Seconds;
use serde_json::json;
use workflow::ports::Balancer;

use crate::balancer::group;
use crate::support::{Answer, Script};

/// What is told in an answer of this call.
fn told(call: &str, result: &str) -> Answer {
    Answer::xml(format!(
        "<{call}Response xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\">\
         <{call}Result>{result}</{call}Result></{call}Response>"
    ))
}

fn balancing(resource: &str) -> Arn {
    let arn = format!("arn:aws:elasticloadbalancing:eu-central-1:111122223333:{resource}");
    arn.parse().expect("it is an ARN")
}

fn rule_arn() -> Arn {
    balancing("listener-rule/app/shop/1/2/3")
}

#[tokio::test]
async fn a_target_group_is_told_with_how_long_it_lets_wait() {
    let script = Script::new()
        .on("DescribeTargetGroups", |_| {
            told(
                "DescribeTargetGroups",
                "<TargetGroups><member><TargetType>ip</TargetType>\
                 <HealthCheckIntervalSeconds>30</HealthCheckIntervalSeconds>\
                 <HealthyThresholdCount>5</HealthyThresholdCount></member></TargetGroups>",
            )
        })
        .on("DescribeTargetGroupAttributes", |_| {
            told(
                "DescribeTargetGroupAttributes",
                "<Attributes><member><Key>stickiness.enabled</Key><Value>false</Value></member>\
                 <member><Key>deregistration_delay.timeout_seconds</Key><Value>20</Value></member>\
                 </Attributes>",
            )
        });
    let aws = script.play().await;

    let is = Elbv2::new(&aws.config()).group(&group("one")).await;

    let expected = Group {
        target_type: "ip".into(),
        interval: Seconds(30),
        threshold: 5,
        drains: Seconds(20),
    };
    assert_eq!(is, Ok(Some(expected)));
    let bodies: Vec<_> = aws.calls().into_iter().map(|call| call.body).collect();
    let asked = |field: &str| json!({ field: group("one") });
    assert_eq!(bodies, [asked("TargetGroupArns.member.1"), asked("TargetGroupArn")]);
}

async fn rule(arn: &Arn, call: &str, answer: Answer) -> Result<Option<Rule>, Failure> {
    let aws = Script::new().on(call, move |_| answer.clone()).play().await;
    Elbv2::new(&aws.config()).rule(arn).await
}

#[tokio::test]
async fn a_rule_is_told_by_where_it_sends_traffic_however_it_is_written() {
    let weighted = |name: &str, weight: &str| {
        let arn = group(name);
        format!("<member><TargetGroupArn>{arn}</TargetGroupArn><Weight>{weight}</Weight></member>")
    };
    let both = format!(
        "<member><Type>forward</Type><ForwardConfig><TargetGroups>{}{}</TargetGroups>\
         <TargetGroupStickinessConfig><Enabled>true</Enabled><DurationSeconds>60</DurationSeconds>\
         </TargetGroupStickinessConfig></ForwardConfig></member>",
        weighted("one", "100"),
        weighted("two", "0")
    );
    let one = format!(
        "<member><Type>forward</Type><TargetGroupArn>{}</TargetGroupArn></member>",
        group("one")
    );
    let answers = "<member><Type>fixed-response</Type></member>".to_owned();
    let forward = |name, weight| Forward { group: group(name), weight };

    for (actions, forwards, sticks) in [
        (both, vec![forward("one", 100), forward("two", 0)], Some(Seconds(60))),
        (one.clone(), vec![forward("one", 1)], None),
        (answers, vec![], None),
    ] {
        let result = format!("<Rules><member><Actions>{actions}</Actions></member></Rules>");
        let is = rule(&rule_arn(), "DescribeRules", told("DescribeRules", &result)).await;
        assert_eq!(is, Ok(Some(Rule { forwards, sticks })), "{actions}");
    }
    let listener = balancing("listener/net/shop/1/2");
    let result =
        format!("<Listeners><member><DefaultActions>{one}</DefaultActions></member></Listeners>");
    let is = rule(&listener, "DescribeListeners", told("DescribeListeners", &result)).await;
    assert_eq!(is, Ok(Some(Rule { forwards: vec![forward("one", 1)], sticks: None })));
}

#[tokio::test]
async fn what_is_not_there_is_none_and_what_may_not_be_seen_names_the_permission() {
    let gone = |code| Answer::xml_error(400, code, "One or more not found");
    let listener = balancing("listener/net/shop/1/2");
    assert_eq!(rule(&rule_arn(), "DescribeRules", gone("RuleNotFound")).await, Ok(None));
    assert_eq!(rule(&listener, "DescribeListeners", gone("ListenerNotFound")).await, Ok(None));
    let aws =
        Script::new().on("DescribeTargetGroups", move |_| gone("TargetGroupNotFound")).play().await;
    assert_eq!(Elbv2::new(&aws.config()).group(&group("one")).await, Ok(None));

    let denied = Answer::xml_error(403, "AccessDenied", "User x is not authorized");
    let failure = rule(&rule_arn(), "DescribeRules", denied).await.expect_err("it is denied");
    let said = format!(
        "could not describe the rule {}: elasticloadbalancing:DescribeRules is not allowed",
        rule_arn()
    );
    assert_eq!((failure.name(), failure.to_string()), ("Refused", said));
}
