//! One image, several services.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use asl::Status;
use domain::outcome::End;
use domain::record::Record;
use domain::service::ServiceDocument;
use jiff::Timestamp;
use local::account::Fault;
use local::plant::Share;
use local::simulated::{Behaviour, Smoke};
use serde_json::{Value, json};
use tests::{World, document};

/// A service that runs the image of `shop`, with `says` in its document.
fn of_shop(name: &str, says: &Value) -> ServiceDocument {
    document(name, |document| {
        document["image"] = json!("ghcr.io/acme/shop");
        document["bake"] = json!("1m");
        for (field, value) in says.as_object().expect("fields") {
            document[field] = value.clone();
        }
    })
}

/// `web` and `worker` run the image of `shop`; `worker` goes first.
async fn shop() -> World {
    let (web, worker) = (json!({ "wave": 2 }), json!({ "wave": 1 }));
    World::builder().with(of_shop("web", &web)).with(of_shop("worker", &worker)).begin().await
}

/// `web` comes after `worker`, and that after `api`. Only `web` is asked before production moves,
/// so that a release may be bad for it alone.
async fn shop_in_order(together: bool) -> World {
    let says = |after: &[&str]| json!({ "after": after, "together": together, "checks": {} });
    let asked = json!({ "after": ["worker"], "checks": { "smoke": [{ "path": "/smoke" }] } });
    World::builder()
        .with(of_shop("web", &asked))
        .with(of_shop("worker", &says(&["api"])))
        .with(of_shop("api", &says(&[])))
        // It stands beside `web`.
        .with(of_shop("mail", &says(&["worker"])))
        .begin()
        .await
}

/// What answers its smoke requests badly.
fn bad() -> Behaviour {
    Behaviour { smoke: Smoke { status: 500, ..Smoke::default() }, ..Behaviour::default() }
}

/// Which release a service serves, if that has all of production.
fn serves(world: &World, service: &str) -> String {
    match world.traffic(&document(service, |_| {})).as_slice() {
        [(tag, share)] if share == "100%" => tag.clone(),
        divided => panic!("traffic of {service} is divided: {divided:?}\n{}", world.story()),
    }
}

/// When the newest deployment of a service began.
fn began(world: &World, service: &str) -> Timestamp {
    world.history(service)[0].entries[0].at
}

/// What the one execution of the release machine answered.
fn answer(world: &World) -> Value {
    let executions = world.account.executions();
    let mut releases =
        executions.iter().filter(|it| it.identity().machine_name() == "cutover-release");
    let release = releases.next().expect("a release");
    assert!(releases.next().is_none(), "there is one release in this story");
    assert_eq!(release.status(), Status::Succeeded);
    release.output().expect("an answer").as_ref().clone()
}

#[tokio::test(start_paused = true)]
async fn a_later_wave_begins_when_the_earlier_one_runs_the_release() {
    let mut world = shop().await;

    world.push("shop", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(
        (world.ends("worker"), world.ends("web")),
        (vec![End::Deployed], vec![End::Deployed])
    );
    assert!(began(&world, "web") >= world.outcome("worker").at, "{}", world.story());
    assert_eq!(answer(&world)["end"], "Released");
}

#[tokio::test(start_paused = true)]
async fn a_later_wave_is_not_begun_when_the_earlier_one_went_wrong() {
    let mut world = shop().await;
    let bad = Behaviour { error_rate: Share(500), ..Behaviour::default() };

    world.push("shop", "v1.1.0", bad).await;
    world.settle().await;

    assert_eq!((world.ends("worker"), world.ends("web")), (vec![End::RolledBack], vec![]));
    assert_eq!(answer(&world)["end"], "Held");
}

#[tokio::test(start_paused = true)]
async fn services_of_one_wave_number_go_in_the_order_of_their_names_in_after() {
    let mut world = shop_in_order(false).await;

    world.push("shop", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    for service in ["api", "worker", "web", "mail"] {
        assert_eq!(world.ends(service), [End::Deployed], "{service}");
    }
    assert!(began(&world, "worker") >= world.outcome("api").at, "{}", world.story());
    assert!(began(&world, "web") >= world.outcome("worker").at, "{}", world.story());
    assert!(began(&world, "mail") < world.outcome("web").at, "side by side: {}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_circle_is_not_deployed_and_told() {
    let after = |name: &str| json!({ "after": [name] });
    let mut world = World::builder()
        .with(of_shop("web", &after("worker")))
        .with(of_shop("worker", &after("web")))
        .with(of_shop("api", &json!({})))
        .begin()
        .await;

    world.push("shop", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("api"), [End::Deployed]);
    assert_eq!((world.history("web"), world.history("worker")), (vec![], vec![]));
    let why = |circle: &str| format!("`after` goes round in a circle: {circle}");
    assert_eq!(
        answer(&world)["release"]["left_out"],
        json!([
            { "service": "web", "why": why("web after worker after web") },
            { "service": "worker", "why": why("worker after web after worker") },
        ])
    );
}

#[tokio::test(start_paused = true)]
async fn what_goes_together_is_taken_back_in_reverse_order() {
    let mut world = shop_in_order(true).await;

    world.push("shop", "v1.1.0", bad()).await;
    world.settle().await;

    assert_eq!(world.ends("web"), [End::RolledBack]);
    for service in ["api", "worker", "mail"] {
        assert_eq!(world.ends(service), [End::Deployed, End::Deployed], "{service}");
        assert_eq!(serves(&world, service), "v1.0.0", "{}", world.story());
    }
    assert!(began(&world, "mail") > world.outcome("web").at, "{}", world.story());
    assert!(began(&world, "worker") >= world.outcome("mail").at, "{}", world.story());
    assert!(began(&world, "api") >= world.outcome("worker").at, "{}", world.story());

    let answer = answer(&world);
    let back = answer["taken_back"].as_array().expect("what was taken back");
    let told: Vec<_> = back.iter().map(|it| (&it["end"], &it["why"])).collect();
    let why = |service| {
        let because = format!("web did not settle, and {service} goes together with it");
        json!(format!("the release machine went back: {because}"))
    };
    let (end, whys) = (json!("RolledBack"), ["mail", "worker", "api"].map(why));
    assert_eq!(told, whys.iter().map(|why| (&end, why)).collect::<Vec<_>>());

    // What was left is in quarantine, so the same push moves nothing any more.
    world.deliver("shop", "v1.1.0").await;
    world.settle().await;
    for service in ["api", "worker", "mail", "web"] {
        assert_eq!(serves(&world, service), "v1.0.0", "{}", world.story());
    }
}

#[tokio::test(start_paused = true)]
async fn what_does_not_go_together_is_left_where_it_is() {
    let mut world = shop_in_order(false).await;

    world.push("shop", "v1.1.0", bad()).await;
    world.settle().await;

    assert_eq!(world.ends("web"), [End::RolledBack]);
    for service in ["api", "worker", "mail"] {
        assert_eq!(world.ends(service), [End::Deployed], "{service}");
        assert_eq!(serves(&world, service), "v1.1.0", "{}", world.story());
    }
    let stay = &answer(&world)["unwinding"]["stay"];
    assert_eq!(
        stay[0],
        json!({ "service": "mail", "why": "its document does not say `together`" })
    );
}

/// Going back from `mail` was tried before, and going back from `worker` cannot even begin.
pub(crate) async fn hindered() -> World {
    let mut world = shop_in_order(true).await;
    world.push("shop", "v1.1.0", bad()).await;
    while world.history("web").first().and_then(Record::plan).is_none() {
        world.pass(Duration::from_secs(1)).await;
    }

    let mail = world.history("mail")[0].deployment.clone();
    let nobody = json!({ "service": "nobody" });
    world.account.start("rollback", &format!("{mail}-together"), nobody).expect("a new name");
    world.pass(Duration::from_secs(1)).await;
    // As often as `Attribute` asks for the document of `worker`.
    let left = AtomicU32::new(11);
    world.account.calls().disturb(move |call| {
        let fails = call.name == "catalog.service"
            && left
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |it| it.checked_sub(1))
                .is_ok();
        fails.then_some(Fault::Before)
    });
    world.settle().await;
    world
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_taken_back_is_told_and_stops_no_other() {
    let world = hindered().await;

    let served = ["mail", "worker", "api"].map(|service| serves(&world, service));
    assert_eq!(served, ["v1.1.0", "v1.1.0", "v1.0.0"], "{}", world.story());
    let answer = answer(&world);
    let back = answer["taken_back"].as_array().expect("what was taken back");
    let ends: Vec<_> = back.iter().map(|it| it["end"].as_str().unwrap_or_default()).collect();
    assert_eq!(ends, ["Duplicate", "Stuck", "RolledBack"]);
    assert!(back[1]["why"].as_str().is_some_and(|why| why.contains("Unavailable")), "{}", back[1]);
}

#[tokio::test(start_paused = true)]
async fn a_release_that_is_stopped_while_it_goes_back_leaves_nothing_half_done() {
    let mut world = shop_in_order(true).await;
    world.push("shop", "v1.1.0", bad()).await;
    let of_machine = |world: &World, machine: &str| {
        let executions = world.account.executions();
        executions.into_iter().find(|it| it.identity().machine_name() == machine)
    };
    while of_machine(&world, "cutover-rollback").is_none() {
        world.pass(Duration::from_secs(1)).await;
    }

    of_machine(&world, "cutover-release").expect("it runs").stop(None, None);
    world.settle().await;

    let served = ["mail", "worker", "api"].map(|service| serves(&world, service));
    assert_eq!(served, ["v1.0.0", "v1.1.0", "v1.1.0"], "{}", world.story());
    for service in ["mail", "worker", "api", "web"] {
        assert!(world.desk(service).lease.is_none(), "{service}: {}", world.story());
        assert!(world.history(service).iter().all(|it| it.outcome().is_some()), "{service}");
    }

    // Who delivers it again has it brought to its end.
    world.deliver("shop", "v1.1.0").await;
    world.settle().await;
    let served = ["mail", "worker", "api"].map(|service| serves(&world, service));
    assert_eq!(served, ["v1.0.0", "v1.0.0", "v1.0.0"], "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_second_delivery_does_not_overtake_the_waves() {
    let mut world = shop().await;
    world.push("shop", "v1.1.0", Behaviour::default()).await;

    world.deliver("shop", "v1.1.0").await;
    world.settle().await;

    assert_eq!(
        (world.ends("worker"), world.ends("web")),
        (vec![End::Deployed], vec![End::Deployed])
    );
    assert!(began(&world, "web") >= world.outcome("worker").at, "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_push_that_is_told_again_and_otherwise_takes_nothing_back_that_goes_well() {
    let mut world = shop_in_order(true).await;
    let digest = world.push("shop", "v1.1.0", Behaviour::default()).await;

    for _ in 0..100 {
        world.pass(Duration::from_secs(5)).await;
        // By another, at another time: so it does not join what is under way.
        let told = json!({
            "image": "ghcr.io/acme/shop", "tag": "v1.1.0", "digest": digest,
            "at": world.account.now(), "pushed_by": "ben"
        });
        let told = serde_json::from_value(told).expect("a push");
        world.account.receive(told).await.expect("it is heard");
    }
    world.settle().await;

    for service in ["api", "worker", "web", "mail"] {
        assert_eq!(world.ends(service), [End::Deployed], "{service}: {}", world.story());
    }
}
