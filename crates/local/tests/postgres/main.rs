//! A deployment that waits for a real PostgreSQL replica, and one that is taken back for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use asl::Clock;
use domain::name::DeploymentId;
use domain::outcome::End;
use domain::record::{Entry, Record};
use domain::seconds::Seconds;
use domain::service::ServiceDocument;
use jiff::Timestamp;
use local::account::{Account, Settings, Store, images};
use local::alarms::Alarms;
use local::databases::{self, Postgres};
use local::processes::Artifact;
use local::simulated::Simulated;
use serde_json::json;
use servers::Pair;

type Plant = Simulated<Box<dyn Fn() -> Timestamp + Send + Sync>>;

/// How long anything may take here on a busy machine.
const SOON: Duration = Duration::from_secs(120);

/// An account whose service reads from the replica of a pair, on the clock of this machine.
struct World {
    account: Account<Plant>,
    pair: Pair,
}

impl World {
    /// `None` where there is no PostgreSQL. The replica may lag for a second, and is waited for.
    async fn begin(within: &str) -> Option<Self> {
        let pair = Pair::start().await?;
        pair.written_to().await;
        let document = json!({
            "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": "*" },
            "cluster": "shop", "strategy": { "blue_green": {} }, "bake": "20s",
            "checks": { "replicas": {
                "instances": ["orders-replica"], "count": 1, "max_lag": "1s", "within": within
            } }
        });
        let document = ServiceDocument::read(&document.to_string()).expect("a document");
        let clock = Clock::starting_at(Timestamp::now());
        let now: Box<dyn Fn() -> Timestamp + Send + Sync> = Box::new(move || clock.now());
        let store = Arc::new(Store::none());
        let images = images(&store).expect("an empty store");
        let alarms = Alarms::check(&[], "alarms", |_| true).expect("no alarms");
        let plant = Arc::new(Simulated::new(now));
        let account = Account::open(Settings::default(), plant, store, images, alarms, clock)
            .expect("an empty store");
        let watched = databases::Pair {
            name: "orders-replica".into(),
            primary: pair.primary.clone(),
            replica: pair.replica.clone(),
            every: Seconds(1),
        };
        account.database("orders-replica", Postgres::watch(watched, move || clock.now()));
        let [first, _] = ["v1.0.0", "v1.1.0"].map(|tag| {
            let command = vec![tag.to_owned()];
            let artifact = Artifact { command, env: BTreeMap::new(), directory: None };
            account.push(&document.image, &tag.parse().expect("a tag"), artifact)
        });
        account.add(document, &first, 1).expect("a new service");
        // Blue stands.
        tokio::time::sleep(Duration::from_secs(5)).await;
        Some(Self { account, pair })
    }

    fn deploy(&self) -> DeploymentId {
        let request = json!({ "service": "checkout", "tag": "v1.1.0" });
        let request = serde_json::from_value(request).expect("a request");
        self.account.deploy(&request).expect("a new name")
    }

    /// Waits until the record of a deployment has something.
    async fn until<T>(&self, deployment: &DeploymentId, is: impl Fn(&Record) -> Option<T>) -> T {
        let waited = tokio::time::timeout(SOON, async {
            loop {
                if let Some(it) = self.account.record(deployment).and_then(|record| is(&record)) {
                    return it;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        waited.await.unwrap_or_else(|_| panic!("still {:#?}", self.account.record(deployment)))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_waits_for_a_replica_that_is_held_back_and_goes_on() {
    let Some(world) = World::begin("60s").await else { return };
    world.pair.tell_replica(&["SELECT pg_wal_replay_pause()"]).await;
    // Until then it keeps up.
    tokio::time::sleep(Duration::from_secs(3)).await;

    let deployment = world.deploy();

    tokio::time::sleep(Duration::from_secs(10)).await;
    let record = world.account.record(&deployment).expect("it was planned");
    assert!(record.green().is_none() && record.outcome().is_none(), "{record:#?}");

    world.pair.tell_replica(&["SELECT pg_wal_replay_resume()"]).await;
    let outcome = world.until(&deployment, |record| record.outcome().cloned()).await;
    assert_eq!(outcome.end, End::Deployed, "{}", outcome.why);
    world.account.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_is_taken_back_when_the_replica_falls_behind() {
    let Some(world) = World::begin("5s").await else { return };
    // What was measured before there was a deployment is a window of good measurements.
    tokio::time::sleep(Duration::from_secs(5)).await;
    let deployment = world.deploy();
    let bakes = |record: &Record| {
        let all = |dated: &&domain::record::Dated| matches!(&dated.entry, Entry::Judged { verdict } if verdict.share > 99.0);
        record.entries.iter().find(all).map(drop)
    };
    world.until(&deployment, bakes).await;

    let delayed = ["ALTER SYSTEM SET recovery_min_apply_delay = '1h'", "SELECT pg_reload_conf()"];
    world.pair.tell_replica(&delayed).await;

    let outcome = world.until(&deployment, |record| record.outcome().cloned()).await;
    assert_eq!(outcome.end, End::RolledBack, "{}", outcome.why);
    assert!(outcome.why.contains("replica orders-replica: lags"), "{}", outcome.why);
    assert!(outcome.why.contains("at most 1s are allowed"), "{}", outcome.why);
    world.account.close();
}
