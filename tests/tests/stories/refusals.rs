//! What is not even begun, and why.

use domain::outcome::End;
use domain::request::Request;
use local::alarms::AlarmState;
use local::simulated::Behaviour;
use serde_json::json;
use tests::World;

/// Asks for a deployment by hand, as from the AWS console, and tells how it ended.
async fn ask(world: &World, name: &str, request: serde_json::Value) -> (End, String) {
    let execution = world.account.start("deployment", name, request).expect("a new name");
    let outcome = execution.wait().await;
    world.settle().await;
    let output =
        outcome.output.unwrap_or_else(|| panic!("{:?} {:?}", outcome.error, outcome.cause));
    (serde_json::from_value(output["end"].clone()).expect("an end"), output["why"].to_string())
}

#[tokio::test(start_paused = true)]
async fn what_must_not_be_deployed_is_refused_with_the_reason() {
    let mut world = World::begin().await;
    world.image("checkout", "v1.1.0", Behaviour::default());
    world.image("checkout", "nightly", Behaviour::default());
    let digest = world.digest("checkout", "v1.0.0").clone();

    for (name, request, says) in [
        (
            "unknown-service",
            json!({ "service": "chekout", "tag": "v1.1.0" }),
            "there is no service chekout under Cutover",
        ),
        (
            "unknown-tag",
            json!({ "service": "checkout", "tag": "v9.9.9" }),
            "there is no ghcr.io/acme/checkout:v9.9.9",
        ),
        (
            "unwanted-tag",
            json!({ "service": "checkout", "tag": "nightly" }),
            "nightly is no semantic version",
        ),
        ("serving-already", json!({ "service": "checkout", "tag": "v1.0.0" }), "serves already"),
        (
            "moved-tag",
            json!({ "service": "checkout", "tag": "v1.1.0", "digest": digest }),
            "a later push moved it",
        ),
        (
            "nothing",
            json!({ "service": "checkout" }),
            "say what to deploy: `tag`, `digest` or both",
        ),
        (
            "typo",
            json!({ "service": "checkout", "tga": "v1.1.0" }),
            "at `request.tga`: unknown field `tga`",
        ),
        (
            "not-a-name",
            json!({ "service": "Check Out", "tag": "v1.1.0" }),
            "at `request.service`: \\\"Check Out\\\" is not a service name",
        ),
        ("no-object", json!(7), "invalid type: integer `7`"),
    ] {
        let (end, why) = ask(&world, name, request).await;
        assert_eq!(end, End::Refused, "{name}: {why}");
        assert!(why.contains(says), "{name}: {why}");
    }
    assert!(world.desk("checkout").lease.is_none());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_begun_while_an_alarm_rings() {
    let mut world = World::begin().await;
    world.image("checkout", "v1.1.0", Behaviour::default());
    world.account.set_alarm("checkout-errors", AlarmState::Alarm, "by hand").expect("it exists");

    let (end, why) =
        ask(&world, "ringing", json!({ "service": "checkout", "tag": "v1.1.0" })).await;

    assert_eq!(end, End::Refused);
    assert!(why.contains("the alarm checkout-errors rings since"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn a_push_never_moves_a_service_backwards_but_a_person_may() {
    let mut world = World::begin().await;
    world.image("checkout", "v1.1.0", Behaviour::default());
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    world.deliver("checkout", "v1.1.0").await;
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::Deployed, End::Refused]);
    assert!(world.outcome("checkout").why.contains("older than what was deployed last (1.2.0)"));

    let request: Request = serde_json::from_value(
        json!({ "service": "checkout", "tag": "v1.1.0", "cause": "rollback", "by": "grace" }),
    )
    .expect("a request");
    world.account.deploy(&request).expect("a new name");
    world.settle().await;
    assert_eq!(world.outcome("checkout").end, End::Deployed, "{}", world.story());
}
