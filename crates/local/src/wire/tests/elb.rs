//! The load balancer's answers.

use axum::http::header::CONTENT_TYPE;
use serde_json::json;

use super::world::{Answer, World, blue_green};

const HEALTH: &str = "Action=DescribeTargetHealth&Version=2015-12-01";

/// The body without the id of the request, which is another every time.
fn body(answer: &Answer) -> String {
    let id = answer.headers["x-amzn-requestid"].to_str().unwrap();
    assert_eq!(answer.headers[CONTENT_TYPE], "text/xml");
    answer.body.replace(id, "…").replace("><", ">\n<")
}

#[tokio::test(start_paused = true)]
async fn the_targets_of_green_are_seen_to_become_healthy() {
    let world = World::begin().await;
    let deployment = world.launch(2, blue_green()).await;
    world.pass(1).await;
    let green = world.deployment(&deployment).await["targetServiceRevision"]["arn"].clone();
    let revisions = json!({ "serviceRevisionArns": [green] });
    let told = world.ecs("DescribeServiceRevisions", revisions).await;
    let load_balancers = &told["serviceRevisions"][0]["resolvedConfiguration"]["loadBalancers"];
    let group = load_balancers[0]["targetGroupArn"].as_str().unwrap();
    // As an SDK writes it in a form.
    let group = group.replace(':', "%3A").replace('/', "%2F");

    let form = format!("{HEALTH}&TargetGroupArn={group}");
    let starting = world.elb(&form).await;
    world.pass(10).await;
    let started = world.elb(&form).await;

    insta::assert_snapshot!(body(&starting));
    assert_eq!(started.body.matches("<State>healthy</State>").count(), 2, "{}", started.body);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_told_is_refused_by_name() {
    let world = World::begin().await;
    let unknown = "arn:aws:elasticloadbalancing:local:000000000000:targetgroup/shop/checkout/1";
    let mut refusals = Vec::new();

    for form in [
        format!("{HEALTH}&TargetGroupArn={unknown}"),
        format!("{HEALTH}&TargetGroupArn=%3Cnothing%3E"),
        HEALTH.to_owned(),
        format!("{HEALTH}&TargetGroupArn={unknown}&Targets.member.1.Id=a"),
        "Action=DescribeTags&Version=2015-12-01".to_owned(),
        "Action=DescribeTargetHealth&Version=2012-06-01".to_owned(),
        String::new(),
    ] {
        let answer = world.elb(&form).await;
        assert_eq!(answer.status, 400);
        let body = answer.body.split("<Error>").nth(1).unwrap().split("</Error>").next().unwrap();
        refusals.push(format!("{form}\n  {body}"));
    }
    insta::assert_snapshot!(refusals.join("\n"));
}
