//! What the bus is told beside how deployments go on: for others to build on.

use std::sync::Arc;
use std::time::Duration;

use domain::freeze::FreezeByHand;
use domain::outcome::End;
use domain::quarantine::ByHand;
use domain::seconds::Seconds;
use domain::service::ServiceDocument;
use local::plant::Share;
use local::simulated::Behaviour;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tests::{World, document};

const MINUTE: Duration = Duration::from_secs(60);

/// What was told of one kind since it was listened for.
struct News(Arc<Mutex<Vec<(String, Value)>>>);

impl News {
    fn of(world: &World) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ear = Arc::clone(&heard);
        world.account.bus().hear(move |event| {
            if event.source == "cutover" {
                ear.lock().push((event.detail_type.clone(), event.detail.clone()));
            }
        });
        Self(heard)
    }

    fn told(&self, what: &str) -> Vec<Value> {
        let told = self.0.lock();
        told.iter().filter(|(it, _)| it == what).map(|(_, detail)| detail.clone()).collect()
    }
}

fn by_hand(length: Option<Seconds>, reason: &str) -> FreezeByHand {
    FreezeByHand {
        service: "checkout".parse().expect("a name"),
        length,
        by: Some("ada".to_owned()),
        reason: reason.to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_freeze_and_its_end_are_told() {
    let world = World::begin().await;
    let news = News::of(&world);

    let fair = by_hand(Some(Seconds::minutes(60)), "the fair");
    world.account.freeze(&fair).await.expect("a freeze");
    world.pass(10 * MINUTE).await;
    world.account.freeze(&by_hand(None, "the fair is over")).await.expect("it was frozen");

    let [frozen] = &news.told("Service Frozen")[..] else { panic!("{:?}", news.0) };
    assert_eq!(frozen["service"], "checkout");
    let freeze = &frozen["freeze"];
    assert_eq!(
        (&freeze["cause"], &freeze["why"], &freeze["by"]),
        (&json!("person"), &json!("the fair"), &json!("ada"))
    );
    let [thawed] = &news.told("Service Thawed")[..] else { panic!("{:?}", news.0) };
    assert_eq!(thawed["freeze"]["ended"], "ada: the fair is over");
    assert!(thawed["freeze"]["until"].as_str() < freeze["until"].as_str(), "{thawed}");
}

#[tokio::test(start_paused = true)]
async fn who_makes_way_is_told_once_with_for_whom() {
    let mut world = World::begin().await;
    let news = News::of(&world);
    for tag in ["v1.1.0", "v1.2.0", "v1.3.0"] {
        world.push("checkout", tag, Behaviour::default()).await;
        world.pass(MINUTE).await;
    }
    world.settle().await;

    let records = world.history("checkout");
    let [newest, between, _] = &records[..] else { panic!("{}", world.story()) };
    let told = news.told("Deployment Superseded");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["deployment"], json!(between.deployment));
    assert_eq!(told[0]["by"], json!(newest.deployment));
    assert!(told[0]["title"].as_str().is_some_and(|it| it.starts_with("checkout v1.3.0")));
}

#[tokio::test(start_paused = true)]
async fn who_is_under_way_and_makes_way_is_told_once_too() {
    let supersede = |document: &mut Value| document["when_busy"] = json!("supersede");
    let mut world = World::builder().with(document("checkout", supersede)).begin().await;
    let news = News::of(&world);
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(3 * MINUTE).await;

    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::RolledBack, End::Deployed], "{}", world.story());
    let told = news.told("Deployment Superseded");
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["deployment"], json!(world.history("checkout")[1].deployment));
}

#[tokio::test(start_paused = true)]
async fn a_quarantine_and_its_end_are_told() {
    let mut world = World::begin().await;
    let news = News::of(&world);
    let bad = Behaviour { error_rate: Share(500), ..Behaviour::default() };
    world.push("checkout", "v1.1.0", bad).await;
    world.settle().await;
    let digest = world.digest("checkout", "v1.1.0");
    let lift = ByHand {
        service: "checkout".parse().expect("a name"),
        release: digest.to_string(),
        by: Some("ada".to_owned()),
        reason: "it was the database".to_owned(),
    };
    world.account.lift(&lift).await.expect("it is in quarantine");

    let [quarantined] = &news.told("Release Quarantined")[..] else { panic!("{:?}", news.0) };
    assert_eq!(quarantined["quarantine"]["digest"], json!(digest));
    let [lifted] = &news.told("Quarantine Lifted")[..] else { panic!("{:?}", news.0) };
    assert_eq!(
        (&lifted["service"], &lifted["lifted"]["digest"], &lifted["lifted"]["reason"]),
        (&json!("checkout"), &json!(digest), &json!("it was the database"))
    );
}

fn on_terraform() -> ServiceDocument {
    document("checkout", |document| {
        document["terraform"] = json!({
            "bucket": "acme-state", "key": "shop.tfstate", "resources": ["aws_lb_listener.production"]
        });
    })
}

#[tokio::test(start_paused = true)]
async fn a_state_that_changed_is_told_and_so_is_the_freeze_that_came_of_it() {
    let world = World::builder().with(on_terraform()).begin().await;
    let news = News::of(&world);
    let write = async |serial: u64, listener: &str| {
        let state = json!({
            "version": 4, "terraform_version": "1.14.0", "serial": serial, "lineage": "3f2a",
            "outputs": {},
            "resources": [{
                "mode": "managed", "type": "aws_lb_listener", "name": "production", "provider": "p",
                "instances": [{ "attributes": { "id": listener } }]
            }]
        });
        world.account.put_object("acme-state", "shop.tfstate", state.to_string().as_bytes());
        world.account.bus().quiet().await;
        world.pass(MINUTE).await;
    };

    write(7, "listener-1").await;
    write(7, "listener-1").await;
    assert_eq!(news.told("Service Frozen"), [] as [Value; 0]);
    write(8, "listener-2").await;

    let told = news.told("Terraform Applied");
    let serials: Vec<_> = told.iter().map(|it| it["serial"].as_u64()).collect();
    assert_eq!(serials, [Some(7), Some(8)], "what is known is not told again");
    assert_eq!(told[0]["state"], "s3://acme-state/shop.tfstate");
    let frozen = news.told("Service Frozen");
    assert_eq!(frozen.len(), 1, "{frozen:?}");
    assert_eq!(frozen[0]["freeze"]["cause"], "terraform");
}
