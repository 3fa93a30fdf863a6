//! Windows in which nothing new begins, and freezes that are long, or over before their time.

use std::time::Duration;

use domain::Failure;
use domain::freeze::{Cause, FreezeByHand};
use domain::name::DeploymentId;
use domain::outcome::End;
use domain::seconds::Seconds;
use domain::service::ServiceDocument;
use jiff::Timestamp;
use local::simulated::Behaviour;
use serde_json::json;
use tests::{World, document};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A service that takes nothing new at weekends. The story begins on a Sunday, at 4:10 in Berlin.
fn careful() -> ServiceDocument {
    document("checkout", |document| {
        document["freezes"] = json!([
            { "cron": "0 16 * * FRI", "for": "62h", "zone": "Europe/Berlin", "why": "weekend" }
        ]);
    })
}

async fn sunday() -> World {
    World::builder().with(careful()).begin().await
}

fn by_hand(length: Option<Duration>, reason: &str) -> FreezeByHand {
    FreezeByHand {
        service: "checkout".parse().expect("a name"),
        length: length.map(|length| Seconds(length.as_secs())),
        by: Some("ada".to_owned()),
        reason: reason.to_owned(),
    }
}

/// When the newest deployment began to change anything.
fn launched(world: &World) -> Timestamp {
    let record = &world.history("checkout")[0];
    let launched = record.entries.iter().find(|dated| dated.entry.key() == "launched");
    launched.unwrap_or_else(|| panic!("{}", world.story())).at
}

/// Whether it was within a minute or so of this.
fn about(moment: Timestamp, expected: &str) -> bool {
    let expected: Timestamp = expected.parse().expect("a moment");
    (0..=90).contains(&moment.duration_since(expected).as_secs())
}

/// How many events the history of a deployment has.
fn events(world: &World, deployment: &DeploymentId) -> u64 {
    world.account.execution("deployment", deployment.as_str()).expect("it is known").events()
}

#[tokio::test(start_paused = true)]
async fn pushes_of_a_weekend_wait_and_the_newest_follows_on_monday() {
    let mut world = sunday().await;
    for tag in ["v1.1.0", "v1.2.0"] {
        world.push("checkout", tag, Behaviour::default()).await;
        world.pass(60 * MINUTE).await;
    }
    assert_eq!(world.ends("checkout"), [End::Refused], "{}", world.story());
    let told = "waits, frozen until Mon 2026-03-02 06:00 CET: weekend";
    assert!(world.story().contains(told), "{}", world.story());

    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Refused, End::Deployed], "{}", world.story());
    assert_eq!(world.traffic(&careful()), [("v1.2.0".into(), "100%".into())]);
    assert!(about(launched(&world), "2026-03-02T05:00:00Z"), "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_weekend_in_which_clocks_change_is_over_on_monday_at_six_too() {
    let mut world = sunday().await;
    world.pass(27 * DAY).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert!(about(launched(&world), "2026-03-30T04:00:00Z"), "{}", world.story());
    assert!(world.story().contains("Mon 2026-03-30 06:00 CEST: weekend"), "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_hotfix_and_a_way_back_do_not_wait_for_monday() {
    let mut world = sunday().await;
    world.image("checkout", "v1.1.0", Behaviour::default());
    let hotfix = json!({
        "service": "checkout", "tag": "v1.1.0", "hotfix": true, "by": "ada", "reason": "receipts"
    });
    world.account.start("deployment", "hotfix", hotfix).expect("a new name");
    world.pass(30 * MINUTE).await;
    let back = json!({ "service": "checkout", "by": "ada" });
    world.account.start("rollback", "back", back).expect("a new name");
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Deployed], "{}", world.story());
    assert_eq!(world.traffic(&careful()), [("v1.0.0".into(), "100%".into())]);
    assert!(world.extent().seconds < 3600, "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_window_that_a_person_ends_wakes_who_waits_and_the_next_one_freezes_again() {
    let mut world = sunday().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(90 * MINUTE).await;

    let over = world.account.freeze(&by_hand(None, "nobody is away")).await.expect("it was frozen");
    assert_eq!((over.cause, over.why.as_str()), (Cause::Window, "weekend"));
    world.pass(30 * MINUTE).await;

    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
    assert!(about(launched(&world), "2026-03-01T04:40:00Z"), "{}", world.story());
    let again = world.account.freeze(&by_hand(None, "once more")).await;
    assert_eq!(again, Err(Failure::Refused("checkout is not frozen".into())));

    world.pass(6 * DAY).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;
    assert!(about(launched(&world), "2026-03-09T05:00:00Z"), "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_when_a_window_opens_goes_on() {
    let mut world = sunday().await;
    // Friday, 15:55 in Berlin.
    world.pass(5 * DAY + Duration::from_secs(11 * 3600 + 45 * 60)).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
    assert!(about(launched(&world), "2026-03-06T14:55:00Z"), "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_freeze_that_is_renewed_for_weeks_costs_few_events() {
    let mut world = World::begin().await;
    world.account.freeze(&by_hand(Some(7 * DAY), "the fair")).await.expect("a freeze");
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    for _ in 0..4 {
        world.pass(5 * DAY).await;
        world.account.freeze(&by_hand(Some(7 * DAY), "the fair")).await.expect("a freeze");
    }
    world.settle().await;

    let waited = world.history("checkout")[0].deployment.clone();
    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
    assert!(about(launched(&world), "2026-03-28T03:10:00Z"), "{}", world.story());
    let events = events(&world, &waited);
    assert!((27 * 24..5_000).contains(&events), "{events}, and 25,000 are the end");
}

#[tokio::test(start_paused = true)]
async fn who_waited_for_four_weeks_is_refused_rather_than_broken_off() {
    let mut world = World::begin().await;
    world.account.freeze(&by_hand(Some(20 * DAY), "the fair")).await.expect("a freeze");
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(19 * DAY).await;
    world.account.freeze(&by_hand(Some(20 * DAY), "the next fair")).await.expect("a freeze");
    world.settle().await;

    let outcome = world.outcome("checkout");
    assert_eq!(outcome.end, End::Refused);
    let why = "it waited 28 days and is still frozen until 2026-04-09T03:10:00Z: the next fair";
    assert_eq!(outcome.why, why);
}

#[tokio::test(start_paused = true)]
async fn a_freeze_that_another_one_makes_shorter_is_not_slept_through() {
    let mut world = World::begin().await;
    world.account.freeze(&by_hand(Some(7 * DAY), "the fair")).await.expect("a freeze");
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(90 * MINUTE).await;

    world.account.freeze(&by_hand(Some(20 * MINUTE), "it rains")).await.expect("a freeze");
    world.settle().await;

    assert!(about(launched(&world), "2026-03-01T05:00:00Z"), "{}", world.story());
}
