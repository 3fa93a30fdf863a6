//! Events: as many calls as are needed, and every entry put or told.

use aws::EventBridge;
use domain::Failure;
use domain::event::Event;
use domain::release::ImagePushed;
use jiff::Timestamp;
use serde_json::{Value, json};
use workflow::ports::Bus;

use crate::support::{Answer, Aws, Call, Script};

const PUT: &str = "AWSEvents.PutEvents";

/// An event that is told from the others by who pushed.
fn pushed(by: &str) -> Event {
    Event::ImagePushed(ImagePushed {
        image: "ghcr.io/acme/checkout".parse().expect("an image"),
        tag: "v1.4.2".parse().expect("a tag"),
        digest: format!("sha256:{}", "0a".repeat(32)).parse().expect("a digest"),
        at: Timestamp::UNIX_EPOCH,
        pushed_by: by.to_owned(),
        revision: None,
        delivery: None,
    })
}

fn entries(call: &Call) -> Vec<Value> {
    call.body["Entries"].as_array().expect("a list").clone()
}

/// Who pushed, by the detail of an entry.
fn by(entry: &Value) -> String {
    let detail: Value =
        serde_json::from_str(entry["Detail"].as_str().expect("a text")).expect("JSON");
    detail["pushed_by"].as_str().expect("a text").to_owned()
}

/// Answers each entry by who pushed: `None` takes it.
fn answering(turn_away: impl Fn(&str) -> Option<&'static str>, call: &Call) -> Answer {
    let answers: Vec<_> = entries(call)
        .iter()
        .map(|entry| match turn_away(&by(entry)) {
            None => json!({ "EventId": "11710aed-b79e-4468-a20b-bb3c0c3b4860" }),
            Some(code) => json!({ "ErrorCode": code, "ErrorMessage": "so it is" }),
        })
        .collect();
    let failed = answers.iter().filter(|answer| answer["ErrorCode"].is_string()).count();
    Answer::json(json!({ "FailedEntryCount": failed, "Entries": answers }))
}

async fn bus(script: Script) -> (Aws, EventBridge) {
    let aws = script.play().await;
    let bus = EventBridge::new(&aws.config(), "cutover");
    (aws, bus)
}

/// Who pushed, call by call.
fn told(aws: &Aws) -> Vec<Vec<String>> {
    aws.calls().iter().map(|call| entries(call).iter().map(by).collect()).collect()
}

#[tokio::test]
async fn an_event_is_put_as_the_rules_match_it() {
    let (aws, bus) = bus(Script::new().on(PUT, |call| answering(|_| None, call))).await;

    bus.publish(&[pushed("ada")]).await.expect("put");

    let expected = json!({ "Entries": [{
        "EventBusName": "cutover", "Source": "cutover", "DetailType": "Image Pushed",
        "Detail": pushed("ada").detail().to_string(),
    }] });
    assert_eq!(aws.only_call().body, expected);
    assert_eq!(bus.publish(&[]).await, Ok(()), "nothing is put by no call");
    assert_eq!(aws.calls().len(), 1);
}

#[tokio::test]
async fn many_events_go_ten_to_a_call_and_no_call_has_a_megabyte() {
    let (aws, bus) = bus(Script::new().on(PUT, |call| answering(|_| None, call))).await;

    let many: Vec<_> = (0..23).map(|number| pushed(&number.to_string())).collect();
    bus.publish(&many).await.expect("put");
    let calls = told(&aws);
    assert_eq!(calls.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 3]);
    assert_eq!(calls.concat(), (0..23).map(|number| number.to_string()).collect::<Vec<_>>());

    // Each has two fifths of a megabyte's half: four are less than a megabyte, and five are more.
    let large: Vec<_> = (0..9).map(|_| pushed(&"x".repeat(200_000))).collect();
    bus.publish(&large).await.expect("put");
    let sizes: Vec<_> = told(&aws)[3..].iter().map(Vec::len).collect();
    assert_eq!(sizes, [4, 4, 1]);
}

#[tokio::test]
async fn an_event_that_nobody_could_take_is_told_before_any_is_put() {
    let (aws, bus) = bus(Script::new()).await;

    let failure = bus.publish(&[pushed("ada"), pushed(&"x".repeat(262_144))]).await;

    let failure = failure.expect_err("too large");
    assert_eq!(failure.name(), "Invalid");
    assert!(failure.to_string().starts_with("the event \"Image Pushed\" has 262"), "{failure}");
    assert_eq!(aws.calls().len(), 0);
}

#[tokio::test]
async fn only_what_was_turned_away_for_a_while_is_put_again() {
    let tries = std::sync::atomic::AtomicUsize::new(0);
    let (aws, bus) = bus(Script::new().on(PUT, move |call| {
        let nth = tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        answering(
            |by| match (nth, by) {
                (0, "b") => Some("ThrottlingException"),
                (0 | 1, "d") => Some("InternalFailure"),
                _ => None,
            },
            call,
        )
    }))
    .await;

    bus.publish(&["a", "b", "c", "d"].map(pushed)).await.expect("all were put in the end");

    assert_eq!(told(&aws), [vec!["a", "b", "c", "d"], vec!["b", "d"], vec!["d"]]);
}

#[tokio::test]
async fn what_is_turned_away_to_the_end_is_told_and_all_else_is_put() {
    let cases = [
        ("ThrottlingException", "Unavailable", 4),
        ("InternalFailure", "Unavailable", 4),
        ("AccessDeniedException", "Refused", 1),
        ("MalformedDetail", "Refused", 1),
    ];
    for (code, name, tries) in cases {
        let script =
            Script::new().on(PUT, move |call| answering(|by| (by == "3").then_some(code), call));
        let (aws, bus) = bus(script).await;

        let many: Vec<_> = (0..13).map(|number| pushed(&number.to_string())).collect();
        let failure = bus.publish(&many).await.expect_err(code);

        assert_eq!(failure.name(), name);
        let says = format!("cutover did not take \"Image Pushed\": {code}: so it is");
        assert_eq!(failure.to_string(), says);
        let calls = told(&aws);
        assert_eq!(calls.len(), tries + 1, "{calls:?}");
        assert_eq!(calls.last().map(Vec::len), Some(3), "the second call is made all the same");
    }
}

#[tokio::test]
async fn a_call_that_is_turned_away_as_a_whole_is_told_by_name() {
    for (answer, name) in [
        (Answer::json_error(400, "ThrottlingException", "Rate exceeded"), "Unavailable"),
        (Answer::json_error(500, "InternalException", "try again"), "Unavailable"),
        (Answer::json(json!({ "FailedEntryCount": 0, "Entries": [] })).truncated(), "Unavailable"),
        (Answer::cut(), "Unavailable"),
        (Answer::json_error(400, "ResourceNotFoundException", "no bus"), "Refused"),
    ] {
        let (aws, bus) = bus(Script::new().turns(PUT, [answer])).await;

        let failure: Failure = bus.publish(&[pushed("ada")]).await.expect_err(name);

        assert_eq!(failure.name(), name, "{failure}");
        assert!(failure.to_string().starts_with("could not put events on cutover: "), "{failure}");
        assert_eq!(aws.calls().len(), if name == "Refused" { 1 } else { 3 });
    }
}
