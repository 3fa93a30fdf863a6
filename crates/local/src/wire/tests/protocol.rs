//! The envelopes of both protocols.

use super::world::World;

const JSON: &str = "application/x-amz-json-1.1";
const SERVICES: &str = "AmazonEC2ContainerServiceV20141113.DescribeServices";

#[tokio::test(start_paused = true)]
async fn an_operation_that_is_not_had_is_unknown() {
    let world = World::begin().await;

    for target in [
        "AmazonEC2ContainerServiceV20141113.DeleteService",
        "AmazonEC2ContainerServiceV20141113.",
        "DescribeServices",
        "DynamoDB_20120810.GetItem",
    ] {
        let answer = world.send(&[("x-amz-target", target), ("content-type", JSON)], "{}").await;
        assert!(answer.refusal().starts_with("UnknownOperationException"), "{target}");
        assert!(answer.refusal().contains(target));
    }
    let answer = world.send(&[], "").await;
    assert!(answer.refusal().starts_with("UnknownOperationException"));
}

#[tokio::test(start_paused = true)]
async fn what_is_not_the_protocol_is_not_read() {
    let world = World::begin().await;
    let huge = format!("{{\"services\": [\"{}\"]}}", "x".repeat(1024 * 1024));
    let mut refusals = Vec::new();

    for (content_type, body) in [
        (JSON, ""),
        (JSON, "services=checkout"),
        (JSON, "{\"services\": [\"checkout\"]"),
        (JSON, "{} {}"),
        (JSON, "[]"),
        (JSON, huge.as_str()),
        ("application/json", "{}"),
    ] {
        let headers = [("x-amz-target", SERVICES), ("content-type", content_type)];
        let answer = world.send(&headers, body.to_owned()).await;
        let shown = body.chars().take(40).collect::<String>();
        refusals.push(format!("{content_type} {shown}\n  {}", answer.refusal()));
    }

    insta::assert_snapshot!(refusals.join("\n"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_labelled() {
    let world = World::begin().await;
    let body = "{\"cluster\": \"shop\", \"services\": [\"checkout\"], \"include\": null}";

    let answer = world.send(&[("x-amz-target", SERVICES), ("content-type", JSON)], body).await;

    assert_eq!(answer.status, 200, "null is as good as nothing: {}", answer.body);
    assert_eq!(answer.headers["content-type"], JSON);
    assert_eq!(answer.headers["x-amzn-requestid"].len(), 36);
}
