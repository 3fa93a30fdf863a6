//! Green held against blue by what the load balancer counts, and what else is measured of it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::Failure;
use domain::outcome::End;
use domain::service::ServiceDocument;
use local::account::{Fault, Oracle};
use local::plant::Share;
use local::simulated::Behaviour;
use serde_json::{Value, json};
use tests::{World, document};

/// `checkout` without alarms, compared with blue; a tenth of the traffic first.
fn compared(strategy: Value, comparison: &Value) -> ServiceDocument {
    document("checkout", |document| {
        document["strategy"] = strategy;
        document["checks"] = json!({ "metrics": [{ "compare": comparison }] });
    })
}

fn canary() -> Value {
    json!({ "canary": { "percent": 10, "hold": "5m" } })
}

/// An image that fails so many tenths of a percent of its requests, at so many requests a second.
fn erring(tenths: u16, requests_per_second: u32) -> Behaviour {
    Behaviour { error_rate: Share(tenths), requests_per_second, ..Behaviour::default() }
}

/// Deploys `green` over a `blue` whose releases behave so.
async fn deploy(document: ServiceDocument, blue: Behaviour, green: Behaviour) -> World {
    let mut world = World::builder().with(document).begin().await;
    let first = world.digest("checkout", "v1.0.0").clone();
    world.account.plant().behave(first.as_str(), blue);
    world.push("checkout", "v1.1.0", green).await;
    world.settle().await;
    world
}

#[tokio::test(start_paused = true)]
async fn a_canary_that_errs_as_often_as_blue_goes_on_once_that_is_known() {
    let world = deploy(compared(canary(), &json!({})), erring(10, 300), erring(10, 300)).await;

    assert_eq!(world.outcome("checkout").end, End::Deployed);
    insta::assert_snapshot!(world.story(), @"
     0:00 checkout  ada asked for checkout v1.1.0 (push)
     0:00 checkout  planned checkout v1.1.0
     0:00 checkout  got the lease, token 1
     0:00 checkout  told ECS to begin
     0:00 checkout  traffic: 100% v1.0.0
     0:02 checkout  judged at 0%: go on, all is well at POST_TEST_TRAFFIC_SHIFT
     0:02 checkout  told ECS to go on
     0:02 checkout  judged at 0%: go on, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT
     0:02 checkout  told ECS to go on
     0:02 checkout  traffic: 90% v1.0.0, 10% v1.1.0
     0:02 checkout  judged at 10%: wait, errors against blue: no data, 0.00% of 0 requests, blue 1.00% of 161400
     1:02 checkout  judged at 10%: wait, errors against blue: no data, 0.00% of 0 requests, blue 1.00% of 179400
     2:02 checkout  judged at 10%: wait, errors against blue: not enough traffic yet, 1.03% of 1740 requests, blue 1.00% of 195660; about 4617 of green tell
     3:02 checkout  judged at 10%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 2m more
     4:02 checkout  judged at 10%: wait, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT, watched for 1m more
     5:02 checkout  judged at 10%: go on, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT
     5:02 checkout  told ECS to go on
     5:02 checkout  traffic: 100% v1.1.0
     5:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 10m more
     7:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 8m more
     9:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 6m more
    11:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 4m more
    13:02 checkout  judged at 100%: wait, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 2m more
    15:02 checkout  judged at 100%: go on, all is well at POST_PRODUCTION_TRAFFIC_SHIFT
    15:02 checkout  told ECS to go on
    15:02 checkout  judged at 100%: it is over, ECS ended it as SUCCESSFUL
    15:02 checkout  Deployed: ECS tells that this release serves
    ");
}

#[tokio::test(start_paused = true)]
async fn a_canary_that_errs_twice_as_often_is_taken_back_before_production_sees_more_of_it() {
    let world = deploy(compared(canary(), &json!({})), erring(10, 600), erring(20, 600)).await;

    assert_eq!(world.outcome("checkout").end, End::RolledBack);
    insta::assert_snapshot!(world.story(), @"
    0:00 checkout  ada asked for checkout v1.1.0 (push)
    0:00 checkout  planned checkout v1.1.0
    0:00 checkout  got the lease, token 1
    0:00 checkout  told ECS to begin
    0:00 checkout  traffic: 100% v1.0.0
    0:02 checkout  judged at 0%: go on, all is well at POST_TEST_TRAFFIC_SHIFT
    0:02 checkout  told ECS to go on
    0:02 checkout  judged at 0%: go on, all is well at PRE_PRODUCTION_TRAFFIC_SHIFT
    0:02 checkout  told ECS to go on
    0:02 checkout  traffic: 90% v1.0.0, 10% v1.1.0
    0:02 checkout  judged at 10%: wait, errors against blue: no data, 0.00% of 0 requests, blue 1.00% of 322800
    1:02 checkout  judged at 10%: wait, errors against blue: no data, 0.00% of 0 requests, blue 1.00% of 358800
    2:02 checkout  judged at 10%: take back, errors against blue: worse, 2.01% of 3480 requests, blue 1.00% of 391320
    2:02 checkout  told ECS to go back: errors against blue: worse, 2.01% of 3480 requests, blue 1.00% of 391320
    2:02 checkout  traffic: 100% v1.0.0
    2:02 checkout  kept the evidence: 2 tasks stopped (Scaling activity initiated by the deployment), 2 log lines, no targets
    2:02 checkout  judged at 0%: it is over, ECS ended it as ROLLBACK_SUCCESSFUL
    2:02 checkout  RolledBack: errors against blue: worse, 2.01% of 3480 requests, blue 1.00% of 391320
    2:02 checkout  quarantined v1.1.0 until 2026-03-31T03:12:02Z: errors against blue: worse, 2.01% of 3480 requests, blue 1.00% of 391320
    ");
}

#[tokio::test(start_paused = true)]
async fn a_green_that_gets_all_at_once_is_held_against_what_blue_did_before() {
    let all = json!({ "blue_green": {} });
    let worse = deploy(compared(all.clone(), &json!({})), erring(10, 100), erring(30, 100)).await;
    let same = deploy(compared(all, &json!({})), erring(10, 100), erring(10, 100)).await;

    assert_eq!(worse.outcome("checkout").end, End::RolledBack);
    assert!(
        worse.outcome("checkout").why.starts_with("errors against blue: worse"),
        "{}",
        worse.story()
    );
    assert_eq!(same.outcome("checkout").end, End::Deployed);
}

#[tokio::test(start_paused = true)]
async fn too_little_traffic_to_tell_is_waited_for_and_then_taken_back_unless_it_may_pass() {
    let waits = deploy(compared(canary(), &json!({})), erring(0, 1), erring(0, 1)).await;
    let pass = json!({ "little_traffic": "pass" });
    let passes = deploy(compared(canary(), &pass), erring(0, 1), erring(0, 1)).await;

    assert_eq!(waits.outcome("checkout").end, End::RolledBack);
    let why = waits.outcome("checkout").why;
    assert!(
        why.contains("not enough traffic yet") && why.ends_with("did not clear in 15m"),
        "{why}"
    );
    assert_eq!(passes.outcome("checkout").end, End::Deployed, "{}", passes.story());
}

#[tokio::test(start_paused = true)]
async fn without_data_nothing_passes() {
    let pass = json!({ "little_traffic": "pass" });
    let nobody_asks = deploy(compared(canary(), &pass), erring(0, 0), erring(0, 0)).await;
    let no_such_metric = document("checkout", |document| {
        document["checks"] = json!({ "metrics": [{ "cloudwatch": {
            "name": "orders", "at_least": 1,
            "metrics": { "orders": { "namespace": "Shop", "metric": "Orders", "statistic": "sum" } }
        } }] });
    });
    let prometheus = document("checkout", |document| {
        document["checks"] = json!({ "metrics": [{ "prometheus": {
            "name": "carts", "url": "http://prometheus:9090", "query": "lost_carts", "at_most": 1
        } }] });
    });
    let prometheus = deploy(prometheus, erring(0, 100), erring(0, 100)).await;
    let no_such_metric = deploy(no_such_metric, erring(0, 100), erring(0, 100)).await;

    for (world, why) in [
        (nobody_asks, "errors against blue: no data, 0.00% of 0 requests, blue 0.00% of 0"),
        (no_such_metric, "metric orders: no data"),
        (
            prometheus,
            "metric carts: no data: could not ask http://prometheus:9090: nobody is there",
        ),
    ] {
        assert_eq!(world.outcome("checkout").end, End::RolledBack);
        assert_eq!(world.outcome("checkout").why, format!("{why}, and that did not clear in 15m"));
    }
}

#[tokio::test(start_paused = true)]
async fn metrics_that_are_throttled_hold_a_canary_up_until_they_answer() {
    let document = compared(canary(), &json!({}));
    let mut world = World::builder().with(document).begin().await;
    let first = world.digest("checkout", "v1.0.0").clone();
    world.account.plant().behave(first.as_str(), erring(10, 600));
    let throttle = |name| (name == "metrics.series").then_some(Fault::Before);
    world.account.calls().disturb(move |call| throttle(call.name));

    world.push("checkout", "v1.1.0", erring(10, 600)).await;
    world.pass(Duration::from_secs(420)).await;
    let held = world.traffic(&compared(canary(), &json!({})));
    world.account.calls().leave_undisturbed();
    world.settle().await;

    let share = held.iter().find(|(tag, _)| tag == "v1.1.0").map(|(_, share)| share.as_str());
    assert_eq!(share, Some("10%"), "it was to go on after five minutes");
    assert!(world.story().contains("no data: metrics.series did not answer"), "{}", world.story());
    assert_eq!(world.outcome("checkout").end, End::Deployed);
}

#[tokio::test(start_paused = true)]
async fn green_is_taken_back_when_a_metric_of_it_leaves_its_limits() {
    let slow = document("checkout", |document| {
        document["checks"] = json!({ "metrics": [{ "cloudwatch": {
            "name": "latency", "at_most": 0.2,
            "metrics": { "latency": { "metric": "TargetResponseTime", "statistic": "average" } }
        } }] });
    });
    let green =
        |millis| Behaviour { latency: Duration::from_millis(millis), ..Behaviour::default() };

    let slow_green = deploy(slow.clone(), Behaviour::default(), green(300)).await;
    let fast_green = deploy(slow, Behaviour::default(), green(30)).await;

    let why = slow_green.outcome("checkout").why;
    assert!(why.starts_with("metric latency: 0.3, at most 0.2 is good, and so for"), "{why}");
    assert_eq!(slow_green.outcome("checkout").end, End::RolledBack);
    assert_eq!(fast_green.outcome("checkout").end, End::Deployed);
}

#[tokio::test(start_paused = true)]
async fn what_is_computed_of_metrics_keeps_within_its_limits() {
    let share = document("checkout", |document| {
        document["checks"] = json!({ "metrics": [{ "cloudwatch": {
            "name": "error share", "at_most": 5, "math": "100 * errors / requests",
            "metrics": {
                "errors": { "metric": "HTTPCode_Target_5XX_Count", "statistic": "sum" },
                "requests": { "metric": "RequestCount", "statistic": "sum" }
            }
        } }] });
    });

    let bad = deploy(share.clone(), erring(10, 300), erring(100, 300)).await;
    let good = deploy(share, erring(10, 300), erring(10, 300)).await;

    let why = bad.outcome("checkout").why;
    assert!(why.starts_with("metric error share: 10, at most 5 is good"), "{why}");
    assert_eq!(bad.outcome("checkout").end, End::RolledBack);
    assert_eq!(good.outcome("checkout").end, End::Deployed, "{}", good.story());
}

#[tokio::test(start_paused = true)]
async fn a_prometheus_is_asked_about_green_and_what_is_slow_to_answer_is_waited_for() {
    let carts = document("checkout", |document| {
        document["checks"] = json!({ "metrics": [{ "prometheus": {
            "name": "carts", "url": "http://prometheus:9090", "at_most": 1,
            "query": r#"lost_carts{revision="$revision"}"#
        } }] });
    });
    let deploy = async |lost: fn(u64) -> Result<Vec<f64>, Failure>| {
        let mut world = World::builder().with(carts.clone()).begin().await;
        let asked = AtomicU64::new(0);
        world.account.let_answer(Oracle::new(move |server, query| {
            assert_eq!(server, "http://prometheus:9090");
            assert_eq!(query, r#"lost_carts{revision="2"}"#);
            let answer = lost(asked.fetch_add(1, Ordering::Relaxed));
            Box::pin(async move { answer })
        }));
        world.push("checkout", "v1.1.0", Behaviour::default()).await;
        world.settle().await;
        world
    };

    let lost = deploy(|_| Ok(vec![0.0, 7.0])).await;
    let flaky = deploy(|asked| match asked % 2 {
        0 => Err(Failure::Unavailable("no answer".into())),
        _ => Ok(vec![0.5]),
    })
    .await;

    let why = lost.outcome("checkout").why;
    assert!(why.starts_with("metric carts: 7, at most 1 is good"), "{why}");
    assert_eq!(lost.outcome("checkout").end, End::RolledBack);
    assert!(flaky.story().contains("wait, metric carts: no data: "), "{}", flaky.story());
    assert_eq!(flaky.outcome("checkout").end, End::Deployed, "{}", flaky.story());
}
