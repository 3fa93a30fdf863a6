//! What stands and what is answered, computed from the time that passed.

use super::*;
use crate::plant::{RevisionOrders, Share};
use crate::simulated::Behaviour;
use jiff::SignedDuration;
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

/// A plant whose clock is tokio's, paused.
fn plant() -> Simulated<impl Fn() -> Timestamp + Send + Sync + 'static> {
    let (begin, start) = (begin(), Instant::now());
    Simulated::new(move || begin + SignedDuration::try_from(start.elapsed()).unwrap())
}

fn begin() -> Timestamp {
    "2026-03-01T10:00:00Z".parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    begin() + SignedDuration::from_secs(seconds)
}

/// Orders by revision: `(name, tasks, production share)`. The last one is on the test listener.
fn orders(revisions: &[(&str, u32, u16)]) -> Orders {
    let named = revisions.iter();
    Orders {
        revisions: named
            .clone()
            .map(|(name, tasks, _)| RevisionOrders {
                revision: (*name).to_owned(),
                image: format!("ghcr.io/acme/checkout@sha256:{name}"),
                tasks: *tasks,
            })
            .collect(),
        production: named
            .filter(|(_, _, share)| *share > 0)
            .map(|(name, _, share)| ((*name).to_owned(), Share(*share)))
            .collect(),
        test: revisions
            .last()
            .map(|(name, ..)| ((*name).to_owned(), Share::ALL))
            .into_iter()
            .collect(),
    }
}

fn counts(standing: &[Standing]) -> Vec<(u32, u32, u32, u32)> {
    standing.iter().map(|it| (it.pending, it.running, it.healthy, it.failed)).collect()
}

#[tokio::test(start_paused = true)]
async fn tasks_become_healthy_in_their_time_and_say_so() {
    let plant = plant();
    plant.tend("checkout", orders(&[("blue", 2, 1000)]));
    assert_eq!(counts(&plant.standing("checkout")), [(2, 0, 0, 0)]);

    plant.changed("checkout").await;

    assert_eq!((plant.clock)(), at(2));
    assert_eq!(counts(&plant.standing("checkout")), [(0, 2, 2, 0)]);
}

#[tokio::test(start_paused = true)]
async fn the_same_orders_twice_change_nothing() {
    let plant = plant();
    plant.tend("checkout", orders(&[("blue", 2, 1000)]));
    tokio::time::sleep(5 * SECOND).await;
    plant.standing("checkout");
    plant.tend("checkout", orders(&[("blue", 2, 1000)]));

    let changed = tokio::time::timeout(3600 * SECOND, plant.changed("checkout")).await;
    assert!(changed.is_err(), "nothing changes any more");
}

#[tokio::test(start_paused = true)]
async fn other_orders_wake_whoever_waits() {
    let plant = plant();
    let wait = async {
        plant.changed("checkout").await;
        (plant.clock)()
    };
    let order = async {
        tokio::time::sleep(7 * SECOND).await;
        plant.tend("checkout", orders(&[("blue", 1, 1000)]));
    };

    let (woken, ()) = tokio::join!(wait, order);
    assert_eq!(woken, at(7));
}

#[tokio::test(start_paused = true)]
async fn more_tasks_start_and_fewer_end_at_once() {
    let plant = plant();
    plant.tend("checkout", orders(&[("blue", 2, 1000)]));
    tokio::time::sleep(3 * SECOND).await;
    plant.tend("checkout", orders(&[("blue", 5, 1000)]));
    assert_eq!(counts(&plant.standing("checkout")), [(3, 2, 2, 0)]);
    plant.tend("checkout", orders(&[("blue", 1, 1000), ("green", 1, 0)]));
    assert_eq!(counts(&plant.standing("checkout")), [(0, 1, 1, 0), (1, 0, 0, 0)]);
    plant.tend("checkout", orders(&[("blue", 0, 0), ("green", 1, 1000)]));

    assert_eq!(counts(&plant.standing("checkout")), [(1, 0, 0, 0)]);
}

#[tokio::test(start_paused = true)]
async fn tasks_that_die_are_replaced_and_counted() {
    let plant = plant();
    let dies_after = Some(10 * SECOND);
    plant.behave("sha256:blue", Behaviour { dies_after, ..Behaviour::default() });
    plant.tend("checkout", orders(&[("blue", 2, 1000)]));
    let mut seen = Vec::new();
    for _ in 0..4 {
        plant.standing("checkout");
        plant.changed("checkout").await;
        let seconds = (plant.clock)().duration_since(begin()).as_secs();
        seen.push((seconds, counts(&plant.standing("checkout"))[0]));
    }

    assert_eq!(
        seen,
        [(2, (0, 2, 2, 0)), (10, (2, 0, 0, 2)), (12, (0, 2, 2, 2)), (20, (2, 0, 0, 4))]
    );
}

#[tokio::test(start_paused = true)]
async fn tasks_that_never_become_healthy_fail_every_minute() {
    let plant = plant();
    plant.behave("sha256:blue", Behaviour { healthy: false, ..Behaviour::default() });
    plant.tend("checkout", orders(&[("blue", 1, 0)]));
    tokio::time::sleep(130 * SECOND).await;

    let standing = plant.standing("checkout");
    assert_eq!(counts(&standing), [(0, 1, 0, 2)]);
    assert_eq!(standing[0].reason.as_deref(), Some("the task was not healthy"));
    assert_eq!(plant.targets("checkout", "blue")[0].state, "unhealthy");
}

#[tokio::test(start_paused = true)]
async fn a_running_revision_breaks_at_its_moment() {
    let plant = plant();
    plant.breaks_at("sha256:blue", at(30));
    plant.tend("checkout", orders(&[("blue", 2, 1000)]));
    tokio::time::sleep(5 * SECOND).await;
    assert_eq!(counts(&plant.standing("checkout")), [(0, 2, 2, 0)]);
    plant.changed("checkout").await;
    assert_eq!((plant.clock)(), at(30));
    assert_eq!(counts(&plant.standing("checkout")), [(0, 2, 0, 0)]);
    tokio::time::sleep(70 * SECOND).await;

    assert_eq!(counts(&plant.standing("checkout")), [(0, 2, 0, 2)]);
    let traffic = plant.traffic("checkout", None, at(20), at(40)).unwrap();
    assert_eq!((traffic.requests, traffic.unanswered), (2000, 1000));
}

#[tokio::test(start_paused = true)]
async fn traffic_follows_the_weights_that_held() {
    let plant = plant();
    let error_rate = Share(250);
    plant.behave("sha256:green", Behaviour { error_rate, ..Behaviour::default() });
    plant.tend("checkout", orders(&[("blue", 2, 1000), ("green", 2, 0)]));
    tokio::time::sleep(60 * SECOND).await;
    plant.tend("checkout", orders(&[("blue", 2, 900), ("green", 2, 100)]));
    tokio::time::sleep(60 * SECOND).await;

    let of = |revision| plant.traffic("checkout", Some(revision), at(0), at(120)).unwrap();
    assert_eq!((of("blue").requests, of("blue").server_errors), (6000 + 5400, 0));
    assert_eq!((of("green").requests, of("green").server_errors), (600, 150));
    assert_eq!(of("green").quantile_millis(0.99), Some(13.0));
    assert_eq!(plant.traffic("checkout", Some("green"), at(0), at(60)), None);
    let future = plant.traffic("checkout", None, at(120), at(180));
    assert_eq!(future, None, "what has not happened was not measured");

    let mut halves = plant.traffic("checkout", None, at(31), at(77)).unwrap();
    halves.merge(&plant.traffic("checkout", None, at(77), at(101)).unwrap());
    assert_eq!(plant.traffic("checkout", None, at(31), at(101)), Some(halves));
}

#[tokio::test(start_paused = true)]
async fn the_test_listener_answers_once_its_revision_is_healthy() {
    let plant = plant();
    let smoke = Smoke { status: 418, body: "short and stout".to_owned(), latency: SECOND };
    plant.behave("sha256:green", Behaviour { smoke, ..Behaviour::default() });
    plant.tend("checkout", orders(&[("blue", 1, 1000), ("green", 1, 0)]));
    let ask = |timeout_ms| Ask {
        method: "GET".to_owned(),
        path: "/".to_owned(),
        headers: Vec::new(),
        timeout_ms,
    };

    assert_eq!(plant.ask("checkout", &ask(5000)).await.unwrap().status, 503);
    tokio::time::sleep(3 * SECOND).await;
    let answer = plant.ask("checkout", &ask(5000)).await.unwrap();
    assert_eq!((answer.status, answer.millis), (418, 1000));
    let late = plant.ask("checkout", &ask(500)).await;
    assert_eq!(late, Err("no answer within 500 ms".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn what_is_said_late_wakes_whoever_waits() {
    let plant = plant();
    plant.tend("checkout", orders(&[("blue", 1, 1000)]));
    tokio::time::sleep(10 * SECOND).await;
    plant.standing("checkout");
    plant.breaks_at("sha256:blue", at(5));

    plant.changed("checkout").await;
    assert_eq!((plant.clock)(), at(10));
    assert_eq!(counts(&plant.standing("checkout")), [(0, 1, 0, 0)]);
}
