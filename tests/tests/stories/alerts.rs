//! Alerts of Prometheus, as Alertmanager tells of them: treated like alarms.

use std::time::Duration;

use domain::alert::{Alert, Alerts};
use domain::outcome::End;
use jiff::ToSpan;
use local::simulated::Behaviour;
use serde_json::json;
use tests::{World, document};

const MINUTE: Duration = Duration::from_secs(60);

/// A world in which `checkout` listens to the alert `Errors` of its team.
async fn listening() -> World {
    let document = document("checkout", |it| {
        it["checks"]["alerts"] = json!([{ "name": "Errors", "labels": { "team": "shop" } }]);
    });
    World::builder().with(document).begin().await
}

/// The alert of a team, which fires since now.
fn fires(world: &World, team: &str) -> Alert {
    Alert {
        name: "Errors".into(),
        labels: [("team".to_owned(), team.to_owned())].into(),
        fingerprint: format!("errors-of-{team}"),
        since: world.account.now(),
        resolved: None,
    }
}

/// The same when it is over.
fn over(world: &World, alert: &Alert) -> Alert {
    Alert { resolved: Some(world.account.now()), ..alert.clone() }
}

async fn tell(world: &World, alerts: &[&Alert]) {
    let alerts = alerts.iter().map(|alert| (*alert).clone()).collect();
    world.account.alert(Alerts { alerts }).await.expect("the bus takes it");
}

#[tokio::test(start_paused = true)]
async fn an_alert_in_the_bake_takes_it_back() {
    let mut world = listening().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(3 * MINUTE).await;

    let alert = fires(&world, "shop");
    tell(&world, &[&fires(&world, "other"), &alert]).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::RolledBack]);
    let why = world.outcome("checkout").why;
    assert_eq!(why, format!("alert Errors rings since {}", alert.since));
}

#[tokio::test(start_paused = true)]
async fn an_alert_after_the_end_goes_back_once_however_often_it_is_told() {
    let mut world = listening().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    world.pass(5 * MINUTE).await;

    let alert = fires(&world, "shop");
    tell(&world, &[&alert]).await;
    tell(&world, &[&alert]).await;
    world.pass(MINUTE).await;
    tell(&world, &[&over(&world, &alert)]).await;
    tell(&world, &[&alert]).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Deployed]);
    let serves = world.outcome("checkout").digest;
    assert_eq!(serves.as_ref(), Some(world.digest("checkout", "v1.0.0")));
}

#[tokio::test(start_paused = true)]
async fn an_alert_that_is_over_or_of_others_takes_nothing_back() {
    let mut world = listening().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(3 * MINUTE).await;

    let alert = fires(&world, "shop");
    tell(&world, &[&over(&world, &alert), &fires(&world, "other")]).await;
    let old = Alert { since: alert.since - 2.hours(), ..alert };
    tell(&world, &[&old]).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn nothing_begins_while_an_alert_fires() {
    let mut world = listening().await;
    let alert = fires(&world, "shop");
    tell(&world, &[&alert]).await;
    world.pass(MINUTE).await;

    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::Refused]);
    let why = world.outcome("checkout").why;
    assert!(why.contains(r#"the alert Errors{team="shop"} rings since"#), "{why}");

    tell(&world, &[&over(&world, &alert)]).await;
    world.pass(MINUTE).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::Refused, End::Deployed]);
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_waits_while_an_alert_fires_that_is_older() {
    let mut world = listening().await;
    let older = fires(&world, "shop");
    world.pass(MINUTE).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(MINUTE).await;

    tell(&world, &[&older]).await;
    world.pass(15 * MINUTE).await;
    assert_eq!(world.ends("checkout"), [], "it waits beyond its bake\n{}", world.story());
    tell(&world, &[&over(&world, &older)]).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_group_of_ten_thousand_alerts_is_taken_in() {
    let mut world = listening().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(3 * MINUTE).await;

    let teams = (0..10_000).map(|team| fires(&world, &format!("{team}-{}", "ö".repeat(2_000))));
    let mut alerts: Vec<Alert> = teams.collect();
    alerts.push(fires(&world, "shop"));
    world.account.alert(Alerts { alerts }).await.expect("the bus takes it");
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::RolledBack]);
    assert_eq!(world.desk("checkout").alerts.len(), 1, "only what it listens to is kept");
}
