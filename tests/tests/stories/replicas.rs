//! Read replicas: waited for before a deployment begins, and asked again while it is under way.

use std::time::Duration;

use domain::outcome::End;
use domain::service::ServiceDocument;
use jiff::Timestamp;
use local::account::Fault;
use local::databases::SimulatedReplica;
use local::simulated::Behaviour;
use serde_json::{Value, json};
use tests::{World, document};

/// `checkout`, which reads from `orders-replica`.
fn reading() -> ServiceDocument {
    document("checkout", |document| {
        document["checks"]["replicas"] =
            json!({ "instances": ["orders-replica"], "max_lag": "30s", "within": "10m" });
    })
}

/// A world whose replica lags so many seconds in each minute since the story began: before it and
/// after the last the first and the last count on.
async fn lagging(lag: &'static [f64]) -> World {
    let world = World::builder().with(reading()).begin().await;
    let began = world.account.now();
    let of = move |at: Timestamp| {
        let minute = usize::try_from(at.duration_since(began).as_secs().div_euclid(60));
        lag[minute.unwrap_or_default().min(lag.len() - 1)]
    };
    world
        .replica("orders-replica", SimulatedReplica::new("orders-replica", move |at| Some(of(at))));
    world
}

async fn deployed(mut world: World) -> World {
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    world
}

/// The minute at which ECS was told to begin.
fn launched(world: &World) -> i64 {
    let record = world.history("checkout").remove(0);
    let began = record.entries.first().expect("it was asked for").at;
    record.began().expect("it began").duration_since(began).as_mins()
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_keeps_up_holds_nothing_up() {
    let world = deployed(lagging(&[1.0]).await).await;

    assert_eq!(world.outcome("checkout").end, End::Deployed, "{}", world.story());
    assert_eq!(launched(&world), 0);
    let record = world.history("checkout").remove(0);
    let told = record.entries.iter().filter_map(|dated| match &dated.entry {
        domain::record::Entry::Judged { verdict } => Some(&verdict.findings),
        _ => None,
    });
    let asked = told.flatten().filter(|it| it.check == "replica orders-replica").count();
    assert_eq!(asked, 7, "once before production moves, and at every look of the bake");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_waits_for_a_lagging_replica_and_goes_on() {
    let world = lagging(&[200.0, 150.0, 90.0, 10.0, 1.0]).await;

    let world = deployed(world).await;

    assert_eq!(world.outcome("checkout").end, End::Deployed, "{}", world.story());
    // The last bad minute is the third; five good ones follow it.
    assert_eq!(launched(&world), 8, "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_lags_until_the_deadline_refuses_the_release() {
    let world = deployed(lagging(&[100.0, 160.0, 220.0, 900.0]).await).await;

    let outcome = world.outcome("checkout");
    assert_eq!((outcome.end, began(&world)), (End::Refused, false));
    assert_eq!(
        outcome.why,
        "replica orders-replica: lags 15m, at most 30s are allowed, since 2026-03-01T03:03:00Z or earlier; \
         15m at its worst, steady"
    );
    assert!(world.desk("checkout").lease.is_none());
}

/// Whether anything was begun.
fn began(world: &World) -> bool {
    world.history("checkout").iter().any(|record| record.green().is_some())
}

#[tokio::test(start_paused = true)]
async fn what_is_no_good_measurement_is_not_healthy_and_told_for_what_it_is() {
    let ever = |lag: Option<f64>| move |_: Timestamp| lag;
    let replica = |lag| SimulatedReplica::new("orders-replica", ever(lag));
    for (story, replica, waits, told) in [
        ("no data", Some(replica(None)), true, "its lag was measured 0 times of 5 in 5m"),
        ("-1", Some(replica(Some(-1.0))), true, "does not replicate since"),
        (
            "not replicating",
            Some(replica(Some(0.0)).being(|it| {
                let replication = it.replication.as_mut().expect("it replicates");
                (replication.normal, replication.status) = (false, "error".into());
                replication.message = Some("disk full".into());
            })),
            true,
            "its replication is \"error\": disk full",
        ),
        (
            "being changed",
            Some(replica(Some(0.0)).being(|it| it.status = "modifying".into())),
            true,
            "is modifying",
        ),
        (
            "it became a primary",
            Some(replica(Some(0.0)).being(|it| it.source = None)),
            false,
            "follows no other instance",
        ),
        ("gone", None, false, "does not exist; create it"),
    ] {
        let world = World::builder().with(reading()).begin().await;
        if let Some(replica) = replica {
            world.replica("orders-replica", replica);
        }
        let world = deployed(world).await;

        let outcome = world.outcome("checkout");
        assert_eq!(outcome.end, End::Refused, "{story}");
        assert!(outcome.why.contains(told), "{story}: {}", outcome.why);
        assert_eq!(
            outcome.why.contains("did not become good in 10m") || told.starts_with("does not rep"),
            waits,
            "{story}: {}",
            outcome.why
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_flaps_is_not_healthy_in_between() {
    let world =
        deployed(lagging(&[60.0, 1.0, 1.0, 60.0, 1.0, 1.0, 60.0, 1.0, 60.0, 1.0]).await).await;

    let outcome = world.outcome("checkout");
    assert_eq!(outcome.end, End::Refused, "{}", world.story());
    assert!(outcome.why.contains("5 good measurements in a row are needed"), "{}", outcome.why);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_rds_is_waited_for() {
    let world = lagging(&[1.0]).await;
    let over = world.account.now() + Duration::from_secs(60);
    let account = world.account.clone();
    world.account.calls().disturb(move |call| {
        let throttled = call.name == "replicas.replicas" || call.name == "metrics.series";
        (throttled && account.now() < over).then_some(Fault::Before)
    });

    let world = deployed(world).await;

    assert_eq!(world.outcome("checkout").end, End::Deployed, "{}", world.story());
    assert!((1..=2).contains(&launched(&world)), "{}", world.story());
}

/// A replica that does well for so many minutes, and from then on follows nothing any more.
fn falls_behind(world: &World, well: i64) {
    let began = world.account.now();
    let lag = move |at: Timestamp| {
        let minute = at.duration_since(began).as_mins();
        let behind = f64::from(i32::try_from(minute).expect("a story is short")) * 60.0;
        Some(if minute < well { 1.0 } else { behind })
    };
    world.replica("orders-replica", SimulatedReplica::new("orders-replica", lag));
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_falls_behind_in_the_bake_takes_the_release_back() {
    let slow = document("checkout", |document| {
        document["bake"] = json!("30m");
        document["checks"]["replicas"] = reading_of("10m");
    });
    let mut world = World::builder().with(slow).begin().await;
    let began = world.account.now();
    falls_behind(&world, 5);

    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    let outcome = world.outcome("checkout");
    assert_eq!(outcome.end, End::RolledBack, "{}", world.story());
    assert!(outcome.why.contains("replica orders-replica: lags"), "{}", outcome.why);
    assert!(outcome.why.contains("rising"), "{}", outcome.why);
    let took = outcome.at.duration_since(began).as_mins();
    assert!((15..=17).contains(&took), "ten minutes after it fell behind, not after {took}");
    let [kept_out] = &world.desk("checkout").quarantined[..] else { panic!("{}", world.story()) };
    assert_eq!(
        kept_out.digest,
        world.digest("checkout", "v1.1.0").clone(),
        "its writes may be why"
    );
}

#[tokio::test(start_paused = true)]
async fn a_green_that_wrote_nothing_yet_is_not_blamed_for_a_lagging_replica() {
    let careful = document("checkout", |document| {
        document["approval"] = json!({ "of": ["cy"] });
        document["checks"]["replicas"] = reading_of("5m");
    });
    let mut world = World::builder().with(careful).begin().await;
    // Well until green stands and waits for a person.
    falls_behind(&world, 2);

    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    let outcome = world.outcome("checkout");
    assert_eq!(outcome.end, End::RolledBack, "{}", world.story());
    assert!(outcome.why.contains("replica orders-replica: lags"), "{}", outcome.why);
    assert!(!world.story().contains("% v1.1.0"), "production never saw it: {}", world.story());
    assert_eq!(world.desk("checkout").quarantined, [], "{}", world.story());
}

fn reading_of(within: &str) -> Value {
    json!({ "instances": ["orders-replica"], "max_lag": "30s", "within": within })
}

#[tokio::test(start_paused = true)]
async fn a_replica_that_catches_up_in_the_bake_only_holds_it_up() {
    const LAG: &[f64] = &[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 90.0, 120.0, 60.0, 20.0, 1.0];
    let world = deployed(lagging(LAG).await).await;

    let outcome = world.outcome("checkout");
    assert_eq!(outcome.end, End::Deployed, "{}", world.story());
    assert!(world.story().contains("wait, replica orders-replica: lags"), "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_way_back_waits_for_no_replica_and_who_waits_makes_way_for_it() {
    let mut world = lagging(&[1.0]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    let behind = SimulatedReplica::new("orders-replica", |_| Some(600.0));
    world.replica("orders-replica", behind);
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(90)).await;
    let asked = world.account.now();

    let wish = json!({ "service": "checkout", "to": "v1.0.0", "by": "ada" });
    world.account.start("rollback", "wish", wish).expect("a new name");
    world.settle().await;

    assert_eq!(
        world.ends("checkout"),
        [End::Deployed, End::Refused, End::Deployed],
        "{}",
        world.story()
    );
    let back = world.outcome("checkout");
    assert_eq!(back.serving.as_ref(), Some(world.digest("checkout", "v1.0.0")));
    assert!(back.at.duration_since(asked).as_secs() < 60, "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn the_check_is_run_alone_from_the_console() {
    let world = lagging(&[200.0, 1.0]).await;
    let input = json!({
        "instances": ["orders-replica"], "max_lag_seconds": 30, "within_seconds": 600
    });

    let execution = world.account.start("replica-check", "by-hand", input).expect("a new name");
    let outcome = execution.wait().await;

    let look = outcome.output.expect("they keep up");
    assert_eq!(
        (look["healthy"].clone(), &look["why"]),
        (json!(true), &json!("all replicas keep up"))
    );

    let input = json!({ "instances": ["nobody"] });
    let execution = world.account.start("replica-check", "nobody", input).expect("a new name");
    let outcome = execution.wait().await;
    assert_eq!(outcome.error.as_deref(), Some("Unhealthy"));
    assert!(outcome.cause.unwrap_or_default().contains("replica nobody: does not exist"));

    let input = json!({ "instances": [] });
    let execution = world.account.start("replica-check", "wrong", input).expect("a new name");
    let outcome = execution.wait().await;
    assert_eq!(outcome.error.as_deref(), Some("Invalid"));
    assert!(outcome.cause.unwrap_or_default().contains("at `instances`: name 1 to 40 instances"));
}

/// For the count of states: a check that waits, one that ends well and one that does not.
pub(crate) async fn waited_for() -> World {
    let mut world = lagging(&[200.0, 1.0]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    world.replica("orders-replica", SimulatedReplica::new("orders-replica", |_| None));
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::Deployed, End::Refused], "{}", world.story());
    world
}
