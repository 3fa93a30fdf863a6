//! Which deployment is to a task definition.

use serde_json::{Value, json};
use workflow::ports::Fleet;

use super::{DESCRIBE_REVISIONS, LIST_DEPLOYMENTS, arn, green, place, play};
use crate::support::{Answer, Call, Script};

/// A deployment as the list tells it: to the revision of its own number.
fn brief(number: u32, status: &str) -> Value {
    json!({
        "serviceDeploymentArn": arn(&format!("service-deployment/shop/checkout/{number}")),
        "targetServiceRevisionArn": arn(&format!("service-revision/shop/checkout/{number}")),
        "createdAt": 1_790_000_000.0 + f64::from(number), "status": status,
    })
}

fn page(briefs: &[Value], next: Option<&str>) -> Answer {
    let mut page = json!({ "serviceDeployments": briefs });
    if let Some(next) = next {
        page["nextToken"] = next.into();
    }
    Answer::json(page)
}

/// Describes what was asked: revision 8 is to `checkout:8`, and 108 is to it as well.
fn revisions(call: &Call) -> Answer {
    let asked = call.body["serviceRevisionArns"].as_array().expect("a list").clone();
    assert!(asked.len() <= 20, "ECS describes no more at once");
    let described = asked.iter().map(|revision| {
        let number = revision.as_str().and_then(|arn| arn.rsplit('/').next()).expect("a number");
        let task_definition = number.trim_start_matches("10");
        json!({
            "serviceRevisionArn": revision,
            "taskDefinition": arn(&format!("task-definition/checkout:{task_definition}")),
        })
    });
    Answer::json(json!({ "serviceRevisions": described.collect::<Vec<_>>(), "failures": [] }))
}

#[tokio::test]
async fn the_newest_deployment_is_found_first_and_nothing_is_asked_beyond_it() {
    // 108 and 8 are both to green; ECS lists them in no order, and there is more to list.
    let listed: Vec<Value> = [8, 30, 108, 7].map(|it| brief(it, "SUCCESSFUL")).to_vec();
    let script = Script::new()
        .on(LIST_DEPLOYMENTS, move |_| page(&listed, Some("more")))
        .on(DESCRIBE_REVISIONS, revisions);
    let (aws, ecs) = play(script).await;

    let found = ecs.find(&place(), &green()).await.expect("it is told");

    assert_eq!(found, Some(arn("service-deployment/shop/checkout/108")));
    assert_eq!(aws.actions(), [LIST_DEPLOYMENTS, DESCRIBE_REVISIONS]);
    let asked = json!({ "cluster": "shop", "service": "checkout", "maxResults": 100 });
    assert_eq!(aws.calls()[0].body, asked);
}

#[tokio::test]
async fn older_ones_are_looked_for_in_batches_and_page_by_page() {
    let script = Script::new()
        .on(LIST_DEPLOYMENTS, |call| match call.body["nextToken"].as_str() {
            None => {
                page(&(20..65).map(|it| brief(it, "SUCCESSFUL")).collect::<Vec<_>>(), Some("2"))
            }
            Some("2") => page(&[], Some("3")),
            Some("3") => page(&[brief(9, "STOPPED"), brief(8, "STOPPED")], None),
            other => panic!("no page was called {other:?}"),
        })
        .on(DESCRIBE_REVISIONS, revisions);
    let (aws, ecs) = play(script).await;

    let found = ecs.find(&place(), &green()).await.expect("it is told");

    assert_eq!(found, Some(arn("service-deployment/shop/checkout/8")));
    let sizes = aws.calls().into_iter().filter(|call| call.action == DESCRIBE_REVISIONS);
    let sizes = sizes.map(|call| call.body["serviceRevisionArns"].as_array().map_or(0, Vec::len));
    assert_eq!(sizes.collect::<Vec<_>>(), [20, 20, 5, 2]);
    let pages = aws.calls().into_iter().filter(|call| call.action == LIST_DEPLOYMENTS);
    let pages: Vec<Value> = pages.map(|call| call.body["nextToken"].clone()).collect();
    assert_eq!(pages, [json!(null), json!("2"), json!("3")]);
}

#[tokio::test]
async fn a_service_without_such_a_deployment_has_none() {
    for listed in [vec![], vec![brief(7, "SUCCESSFUL")]] {
        let script = Script::new()
            .on(LIST_DEPLOYMENTS, move |_| page(&listed, None))
            .on(DESCRIBE_REVISIONS, revisions);
        let (_aws, ecs) = play(script).await;

        assert_eq!(ecs.find(&place(), &green()).await, Ok(None));
    }
}

#[tokio::test]
async fn what_moves_and_is_not_described_yet_is_not_taken_for_nothing() {
    for (status, name) in [("IN_PROGRESS", Some("Unavailable")), ("SUCCESSFUL", None)] {
        let script = Script::new()
            .on(LIST_DEPLOYMENTS, move |_| page(&[brief(8, status)], None))
            .on(DESCRIBE_REVISIONS, |_| {
                let revision = arn("service-revision/shop/checkout/8");
                super::missing("serviceRevisions", &revision)
            });
        let (_aws, ecs) = play(script).await;

        let found = ecs.find(&place(), &green()).await;

        assert_eq!(found.err().map(|failure| failure.name()), name, "{status}");
    }
}

#[tokio::test]
async fn a_list_without_an_end_ends() {
    let script = Script::new()
        .on(LIST_DEPLOYMENTS, |_| page(&[brief(7, "SUCCESSFUL")], Some("more")))
        .on(DESCRIBE_REVISIONS, revisions);
    let (aws, ecs) = play(script).await;

    let failure = ecs.find(&place(), &green()).await.expect_err("it never ends");

    let said = "ECS lists the same deployments of shop/checkout again and again";
    assert_eq!((failure.name(), failure.to_string().as_str()), ("Unavailable", said));
    assert_eq!(aws.calls().len(), 4);
}
