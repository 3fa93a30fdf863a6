//! Migrations: one task of the new image, before the service is touched.

use std::time::Duration;

use domain::approval::Approve;
use domain::outcome::End;
use domain::preserved::Part;
use domain::quarantine::ByHand;
use domain::record::{Entry, Record};
use domain::service::ServiceDocument;
use local::account::Fault;
use local::alarms::AlarmState;
use local::simulated::{Behaviour, Once};
use serde_json::{Value, json};
use tests::{World, document};

const MINUTE: Duration = Duration::from_secs(60);

/// `checkout` with a migration, and more of a document.
fn migrating(change: impl FnOnce(&mut Value)) -> ServiceDocument {
    document("checkout", |document| {
        document["bake"] = json!("5m");
        document["migration"] = json!({ "command": ["./migrate", "up"], "within": "10m" });
        change(document);
    })
}

fn irreversible(document: &mut Value) {
    document["migration"]["irreversible"] = json!(true);
}

/// An image whose migration takes so long, and exits like this.
fn takes(time: Duration, exit_code: i32) -> Behaviour {
    let prints = vec!["connecting".to_owned(), "column total exists already".to_owned()];
    Behaviour { once: Once { takes: time, exit_code, prints }, ..Behaviour::default() }
}

fn newest(world: &World) -> Record {
    world.history("checkout").remove(0)
}

/// How often a migration was begun, of all deployments.
fn begun(world: &World) -> usize {
    let records = world.history("checkout");
    let entries = records.iter().flat_map(|record| &record.entries);
    entries.filter(|dated| matches!(dated.entry, Entry::Migrating { .. })).count()
}

/// Which release production has.
fn serves(world: &World) -> Vec<(String, String)> {
    world.traffic(&migrating(|_| {}))
}

fn all(tag: &str) -> [(String, String); 1] {
    [(tag.to_owned(), "100%".to_owned())]
}

/// Stops the execution of the newest deployment.
fn stop(world: &World) {
    let name = newest(world).deployment;
    let execution = world.account.execution("deployment", name.as_str()).expect("it runs");
    assert!(execution.stop(None, None));
}

fn ring(world: &World) {
    world.account.set_alarm("checkout-errors", AlarmState::Alarm, "by hand").expect("an alarm");
}

/// A migration that goes well, once; then one whose execution is stopped in the bake, and which
/// production keeps until a person says more.
pub(crate) async fn held_by_its_recovery() -> World {
    let mut world = World::builder().with(migrating(irreversible)).begin().await;
    world.push("checkout", "v1.1.0", takes(MINUTE, 0)).await;
    world.pass(3 * MINUTE).await;
    stop(&world);
    world.pass(3 * MINUTE).await;
    assert_eq!(serves(&world), all("v1.1.0"), "{}", world.story());
    let asks = world.desk("checkout").asks().map(|asks| asks.why.clone());
    let why =
        "held for a person to decide: its execution was stopped; its migration cannot be undone";
    assert_eq!(asks.as_deref(), Some(why), "{}", world.story());
    world
}

/// A person lets it go on.
pub(crate) async fn approved(world: &World) {
    let approve = Approve {
        service: "checkout".parse().expect("a name"),
        deployment: None,
        by: "cy".into(),
        reason: Some("it is well".into()),
    };
    world.account.approve(approve).await.expect("anybody may");
    world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn the_database_is_changed_before_the_service_is_touched() {
    let mut world = World::builder().with(migrating(|_| {})).begin().await;
    world.push("checkout", "v1.1.0", takes(MINUTE, 0)).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
    let story = world.story();
    let start: Vec<&str> = story.lines().take(8).map(str::trim).collect();
    insta::assert_snapshot!(start.join("\n"), @"
    0:00 checkout  ada asked for checkout v1.1.0 (push)
    0:00 checkout  planned checkout v1.1.0
    0:00 checkout  got the lease, token 1
    0:00 checkout  began the migration
    1:03 checkout  migration: it ended well after 1m 3s; last line: column total exists already
    1:03 checkout  told ECS to begin
    1:03 checkout  traffic: 100% v1.0.0
    1:05 checkout  judged at 0%: go on, all is well at POST_TEST_TRAFFIC_SHIFT
    ");
    let log = newest(&world).migrated().and_then(|migrated| migrated.log.clone()).expect("it ran");
    assert_eq!(log.lines.kept().map(Vec::len), Some(2));
}

#[tokio::test(start_paused = true)]
async fn one_that_fails_refuses_the_release_and_says_how() {
    let mut world = World::builder().with(migrating(irreversible)).begin().await;
    world.push("checkout", "v1.1.0", takes(MINUTE, 3)).await;
    world.settle().await;

    let outcome = world.outcome("checkout");
    let why = "its migration: it failed: Essential container in task exited, exit code 3; last line: column total exists already";
    assert_eq!((outcome.end, outcome.why.as_str()), (End::Refused, why));
    assert_eq!(newest(&world).rollout(), None);
    assert_eq!(world.desk("checkout").migrated, []);

    // Delivered again it is tried again, by a deployment of its own.
    world.deliver("checkout", "v1.1.0").await;
    world.settle().await;
    assert_eq!((world.ends("checkout").len(), begun(&world)), (2, 2), "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_end_is_stopped() {
    let mut world = World::builder().with(migrating(|_| {})).begin().await;
    world.push("checkout", "v1.1.0", takes(600 * MINUTE, 0)).await;
    world.settle().await;

    let outcome = world.outcome("checkout");
    assert_eq!(outcome.end, End::Refused);
    let why = "its migration: it was stopped, it did not end within 10m (it did not end within 10m, exit code 143)";
    assert!(outcome.why.starts_with(why), "{}", outcome.why);
    assert!(world.extent().seconds < 700, "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn one_for_which_there_is_no_room_refuses_the_release() {
    let mut world = World::builder().with(migrating(|_| {})).begin().await;
    world.account.calls().disturb(|call| (call.name == "one_offs.begin").then_some(Fault::Before));
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    let outcome = world.outcome("checkout");
    assert_eq!((outcome.end, begun(&world)), (End::Refused, 0), "{}", outcome.why);
    assert_eq!(serves(&world), all("v1.0.0"));
}

#[tokio::test(start_paused = true)]
async fn one_whose_log_cannot_be_read_counts_all_the_same() {
    let mut world = World::builder().with(migrating(|_| {})).begin().await;
    world.account.calls().disturb(|call| (call.name == "logs.last_lines").then_some(Fault::Before));
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
    let log = newest(&world).migrated().and_then(|migrated| migrated.log.clone());
    assert!(matches!(log.map(|log| log.lines), Some(Part::Missing(_))));
}

#[tokio::test(start_paused = true)]
async fn one_whose_execution_is_stopped_is_stopped_and_told_of() {
    let mut world = World::builder().with(migrating(|_| {})).begin().await;
    world.push("checkout", "v1.1.0", takes(8 * MINUTE, 0)).await;
    world.pass(MINUTE).await;
    stop(&world);
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    // The next one begins when the task of the first has stopped.
    assert_eq!(world.ends("checkout"), [End::Refused, End::Deployed], "{}", world.story());
    let told: Vec<_> = world.story().lines().map(|line| line.trim().to_owned()).collect();
    let told: Vec<_> = told.into_iter().filter(|line| line.contains("migration")).collect();
    insta::assert_snapshot!(told.join("\n"), @"
    0:00 checkout  began the migration
    2:00 checkout  stopped the migration: its execution was stopped
    2:00 checkout  migration: it was stopped, its execution was stopped (its execution was stopped, exit code 143)
    2:00 checkout  began the migration
    2:06 checkout  migration: it ended well after 6s; last line: 1 migration applied
    ");
}

#[tokio::test(start_paused = true)]
async fn one_that_began_though_nobody_lived_to_tell_is_found_and_stopped() {
    let mut world = World::builder().with(migrating(|_| {})).begin().await;
    // The task is started, and its start is written down by nobody.
    world.account.calls().disturb(|call| (call.name == "one_offs.begin").then_some(Fault::Hang));
    world.push("checkout", "v1.1.0", takes(9 * MINUTE, 0)).await;
    world.pass(Duration::from_secs(10)).await;
    stop(&world);
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Refused], "{}", world.story());
    let migrated = newest(&world).migrated().cloned().expect("it is told of");
    assert!(migrated.why.starts_with("it was stopped"), "{}", migrated.why);
}

#[tokio::test(start_paused = true)]
async fn a_step_that_runs_twice_migrates_once() {
    let mut world = World::builder().with(migrating(irreversible)).begin().await;
    world.account.repeat_steps(true);
    world.push("checkout", "v1.1.0", takes(MINUTE, 0)).await;
    world.settle().await;

    assert_eq!((world.ends("checkout"), begun(&world)), (vec![End::Deployed], 1));
    assert_eq!(world.desk("checkout").migrated.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_has_to_give_way_does_so_when_its_migration_is_over() {
    let superseding = migrating(|document| document["when_busy"] = json!("supersede"));
    let mut world = World::builder().with(superseding).begin().await;
    world.push("checkout", "v1.1.0", takes(3 * MINUTE, 0)).await;
    world.pass(MINUTE).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Refused, End::Deployed], "{}", world.story());
    let first = world.history("checkout").remove(1);
    let why = first.outcome().map(|outcome| outcome.why.clone()).unwrap_or_default();
    assert!(why.starts_with("superseded by checkout v1.2.0"), "{why}");
    assert!(why.ends_with("; its migration ran"), "{why}");
    assert!(first.migrated().is_some_and(|migrated| migrated.good));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_undone_is_superseded_by_nobody() {
    let superseding = migrating(|document| {
        irreversible(document);
        document["when_busy"] = json!("supersede");
    });
    let mut world = World::builder().with(superseding).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(2 * MINUTE).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Deployed], "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn an_alarm_in_flight_holds_what_cannot_be_undone_until_a_person_goes_past_it() {
    let mut world = World::builder().with(migrating(irreversible)).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(MINUTE).await;
    ring(&world);
    world.pass(Duration::from_secs(30)).await;
    let asks = world.desk("checkout").asks().map(|asks| asks.why.clone()).unwrap_or_default();
    assert!(asks.ends_with("; its migration cannot be undone"), "{}", world.story());
    assert_eq!(serves(&world), all("v1.1.0"));

    let back = json!({ "service": "checkout", "by": "ada", "reason": "receipts are wrong" });
    world.account.start("rollback", "back", back).expect("a new name");
    world.settle().await;

    let outcome = world.outcome("checkout");
    let why = "ada went back: receipts are wrong (it goes past this: its migration cannot be undone); its migration ran and cannot be undone";
    assert_eq!((outcome.end, outcome.why.as_str()), (End::RolledBack, why));
}

#[tokio::test(start_paused = true)]
async fn an_alarm_after_the_end_leaves_what_cannot_be_undone_for_a_person() {
    let mut world = World::builder().with(migrating(irreversible)).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    ring(&world);
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
    let why = "; its migration cannot be undone, a person must decide";
    assert!(world.story().contains(why), "{}", world.story());

    let back = json!({ "service": "checkout", "by": "ada" });
    world.account.start("rollback", "back", back).expect("a new name");
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::Deployed, End::Deployed], "{}", world.story());
    assert_eq!((serves(&world), begun(&world)), (all("v1.0.0").to_vec(), 1));
}

#[tokio::test(start_paused = true)]
async fn before_production_sees_it_it_is_taken_back_all_the_same() {
    let mut world = World::builder().with(migrating(irreversible)).begin().await;
    let ill = Behaviour { healthy: false, ..Behaviour::default() };
    world.push("checkout", "v1.1.0", ill).await;
    world.settle().await;

    let outcome = world.outcome("checkout");
    assert_eq!(outcome.end, End::RolledBack, "{}", world.story());
    assert!(outcome.why.ends_with("; its migration ran and cannot be undone"), "{}", outcome.why);
}

#[tokio::test(start_paused = true)]
async fn a_recovery_holds_what_cannot_be_undone_and_does_as_a_person_says() {
    let world = held_by_its_recovery().await;
    approved(&world).await;
    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());

    let world = held_by_its_recovery().await;
    let back = json!({ "service": "checkout", "by": "ada", "stop": true });
    world.account.start("rollback", "back", back).expect("a new name");
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::RolledBack], "{}", world.story());
    assert_eq!(world.desk("checkout").lease, None);
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_ours_does_not_take_back_what_cannot_be_undone() {
    let mut world = World::builder().with(migrating(irreversible)).begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(MINUTE).await;
    let over = world.account.now() + Duration::from_secs(1_000);
    let account = world.account.clone();
    world.account.calls().disturb(move |call| {
        let out = call.name == "alarms.states" && account.now() < over;
        out.then_some(Fault::Before)
    });
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn the_same_digest_is_migrated_once() {
    let mut world = World::builder().with(migrating(irreversible)).begin().await;
    let ill = Behaviour { healthy: false, ..Behaviour::default() };
    let digest = world.push("checkout", "v1.1.0", ill).await;
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::RolledBack], "{}", world.story());

    // A person has it tried again, and it is well by now.
    let ask = ByHand {
        service: "checkout".parse().expect("a name"),
        release: digest.short().to_owned(),
        by: None,
        reason: "it is mended".into(),
    };
    world.account.lift(&ask).await.expect("it is in quarantine");
    world.account.plant().behave(digest.as_str(), Behaviour::default());
    let again = json!({ "service": "checkout", "tag": "v1.1.0", "by": "ada" });
    world.account.start("deployment", "again", again).expect("a new name");
    world.settle().await;

    assert_eq!((world.outcome("checkout").end, begun(&world)), (End::Deployed, 1));
    let migrated = newest(&world).migrated().cloned().expect("it is told of");
    assert!(migrated.why.starts_with("it ran with checkout-"), "{}", migrated.why);
    assert!(migrated.irreversible, "what served before is another digest");
}
