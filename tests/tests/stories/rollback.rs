//! Going back: by an alarm after the end, in flight, and by a person's word.

use std::time::Duration;

use asl::Status;
use domain::outcome::End;
use domain::quarantine::ByHand;
use local::account::Fault;
use local::alarms::AlarmState;
use local::plant::Share;
use local::simulated::Behaviour;
use serde_json::json;
use tests::{World, document};

const MINUTE: Duration = Duration::from_secs(60);

/// A world in which `v1.1.0` was deployed to `checkout`.
async fn deployed() -> World {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::Deployed]);
    world
}

/// A release begins to fail under production traffic, long after it was judged; the alarm needs a
/// minute or two to ring.
async fn fails(world: &World, service: &str, tag: &str) {
    let bad = Behaviour { error_rate: Share(200), ..Behaviour::default() };
    world.account.plant().behave(world.digest(service, tag).as_str(), bad);
    world.pass(3 * MINUTE).await;
}

/// Which release has all of production.
fn serving(world: &World, service: &str) -> String {
    let traffic = world.traffic(&document(service, |_| {}));
    match traffic.as_slice() {
        [(tag, share)] if share == "100%" => tag.clone(),
        divided => panic!("traffic is divided: {divided:?}\n{}", world.story()),
    }
}

async fn ask(world: &World, input: serde_json::Value) -> asl::Execution {
    let name = format!("by-hand-{}", world.account.now().as_millisecond());
    let execution = world.account.start("rollback", &name, input).expect("a new name");
    world.settle().await;
    execution
}

#[tokio::test(start_paused = true)]
async fn an_alarm_after_the_end_brings_the_last_good_release_back() {
    let world = deployed().await;
    world.pass(20 * MINUTE).await;

    fails(&world, "checkout", "v1.1.0").await;
    world.settle().await;

    assert_eq!(serving(&world, "checkout"), "v1.0.0", "{}", world.story());
    insta::assert_snapshot!(world.story(), @"
     0:00 checkout  ada asked for checkout v1.1.0 (push)
     0:00 checkout  planned checkout v1.1.0
     0:00 checkout  got the lease, token 1
     0:00 checkout  told ECS to begin
     0:00 checkout  traffic: 100% v1.0.0
     0:02 checkout  judged at 0%: go on, all is well at POST_TEST_TRAFFIC_SHIFT
     0:02 checkout  told ECS to go on
     0:02 checkout  traffic: 100% v1.1.0
     0:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 10m more
     2:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 8m more
     4:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 6m more
     6:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 4m more
     8:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 2m more
    10:02 checkout  judged at 100%: go on, all is well at POST_PRODUCTION_TRAFFIC_SHIFT
    10:02 checkout  told ECS to go on
    10:02 checkout  judged at 100%: it is over, ECS ended it as SUCCESSFUL
    10:02 checkout  Deployed: ECS tells that this release serves
    31:00 checkout  quarantined v1.1.0 until 2026-03-31T03:41:00Z: alarm checkout-errors rings since 2026-03-01T03:41:00Z
    31:00 checkout  kept the evidence: 2 tasks run, 2 log lines, targets 2 of 2 healthy, checkout-errors at 0.2
    31:00 checkout  alarm checkout-errors asked for checkout v1.0.0 (rollback)
    31:00 checkout  planned checkout v1.0.0
    31:00 checkout  got the lease, token 2
    31:00 checkout  told ECS to begin
    31:02 checkout  judged at 0%: go on, all is well at POST_TEST_TRAFFIC_SHIFT
    31:02 checkout  told ECS to go on
    31:02 checkout  traffic: 100% v1.0.0
    31:02 checkout  judged at 100%: it is over, ECS ended it as SUCCESSFUL
    31:02 checkout  Deployed: ECS tells that this release serves
    ");
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_back_after_its_end_does_not_come_again_until_a_person_lets_it() {
    let mut world = deployed().await;
    fails(&world, "checkout", "v1.1.0").await;
    world.settle().await;
    let bad = world.digest("checkout", "v1.1.0").clone();

    // The same image by another tag: nobody has seen this push before.
    world.tag("checkout", "v1.1.0", "v1.1.1").await;
    world.settle().await;
    let outcome = world.outcome("checkout");
    assert_eq!(outcome.end, End::Refused);
    assert!(outcome.why.contains("is in quarantine since"), "{}", outcome.why);
    assert_eq!(serving(&world, "checkout"), "v1.0.0");

    world.account.plant().behave(bad.as_str(), Behaviour::default());
    let ask = ByHand {
        service: "checkout".parse().expect("a name"),
        release: bad.short().to_owned(),
        by: Some("ada".to_owned()),
        reason: "the database was at fault".to_owned(),
    };
    let lifted = world.account.lift(&ask).await.expect("it is in quarantine");
    assert!(lifted.why.starts_with("alarm checkout-errors rings since"));
    world.deliver("checkout", "v1.1.1").await;
    world.settle().await;
    assert_eq!(world.outcome("checkout").end, End::Deployed, "{}", world.story());
    assert!(world.story().contains("ada lifted the quarantine: the database was at fault"));
}

#[tokio::test(start_paused = true)]
async fn an_alarm_long_after_the_end_blames_nobody() {
    let world = deployed().await;
    world.pass(61 * MINUTE).await;

    fails(&world, "checkout", "v1.1.0").await;
    world.settle().await;

    assert_eq!(serving(&world, "checkout"), "v1.1.0");
    assert_eq!(world.ends("checkout"), [End::Deployed]);
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_flaps_gives_one_way_back() {
    let world = deployed().await;
    let alarm = |state| world.account.set_alarm("checkout-errors", state, "by hand");

    for _ in 0..5 {
        alarm(AlarmState::Alarm).expect("an alarm");
        world.pass(Duration::from_secs(2)).await;
        alarm(AlarmState::Ok).expect("an alarm");
        world.pass(Duration::from_secs(2)).await;
    }
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Deployed], "{}", world.story());
    assert_eq!(serving(&world, "checkout"), "v1.0.0");
}

#[tokio::test(start_paused = true)]
async fn of_services_that_share_an_alarm_the_newest_change_is_taken_back_first() {
    let of = |name: &str| {
        document(name, |document| document["checks"]["alarms"] = json!(["shop-errors"]))
    };
    let mut world = World::builder()
        .with(of("checkout"))
        .with(of("catalog"))
        .with(document("shop", |_| {}))
        .begin()
        .await;
    for service in ["checkout", "catalog"] {
        world.push(service, "v1.1.0", Behaviour::default()).await;
        world.settle().await;
    }

    fails(&world, "shop", "v1.0.0").await;
    world.account.plant().behave(world.digest("shop", "v1.0.0").as_str(), Behaviour::default());
    world.settle().await;

    let served = ["checkout", "catalog"].map(|service| serving(&world, service));
    assert_eq!(served, ["v1.1.0", "v1.0.0"], "{}", world.story());
    assert!(world.story().contains("a newer change is taken back first"), "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn of_two_in_flight_the_older_is_spared_when_the_newer_was_at_fault() {
    let of = |name: &str| {
        document(name, |document| document["checks"]["alarms"] = json!(["catalog-errors"]))
    };
    let mut world = World::builder().with(of("checkout")).with(of("catalog")).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(20 * Duration::from_secs(1)).await;
    let bad = Behaviour { error_rate: Share(200), ..Behaviour::default() };
    world.push("catalog", "v1.1.0", bad).await;
    world.settle().await;

    assert_eq!(world.ends("catalog"), [End::RolledBack], "{}", world.story());
    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn when_the_alarm_rings_on_the_next_change_is_taken_back_too() {
    let of = |name: &str| {
        document(name, |document| document["checks"]["alarms"] = json!(["checkout-errors"]))
    };
    let mut world = World::builder().with(of("checkout")).with(of("catalog")).begin().await;
    for service in ["checkout", "catalog"] {
        world.push(service, "v1.1.0", Behaviour::default()).await;
        world.settle().await;
    }

    // It is the older of the two.
    fails(&world, "checkout", "v1.1.0").await;
    world.settle().await;

    let served = ["checkout", "catalog"].map(|service| serving(&world, service));
    assert_eq!(served, ["v1.0.0", "v1.0.0"], "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn an_alarm_in_flight_is_answered_at_once_even_if_the_deployment_sleeps() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(30 * Duration::from_secs(1)).await;

    fails(&world, "checkout", "v1.1.0").await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::RolledBack], "{}", world.story());
    insta::assert_snapshot!(world.story(), @"
    0:00 checkout  ada asked for checkout v1.1.0 (push)
    0:00 checkout  planned checkout v1.1.0
    0:00 checkout  got the lease, token 1
    0:00 checkout  told ECS to begin
    0:00 checkout  traffic: 100% v1.0.0
    0:02 checkout  judged at 0%: go on, all is well at POST_TEST_TRAFFIC_SHIFT
    0:02 checkout  told ECS to go on
    0:02 checkout  traffic: 100% v1.1.0
    0:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 10m more
    1:00 checkout  told ECS to go back: alarm checkout-errors rings since 2026-03-01T03:11:00Z
    1:00 checkout  traffic: 100% v1.0.0
    1:00 checkout  judged at 0%: it is over, ECS ended it as ROLLBACK_SUCCESSFUL
    1:00 checkout  RolledBack: alarm checkout-errors rings since 2026-03-01T03:11:00Z
    1:00 checkout  quarantined v1.1.0 until 2026-03-31T03:11:00Z: alarm checkout-errors rings since 2026-03-01T03:11:00Z
    1:00 checkout  kept the evidence: 2 tasks stopped (Scaling activity initiated by the deployment), 2 log lines, no targets, checkout-errors at 0.193
    ");
}

/// A world in which `checkout` and `catalog` share an alarm and bake `v1.1.0`, `catalog` the newer.
async fn both_bake() -> World {
    let of = |name: &str| {
        document(name, |document| document["checks"]["alarms"] = json!(["shop-errors"]))
    };
    let (checkout, catalog) = (of("checkout"), of("catalog"));
    let shop = document("shop", |_| {});
    let mut world = World::builder().with(checkout).with(catalog).with(shop).begin().await;
    for service in ["checkout", "catalog"] {
        world.push(service, "v1.1.0", Behaviour::default()).await;
        world.pass(Duration::from_secs(30)).await;
    }
    world
}

#[tokio::test(start_paused = true)]
async fn no_more_than_three_calls_one_after_the_other_come_before_traffic_goes_back() {
    let world = both_bake().await;
    let slow = Fault::Slow(Duration::from_secs(10));
    world.account.calls().disturb(move |_| Some(slow));

    world.account.set_alarm("shop-errors", AlarmState::Alarm, "by hand").expect("an alarm");
    world.pass(Duration::from_secs(29)).await;
    assert_eq!(serving(&world, "catalog"), "v1.1.0", "a call took no time");
    world.pass(Duration::from_secs(2)).await;

    let served = ["catalog", "checkout"].map(|service| serving(&world, service));
    assert_eq!(served, ["v1.0.0", "v1.1.0"], "{}", world.story());
    world.account.calls().leave_undisturbed();
    world.settle().await;
    assert_eq!(world.ends("catalog"), [End::RolledBack], "{}", world.story());
    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_takes_nothing_holds_up_no_way_back() {
    let world = both_bake().await;
    world.account.calls().disturb(|call| {
        ["ledger.append", "ledger.replace"].contains(&call.name).then_some(Fault::Hang)
    });

    world.account.set_alarm("shop-errors", AlarmState::Alarm, "by hand").expect("an alarm");
    world.pass(Duration::from_secs(1)).await;

    assert_eq!(serving(&world, "catalog"), "v1.0.0", "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_person_at_the_console_goes_back_and_back_again() {
    let mut world = deployed().await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    let back = ask(&world, json!({ "service": "checkout", "by": "ada" })).await;
    assert_eq!(
        (back.status(), serving(&world, "checkout").as_str()),
        (Status::Succeeded, "v1.1.0")
    );
    ask(&world, json!({ "service": "checkout", "by": "ada" })).await;
    assert_eq!(serving(&world, "checkout"), "v1.0.0", "{}", world.story());

    let nothing = ask(&world, json!({ "service": "checkout", "by": "ada" })).await;
    assert_eq!(nothing.status(), Status::Failed);
    let why = nothing.wait().await.cause.expect("a reason");
    assert!(why.contains("nothing that Cutover knows was good before in checkout"), "{why}");
}

#[tokio::test(start_paused = true)]
async fn a_person_names_where_to_go_by_tag_digest_or_deployment() {
    let mut world = deployed().await;
    let first = world.outcome("checkout").deployment.to_string();
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    let base = world.digest("checkout", "v1.0.0").to_string();
    for (to, serves) in
        [(first.as_str(), "v1.1.0"), (base.as_str(), "v1.0.0"), ("v1.3.0", "v1.3.0")]
    {
        world.image("checkout", "v1.3.0", Behaviour::default());
        ask(&world, json!({ "service": "checkout", "to": to })).await;
        assert_eq!(serving(&world, "checkout"), serves, "{}", world.story());
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_that_is_not_healthy_any_more_is_not_gone_back_to() {
    let world = deployed().await;
    let blue = world.digest("checkout", "v1.0.0").to_string();
    let ill = Behaviour { healthy: false, ..Behaviour::default() };
    world.account.plant().behave(&blue, ill);

    fails(&world, "checkout", "v1.1.0").await;
    world.settle().await;

    assert_eq!(serving(&world, "checkout"), "v1.1.0", "traffic stays: {}", world.story());
    let outcome = world.outcome("checkout");
    assert_eq!(outcome.end, End::Stuck);
    assert!(outcome.why.starts_with("could not go back to checkout"), "{}", outcome.why);
    assert!(world.desk("checkout").lease.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_rollback_goes_before_what_waits_and_what_is_under_way_makes_way() {
    let mut world = deployed().await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.pass(30 * Duration::from_secs(1)).await;
    world.push("checkout", "v1.3.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(5)).await;

    let back = ask(&world, json!({ "service": "checkout", "to": "v1.1.0" })).await;

    // v1.2.0 was in its bake and is taken back, to what the person wants.
    let ends = [End::Deployed, End::RolledBack, End::RolledBack, End::Refused];
    assert_eq!(world.ends("checkout"), ends, "{}", world.story());
    let waited = &world.history("checkout")[1];
    let why = &waited.outcome().expect("it ended").why;
    assert!(why.starts_with("superseded by checkout v1.1.0"), "{why}");
    assert_eq!(
        (back.status(), serving(&world, "checkout").as_str()),
        (Status::Succeeded, "v1.1.0")
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_that_holds_is_left_where_it_is() {
    let holding = document("checkout", |document| document["on_failure"] = json!("hold"));
    let mut world = World::builder().with(holding).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(30)).await;

    fails(&world, "checkout", "v1.1.0").await;
    world.pass(60 * MINUTE).await;
    assert_eq!(serving(&world, "checkout"), "v1.1.0", "{}", world.story());
    assert!(world.story().contains("held for a person to decide: alarm checkout-errors"));

    ask(&world, json!({ "service": "checkout", "by": "ada", "reason": "no way forward" })).await;
    assert_eq!(world.ends("checkout"), [End::RolledBack], "{}", world.story());
    assert_eq!(serving(&world, "checkout"), "v1.0.0");
}
