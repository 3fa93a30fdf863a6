//! Both sides tell the same of the same.

use domain::seconds::Seconds;
use domain::service::Place;
use domain::strategy::{Percent, Strategy};
use workflow::ports::{Balancer, Deployment, Fleet, Reply};

use crate::side::{Side, image, in_process, over_the_wire, place};
use crate::tale::arn;

/// Plays one story on both sides.
macro_rules! both {
    ($story:path) => {{
        let mut here = in_process().await;
        $story(&mut here).await;
        let mut there = over_the_wire().await;
        $story(&mut there).await;
        for (here, there) in here.tale.iter().zip(&there.tale) {
            assert_eq!(here, there, "in process, and over the wire");
        }
        assert_eq!(here.tale.len(), there.tale.len());
        short(&there.tale.join("\n"))
    }};
}

/// A tale without what is the same in all of it.
fn short(tale: &str) -> String {
    let tale = tale.replace(":local:000000000000:", ":");
    (1..=9).fold(tale, |tale, release| {
        tale.replace(&release.to_string().repeat(64), &format!("{release}…"))
    })
}

fn percent(percent: f64) -> Percent {
    Percent::new(percent).expect("a percentage")
}

async fn blue_green<F: Fleet, B: Balancer>(side: &mut Side<F, B>) {
    side.serving(&place()).await;
    let rollout = side.begin(2, Strategy::BlueGreen {}, &[]).await;
    side.carry_on(&rollout, Reply::Continue).await;
    // What is over stays as it is.
    side.stop(&rollout).await;
    side.find(&arn("task-definition", "checkout:1")).await;
}

#[tokio::test]
async fn a_blue_green_deployment_is_the_same_on_both_sides() {
    insta::assert_snapshot!(both!(blue_green));
}

async fn steps<F: Fleet, B: Balancer>(side: &mut Side<F, B>) {
    let hold = Seconds::minutes(5);
    let canary = Strategy::Canary { percent: percent(12.5), hold };
    let rollout = side.begin(2, canary, &[]).await;
    side.carry_on(&rollout, Reply::Continue).await;
    let linear = Strategy::Linear { step: percent(33.3), hold };
    let rollout = side.begin(3, linear, &[]).await;
    side.carry_on(&rollout, Reply::Continue).await;
}

#[tokio::test]
async fn canary_and_linear_steps_are_the_same_on_both_sides() {
    let tale = both!(steps);
    for share in ["12.5 %", "33.3 %", "66.6 %", "99.9 %"] {
        assert!(tale.contains(share), "{tale}");
    }
}

async fn rollback<F: Fleet, B: Balancer>(side: &mut Side<F, B>) {
    let rollout = side.begin(2, Strategy::BlueGreen {}, &[]).await;
    side.carry_on(&rollout, Reply::Rollback).await;
    side.tasks(&arn("task-definition", "checkout:1")).await;
    side.tasks(&arn("task-definition", "checkout:2")).await;
    let rollout = side.begin(3, Strategy::BlueGreen {}, &[]).await;
    side.settled(&rollout).await;
    side.stop(&rollout).await;
    side.stop(&rollout).await;
    side.carry_on(&rollout, Reply::Continue).await;
}

#[tokio::test]
async fn going_back_is_the_same_on_both_sides() {
    insta::assert_snapshot!(both!(rollback));
}

/// A rolling deployment after one with pauses: nothing of that one may be left.
async fn rolling<F: Fleet, B: Balancer>(side: &mut Side<F, B>) {
    let rollout = side.begin(2, Strategy::BlueGreen {}, &[]).await;
    side.carry_on(&rollout, Reply::Continue).await;
    let rollout = side.begin(3, Strategy::Rolling {}, &["checkout-errors"]).await;
    side.carry_on(&rollout, Reply::Continue).await;
    let told = side.account.ecs(&place(), |service| {
        format!("{:#?}", service.deployments()[0].deployment_configuration)
    });
    side.tale.push(told.expect("the service is there"));
}

#[tokio::test]
async fn a_rolling_deployment_is_the_same_on_both_sides() {
    let tale = both!(rolling);
    assert!(tale.contains("SUCCESSFUL at None"), "{tale}");
}

async fn what_is_not_there<F: Fleet, B: Balancer>(side: &mut Side<F, B>) {
    let nowhere = Place { cluster: "shop".to_owned(), service: "nowhere".to_owned() };
    let no_cluster = Place { cluster: "mall".to_owned(), ..place() };
    let no_rollout = arn("service-deployment", "shop/checkout/unknown");
    let elsewhere = arn("service-deployment", "mall/checkout/unknown");
    let green = arn("task-definition", "checkout:9");
    let launch = Deployment {
        green: green.clone(),
        strategy: Strategy::BlueGreen {},
        pauses: Vec::new(),
        alarms: Vec::new(),
    };

    side.serving(&nowhere).await;
    side.serving(&no_cluster).await;
    side.register(&green, &image(2)).await;
    side.register(&arn("task-definition", "checkout:1"), "ghcr.io/acme/catalog@sha256:0").await;
    side.find(&green).await;
    side.tasks(&green).await;
    side.launch(&place(), &launch).await;
    side.launch(&nowhere, &launch).await;
    for rollout in [&no_rollout, &elsewhere] {
        side.rollout(rollout).await;
        side.stop(rollout).await;
        side.answer(rollout, &"hook".parse().expect("a hook"), Reply::Continue).await;
    }
    side.targets(&arn("service-revision", "shop/checkout/1")).await;
    side.targets(&arn("service-revision", "mall/checkout/1")).await;

    let rollout = side.begin(2, Strategy::BlueGreen {}, &[]).await;
    side.answer(&rollout, &"hook".parse().expect("a hook"), Reply::Continue).await;
    side.stop(&rollout).await;
    side.carry_on(&rollout, Reply::Continue).await;
}

#[tokio::test]
async fn what_is_not_there_is_refused_on_both_sides() {
    insta::assert_snapshot!(both!(what_is_not_there));
}
