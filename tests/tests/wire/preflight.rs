//! What is looked at before anything is touched, over the wire: what a service stands on is there, or
//! it is refused with everything that is not.

use domain::outcome::End;
use domain::preflight::Warning;
use domain::record::Entry;
use domain::seconds::Seconds;
use serde_json::json;
use tests::ministack::{ACCOUNT, REGION};

use crate::calls::{Calls, Table};
use crate::record::outcome;
use crate::stage::{Stage, digest};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&FOUND, &MISSING];

static FOUND: Story = Story::new(|| Box::pin(found()));
static MISSING: Story = Story::new(|| Box::pin(missing()));

stories! {
    what_tasks_need_is_found_and_what_is_slow_is_told, FOUND;
    everything_that_is_missing_is_told_at_once, MISSING;
}

/// `checkout`, whose tasks log in to their registry and are given a parameter.
async fn stage() -> Option<Stage> {
    let stage = Stage::set(|_| {}).await?;
    let blue = format!("arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/checkout:1");
    stage.ecs.account.redefine(&blue, |it| {
        let container = &mut it["containerDefinitions"][0];
        container["repositoryCredentials"] = json!({ "credentialsParameter": "shop/ghcr" });
        container["secrets"] = json!([{ "name": "TOKEN", "valueFrom": "/shop/token" }]);
    });
    Some(stage)
}

async fn found() -> Option<Calls> {
    let stage = stage().await?;
    stage.aws.secret("shop/ghcr", "{}").await;
    stage.aws.parameter("/shop/token", "hush").await;
    let balancers = stage.ecs.account.wiring(&stage.document.place()).balancers;
    let group = balancers[0].group.clone().expect("a target group");
    stage.ecs.account.set_group(&group, |group| group.drains = Seconds(300));

    stage.deliver(&stage.push("v1.1.0")).await;

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    assert_eq!(stage.serves(), Some(digest("v1.1.0")));
    let warnings = record.iter().find_map(|entry| match entry {
        Entry::Checked { warnings, .. } => Some(warnings),
        _ => None,
    });
    let warnings = warnings.expect("it was looked at");
    let costs: Vec<_> = warnings.iter().filter_map(|it| it.costs).collect();
    assert_eq!(costs, [Seconds(295)]);
    // The emulator has no quotas.
    let unknown = |it: &Warning| it.what.contains("quota of Fargate is not known");
    assert_eq!(warnings.iter().filter(|it| unknown(it)).count(), 1, "{warnings:?}");
    Some(stage.calls().within(&Table::read()))
}

/// Behind a Network Load Balancer, whose listeners stand where rules do.
async fn missing() -> Option<Calls> {
    let stage = stage().await?;
    let listener = |port: u32| {
        let arn =
            format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:listener/net/shop/1/{port}");
        Some(arn.parse().expect("an ARN"))
    };
    stage.ecs.account.rewire(&stage.document.place(), |it| {
        (it.balancers[0].production, it.balancers[0].test) = (listener(443), listener(8443));
        it.balancers[0].role = None;
    });
    stage.ecs.account.take_away("/ecs/checkout");
    stage.ecs.account.take_away(format!("arn:aws:iam::{ACCOUNT}:role/ecs-execution"));

    stage.deliver(&stage.push("v1.1.0")).await;

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    let why = &outcome(&record).why;
    assert_eq!(outcome(&record).end, End::Refused, "{why}");
    for told in [
        "the secret shop/ghcr of the container checkout does not exist",
        "the parameter /shop/token of the container checkout does not exist",
        "the log group /ecs/checkout of the container checkout does not exist",
        "set `advancedConfiguration.roleArn`",
        "the execution role ecs-execution does not exist; create it",
        "listener/net/shop/1/443 sends traffic to 443-1",
    ] {
        assert!(why.contains(told), "{told} is missing in\n{why}");
    }
    assert_eq!(stage.serves(), Some(digest("v1.0.0")));
    Some(stage.calls().within(&Table::read()))
}
