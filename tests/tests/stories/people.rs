//! What people say: that a deployment may go on, and that nothing new may begin.

use std::time::Duration;

use domain::Failure;
use domain::approval::Approve;
use domain::freeze::FreezeByHand;
use domain::outcome::End;
use domain::seconds::Seconds;
use domain::service::ServiceDocument;
use local::alarms::AlarmState;
use local::simulated::Behaviour;
use serde_json::{Value, json};
use tests::{World, document};

const MINUTE: Duration = Duration::from_secs(60);

/// A service for which `ada` or `cy` has to agree. `ada` also pushes its images.
fn approved(approval: Value) -> ServiceDocument {
    document("checkout", move |document| {
        document["bake"] = json!("2m");
        document["approval"] = approval;
    })
}

fn approve(by: &str, reason: Option<&str>) -> Approve {
    Approve {
        service: "checkout".parse().expect("a name"),
        deployment: None,
        by: by.to_owned(),
        reason: reason.map(str::to_owned),
    }
}

fn freeze(length: Option<Seconds>) -> FreezeByHand {
    FreezeByHand {
        service: "checkout".parse().expect("a name"),
        length,
        by: Some("ada".to_owned()),
        reason: "the fair".to_owned(),
    }
}

/// What of the story is about people.
fn told(world: &World, words: &[&str]) -> Vec<String> {
    let story = world.story();
    let lines = story.lines().filter(|line| words.iter().any(|word| line.contains(word)));
    lines.map(|line| line.trim().to_owned()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_deployment_waits_until_somebody_else_agrees() {
    let two = approved(json!({ "of": ["ada", "cy", "dan"], "count": 2, "author": false }));
    let mut world = World::builder().with(two).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(10 * MINUTE).await;
    assert_eq!(world.traffic(&document("checkout", |_| {})), [("v1.0.0".into(), "100%".into())]);

    let author = world.account.approve(approve("ada", None)).await;
    let why = "ada asked for this deployment, so somebody else has to approve it";
    assert_eq!(author, Err(Failure::Refused(why.into())));
    for by in ["cy", "dan"] {
        let heard = world.account.approve(approve(by, None)).await.expect("they are asked");
        assert_eq!(heard.word.by, by);
        world.pass(Duration::from_secs(1)).await;
    }
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
    insta::assert_snapshot!(told(&world, &["approve", "traffic"]).join("\n"), @"
    0:00 checkout  traffic: 100% v1.0.0
    0:02 checkout  judged at 0%: wait, waits for 2 more to approve of ada, cy, dan
    10:00 checkout  cy approves
    10:00 checkout  judged at 0%: wait, waits for 1 more to approve of ada, cy, dan
    10:01 checkout  dan approves
    10:01 checkout  judged at 0%: go on, approved by cy and dan
    10:01 checkout  traffic: 100% v1.1.0
    ");
}

#[tokio::test(start_paused = true)]
async fn what_nobody_approves_is_taken_back_and_may_come_again() {
    let mut world = World::builder().with(approved(json!({ "within": "1h" }))).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    let outcome = world.outcome("checkout");
    assert_eq!((outcome.end, outcome.why.as_str()), (End::RolledBack, "not approved in 1h"));
    assert_eq!(world.desk("checkout").quarantined, []);
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_approval_is_watched_all_the_same() {
    let mut world = World::builder().with(approved(json!({ "before": "end" }))).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(10 * MINUTE).await;

    world.account.set_alarm("checkout-errors", AlarmState::Alarm, "by hand").expect("an alarm");
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::RolledBack], "{}", world.story());
    let late = world.account.approve(approve("cy", None)).await;
    assert_eq!(late, Err(Failure::Refused("nothing of checkout is under way".into())));
}

#[tokio::test(start_paused = true)]
async fn what_is_held_goes_on_when_a_person_says_so() {
    let holding = document("checkout", |document| {
        document["on_failure"] = json!("hold");
        document["bake"] = json!("2m");
    });
    let mut world = World::builder().with(holding).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(MINUTE).await;
    // Its own evaluation takes it out of ALARM again; until then it is looked at.
    world.account.set_alarm("checkout-errors", AlarmState::Alarm, "by hand").expect("an alarm");
    world.pass(Duration::from_secs(30)).await;
    assert!(world.desk("checkout").asks().is_some(), "{}", world.story());

    let silent = world.account.approve(approve("cy", None)).await;
    assert!(matches!(silent, Err(Failure::Invalid(_))), "{silent:?}");
    let known = approve("cy", Some("the probe is wrong"));
    world.account.approve(known).await.expect("anybody may");
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
    let words = "cy lets it go on all the same: the probe is wrong";
    assert!(world.story().contains(words), "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn pushes_wait_for_the_end_of_a_freeze_and_the_newest_follows() {
    let mut world = World::begin().await;
    let two_days = Some(Seconds(48 * 3600));
    world.account.freeze(&freeze(two_days)).await.expect("a freeze");
    for tag in ["v1.1.0", "v1.2.0"] {
        world.push("checkout", tag, Behaviour::default()).await;
        world.pass(60 * MINUTE).await;
    }
    assert_eq!(world.ends("checkout"), [End::Refused], "{}", world.story());

    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Refused, End::Deployed], "{}", world.story());
    assert_eq!(world.traffic(&document("checkout", |_| {})), [("v1.2.0".into(), "100%".into())]);
    assert!(world.extent().seconds > 48 * 3600);
}

#[tokio::test(start_paused = true)]
async fn a_hotfix_and_a_way_back_do_not_wait_for_the_end_of_a_freeze() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    world.account.freeze(&freeze(Some(Seconds(24 * 3600)))).await.expect("a freeze");

    world.image("checkout", "v1.2.0", Behaviour::default());
    let hotfix = json!({
        "service": "checkout", "tag": "v1.2.0", "hotfix": true, "by": "ada", "reason": "receipts"
    });
    world.account.start("deployment", "hotfix", hotfix).expect("a new name");
    world.pass(30 * MINUTE).await;
    let back = json!({ "service": "checkout", "by": "ada" });
    world.account.start("rollback", "back", back).expect("a new name");
    world.pass(30 * MINUTE).await;

    let ends = [End::Deployed, End::Deployed, End::Deployed];
    assert_eq!(world.ends("checkout"), ends, "{}", world.story());
    assert_eq!(world.traffic(&document("checkout", |_| {})), [("v1.1.0".into(), "100%".into())]);
}

#[tokio::test(start_paused = true)]
async fn a_push_that_a_hotfix_went_past_does_not_follow_it() {
    let mut world = World::begin().await;
    world.account.freeze(&freeze(Some(Seconds(24 * 3600)))).await.expect("a freeze");
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(30 * MINUTE).await;
    world.image("checkout", "v1.2.0", Behaviour::default());
    let hotfix = json!({
        "service": "checkout", "tag": "v1.2.0", "hotfix": true, "by": "ada", "reason": "receipts"
    });
    world.account.start("deployment", "hotfix", hotfix).expect("a new name");
    world.settle().await;

    let mut ends = world.ends("checkout");
    ends.sort_by_key(|end| *end != End::Deployed);
    assert_eq!(ends, [End::Deployed, End::Refused], "{}", world.story());
    assert_eq!(world.traffic(&document("checkout", |_| {})), [("v1.2.0".into(), "100%".into())]);
    assert!(world.story().contains("it is older than what was deployed last"), "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_freeze_is_over_when_a_person_says_so() {
    let mut world = World::begin().await;
    world.account.freeze(&freeze(Some(Seconds(24 * 3600)))).await.expect("a freeze");
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(60 * MINUTE).await;

    world.account.freeze(&freeze(None)).await.expect("it was frozen");
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
    assert!(world.extent().seconds < 3600 + 900, "{}", world.story());
}
