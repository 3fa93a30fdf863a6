//! A release that is to mend what an alarm tells of goes on while it rings, and is watched.

use std::time::Duration;

use domain::outcome::{End, Outcome};
use domain::record::Entry;
use local::plant::Share;
use local::simulated::Behaviour;
use serde_json::{Value, json};
use tests::{World, document};

const MINUTE: Duration = Duration::from_secs(60);

fn fails() -> Behaviour {
    Behaviour { error_rate: Share(200), ..Behaviour::default() }
}

/// A world in which what serves has begun to fail, and its alarm rings.
async fn ringing() -> World {
    let world = World::begin().await;
    world.account.plant().behave(world.digest("checkout", "v1.0.0").as_str(), fails());
    world.pass(3 * MINUTE).await;
    world
}

/// Asks for a release that behaves so, and tells how it ended.
async fn mend(world: &mut World, behaviour: Behaviour, how: Value) -> Outcome {
    world.image("checkout", "v1.1.0", behaviour);
    let mut request = json!({ "service": "checkout", "tag": "v1.1.0", "by": "ada" });
    let more = how.as_object().expect("an object").clone();
    request.as_object_mut().expect("an object").extend(more);
    world.account.start("deployment", "mends", request).expect("a new name");
    world.settle().await;
    world.outcome("checkout")
}

fn because() -> Value {
    json!({ "fix_forward": "mends the totals" })
}

#[tokio::test(start_paused = true)]
async fn without_a_reason_nothing_begins_while_an_alarm_rings() {
    for (how, says) in [
        (json!({}), "say why this one mends it (`fix_forward`)"),
        (json!({ "fix_forward": " " }), "say in `fix_forward` why this release mends the alarm"),
        (json!({ "fix_forward": "mends", "cause": "push" }), "and this is a push"),
    ] {
        let mut world = ringing().await;

        let outcome = mend(&mut world, Behaviour::default(), how).await;

        assert_eq!(outcome.end, End::Refused);
        assert!(outcome.why.contains(says), "{}", outcome.why);
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_that_mends_it_is_deployed_and_who_asked_why_is_kept() {
    let mut world = ringing().await;

    let outcome = mend(&mut world, Behaviour::default(), because()).await;

    assert_eq!(outcome.end, End::Deployed, "{}", outcome.why);
    let record = world.history("checkout").remove(0);
    let plan = record.plan().expect("it was planned");
    assert_eq!(plan.fix_forward.as_deref(), Some("mends the totals"));
    assert_eq!(plan.by.as_deref(), Some("ada"));
    let rang = record.entries.iter().find_map(|dated| match &dated.entry {
        Entry::Checked { rang, .. } => Some(rang),
        _ => None,
    });
    let rang: Vec<_> = rang.expect("it was looked at").iter().map(|it| &*it.name).collect();
    assert_eq!(rang, ["checkout-errors"]);
    insta::assert_snapshot!(world.story(), @"
     3:00 checkout  ada asked for checkout v1.1.0 (manual)
     3:00 checkout  planned checkout v1.1.0
     3:00 checkout  got the lease, token 1
     3:00 checkout  told ECS to begin
     3:00 checkout  traffic: 100% v1.0.0
     3:02 checkout  judged at 0%: go on, all is well at POST_TEST_TRAFFIC_SHIFT
     3:02 checkout  told ECS to go on
     3:02 checkout  traffic: 100% v1.1.0
     3:02 checkout  judged at 100%: wait, alarm checkout-errors: rings since 2026-03-01T03:10:00Z, before this began
     5:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 8m more
     7:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 6m more
     9:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 4m more
    11:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 2m more
    13:02 checkout  judged at 100%: go on, all is well at POST_PRODUCTION_TRAFFIC_SHIFT
    13:02 checkout  told ECS to go on
    13:02 checkout  judged at 100%: it is over, ECS ended it as SUCCESSFUL
    13:02 checkout  Deployed: ECS tells that this release serves
    ");
}

#[tokio::test(start_paused = true)]
async fn a_release_that_mends_nothing_is_taken_back_and_blamed_for_nothing() {
    let mut world = ringing().await;

    let outcome = mend(&mut world, fails(), because()).await;

    assert_eq!(outcome.end, End::RolledBack, "{}", outcome.why);
    assert!(outcome.why.contains("did not clear in 15m"), "{}", outcome.why);
    assert!(world.desk("checkout").quarantined.is_empty());
    insta::assert_snapshot!(world.story(), @"
     3:00 checkout  ada asked for checkout v1.1.0 (manual)
     3:00 checkout  planned checkout v1.1.0
     3:00 checkout  got the lease, token 1
     3:00 checkout  told ECS to begin
     3:00 checkout  traffic: 100% v1.0.0
     3:02 checkout  judged at 0%: go on, all is well at POST_TEST_TRAFFIC_SHIFT
     3:02 checkout  told ECS to go on
     3:02 checkout  traffic: 100% v1.1.0
     3:02 checkout  judged at 100%: wait, alarm checkout-errors: rings since 2026-03-01T03:10:00Z, before this began
    28:02 checkout  judged at 100%: take back, alarm checkout-errors: rings since 2026-03-01T03:10:00Z, before this began, and that did not clear in 15m
    28:02 checkout  told ECS to go back: alarm checkout-errors: rings since 2026-03-01T03:10:00Z, before this began, and that did not clear in 15m
    28:02 checkout  traffic: 100% v1.0.0
    28:02 checkout  kept the evidence: 2 tasks stopped (Scaling activity initiated by the deployment), 2 log lines, no targets, checkout-errors at 0.2
    28:02 checkout  judged at 0%: it is over, ECS ended it as ROLLBACK_SUCCESSFUL
    28:02 checkout  RolledBack: alarm checkout-errors: rings since 2026-03-01T03:10:00Z, before this began, and that did not clear in 15m
    ");
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_fell_silent_and_rings_again_blames_it() {
    let mut world = ringing().await;
    let digest = world.image("checkout", "v1.1.0", Behaviour::default());
    let teller = world.account.clone();
    tokio::spawn(async move {
        tokio::time::sleep(6 * MINUTE).await;
        teller.plant().behave(digest.as_str(), fails());
    });

    let outcome = mend(&mut world, Behaviour::default(), because()).await;

    assert_eq!(outcome.end, End::RolledBack, "{}", outcome.why);
    assert!(!world.desk("checkout").quarantined.is_empty(), "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn the_last_step_of_a_canary_is_where_it_must_be_silent() {
    let mut world = World::builder()
        .with(document("checkout", |it| {
            it["strategy"] = json!({ "canary": { "percent": 10, "hold": "5m" } });
        }))
        .begin()
        .await;
    world.account.plant().behave(world.digest("checkout", "v1.0.0").as_str(), fails());
    world.pass(3 * MINUTE).await;

    let outcome = mend(&mut world, Behaviour::default(), because()).await;

    assert_eq!(outcome.end, End::Deployed, "{}", outcome.why);
}
