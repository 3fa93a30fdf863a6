//! Read replicas: an RDS replica and a reader of Aurora, over the wire.

use std::sync::Arc;

use domain::outcome::End;
use domain::record::Entry;
use domain::replica::{Member, Role};
use local::databases::SimulatedReplica;
use serde_json::json;

use crate::calls::{Calls, Table};
use crate::record::outcome;
use crate::stage::{Stage, digest};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&REPLICAS];

static REPLICAS: Story = Story::new(|| Box::pin(replicas()));

stories! {
    replicas_are_asked_before_a_deployment_begins_and_at_every_pause, REPLICAS;
}

async fn replicas() -> Option<Calls> {
    let stage = Stage::set(|document| {
        document["checks"]["replicas"] =
            json!({ "instances": ["orders-replica", "orders-reader"], "within": "1m" });
    })
    .await?;
    let reader = SimulatedReplica::new("orders-reader", |_| None).being(|it| {
        "aurora-postgresql".clone_into(&mut it.engine);
        it.member = Some(Member { cluster: "orders".to_owned(), role: Role::Reader });
        (it.source, it.replication) = (None, None);
    });
    let replica = SimulatedReplica::new("orders-replica", |_| None);
    stage.ecs.account.database("orders-replica", Arc::new(replica));
    stage.ecs.account.database("orders-reader", Arc::new(reader));
    stage.aws.lag("ReplicaLag", "orders-replica", 2.0).await;
    stage.aws.lag("AuroraReplicaLag", "orders-reader", 18.0).await;

    stage.deliver(&stage.push("v1.1.0")).await;

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    assert_eq!(stage.serves(), Some(digest("v1.1.0")));
    let told = record.iter().filter_map(|entry| match entry {
        Entry::Judged { verdict } => Some(&verdict.findings),
        _ => None,
    });
    let told: Vec<_> = told.flatten().map(ToString::to_string).collect();
    for finding in ["replica orders-replica: lags 2000 ms", "replica orders-reader: lags 18 ms"] {
        assert!(told.iter().any(|it| it == finding), "{told:#?}");
    }
    Some(stage.calls().within(&Table::read()))
}
