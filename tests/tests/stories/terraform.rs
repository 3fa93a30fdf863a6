//! Terraform changes what a service stands on.

use std::time::Duration;

use asl::{Execution, Status};
use domain::freeze::FreezeByHand;
use domain::outcome::End;
use domain::request::Cause;
use domain::service::ServiceDocument;
use local::databases::SimulatedReplica;
use local::simulated::Behaviour;
use serde_json::{Value, json};
use tests::{World, document};
use workflow::ports::Fleet;

const BUCKET: &str = "acme-state";
const KEY: &str = "shop/terraform.tfstate";
const LOCK: &str = "shop/terraform.tfstate.tflock";

fn checkout() -> ServiceDocument {
    document("checkout", |document| {
        document["terraform"] = json!({
            "bucket": BUCKET, "key": KEY, "template": "task_definition",
            "outputs": ["replica"], "resources": ["aws_lb_listener.production"]
        });
    })
}

fn state(serial: u64, template: &str, listener: Option<&str>) -> Value {
    let listener = listener.map(|id| {
        json!({
            "mode": "managed", "type": "aws_lb_listener", "name": "production", "provider": "p",
            "instances": [{ "attributes": { "id": id } }]
        })
    });
    json!({
        "version": 4, "terraform_version": "1.14.0", "serial": serial, "lineage": "3f2a",
        "outputs": {
            "task_definition": { "value": template, "type": "string" },
            "replica": { "value": "orders-replica", "type": "string" }
        },
        "resources": listener.into_iter().collect::<Vec<_>>()
    })
}

fn template(number: u64) -> String {
    format!("arn:aws:ecs:local:000000000000:task-definition/checkout:{number}")
}

/// `checkout`, whose state was seen with the serial 1, and which serves `v1.1.0`.
async fn world() -> World {
    let mut world = World::builder().with(checkout()).begin().await;
    write(&world, &state(1, &template(1), Some("listener-1"))).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    assert_eq!(world.outcome("checkout").end, End::Deployed);
    world
}

/// An apply: the lock, the state twice, and the end of the lock.
async fn write(world: &World, state: &Value) {
    lock(world, "OperationTypeApply");
    world.pass(Duration::from_secs(5)).await;
    let text = state.to_string();
    // In the middle of an apply there is less than in the end.
    world.account.put_object(BUCKET, KEY, text.replace("aws_lb_listener", "aws_lb").as_bytes());
    world.pass(Duration::from_secs(20)).await;
    world.account.put_object(BUCKET, KEY, text.as_bytes());
    unlock(world).await;
}

fn lock(world: &World, operation: &str) {
    let lock = json!({ "ID": "1", "Operation": operation, "Who": "ada@laptop", "Path": KEY });
    world.account.put_object(BUCKET, LOCK, lock.to_string().as_bytes());
}

async fn unlock(world: &World) {
    world.account.delete_object(BUCKET, LOCK);
    world.account.bus().quiet().await;
    world.pass(Duration::from_secs(1)).await;
}

/// How the execution ends when a person asks for a look.
async fn look(world: &World, name: &str, accept: Option<&str>) -> Value {
    let input = json!({ "service": "checkout", "accept": accept });
    let execution = world.account.start("terraform", name, input).expect("a new name");
    execution.wait().await;
    execution.output().expect("it ended well").as_ref().clone()
}

/// What comes of it when a person asks for a look.
async fn ask(world: &World, name: &str, accept: Option<&str>) -> Value {
    look(world, name, accept).await["compared"].clone()
}

/// How often the read replicas were asked whether they keep up.
fn asked(world: &World) -> usize {
    let executions = world.account.executions();
    executions.iter().filter(|it| it.identity().machine_name() == "cutover-replica-check").count()
}

#[tokio::test(start_paused = true)]
async fn an_apply_that_changes_nothing_of_ours_does_nothing() {
    let world = world().await;
    let deployments = world.history("checkout").len();

    write(&world, &state(2, &template(1), Some("listener-1"))).await;
    world.settle().await;

    let nothing = json!({
        "redeploys": false, "deployments": [], "asks_replicas": false, "replicas": [],
        "frozen": [], "held": [], "told": []
    });
    assert_eq!(
        ask(&world, "look", None).await,
        nothing,
        "nor was the middle of the apply looked at"
    );
    assert_eq!(world.history("checkout").len(), deployments);
}

#[tokio::test(start_paused = true)]
async fn what_serves_is_deployed_again_on_another_task_definition_once() {
    let mut world = world().await;
    let image = checkout().image.at(world.digest("checkout", "v1.1.0"));
    let first = template(1).parse().expect("an ARN");
    let newer = world.account.world().register(&first, None, &image).await.expect("a copy");

    write(&world, &state(2, newer.as_str(), Some("listener-1"))).await;
    world.settle().await;
    let again = ask(&world, "again", None).await;
    world.settle().await;

    assert_eq!(again["redeploys"], true, "it is asked for again, under the same name");
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;
    write(&world, &state(3, newer.as_str(), Some("listener-1"))).await;
    world.settle().await;
    assert_eq!(
        world.ends("checkout"),
        [End::Deployed; 3],
        "the other apply changed nothing of ours"
    );
    let newest = &world.history("checkout")[0];
    assert_eq!(newest.outcome().expect("it ended").cause, Cause::Push);
    let record = &world.history("checkout")[1];
    let outcome = record.outcome().expect("it ended");
    let plan = record.plan().expect("it was planned");
    assert_eq!(
        (plan.template.as_ref(), plan.tag.as_ref().map(domain::name::Tag::as_str)),
        (Some(&newer), Some("v1.1.0"))
    );
    assert_eq!(outcome.digest.as_ref(), Some(world.digest("checkout", "v1.1.0")));
}

#[tokio::test(start_paused = true)]
async fn a_service_whose_listener_was_destroyed_is_frozen_until_a_person_says_otherwise() {
    let mut world = world().await;
    let deployments = world.history("checkout").len();

    write(&world, &state(2, &template(1), None)).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(3 * 3600)).await;
    assert_eq!(ask(&world, "look", None).await["frozen"], json!(["checkout"]));
    let waits = "waits, frozen until somebody mends it and says `cutover thaw`: aws_lb_listener.production was destroyed";
    assert!(world.story().contains(waits), "{}", world.story());

    let hotfix = json!({ "service": "checkout", "tag": "v1.2.0", "hotfix": true, "reason": "now" });
    world.account.start("deployment", "hotfix", hotfix).expect("a new name");
    world.pass(Duration::from_secs(60)).await;
    let why = world.outcome("checkout").why;
    assert_eq!(
        world.outcome("checkout").end,
        End::Refused,
        "what is missing is missing for it, too"
    );
    assert!(why.contains("aws_lb_listener.production was destroyed"), "{why}");

    write(&world, &state(3, &template(1), Some("listener-2"))).await;
    let thaw = FreezeByHand {
        service: "checkout".parse().expect("a name"),
        length: None,
        by: Some("ada".to_owned()),
        reason: "there is a new listener".to_owned(),
    };
    world.account.freeze(&thaw).await.expect("it was frozen");
    world.pass(Duration::from_secs(30 * 60)).await;

    assert_eq!(world.ends("checkout").len(), deployments + 2);
    assert_eq!(world.traffic(&checkout()), [("v1.2.0".into(), "100%".into())]);
    assert_eq!(ask(&world, "again", None).await["frozen"], json!([]), "it was accepted as it is");
}

#[tokio::test(start_paused = true)]
async fn a_person_may_accept_what_there_is_where_only_the_console_is_at_hand() {
    let mut world = world().await;
    write(&world, &state(2, &template(1), None)).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    write(&world, &state(3, &template(1), Some("listener-2"))).await;

    let accepted = ask(&world, "accepted", Some("there is a new listener")).await;
    assert_eq!(accepted["frozen"], json!([]));
    world.pass(Duration::from_secs(20 * 60)).await;

    let told = world.story();
    assert_eq!(world.outcome("checkout").end, End::Deployed, "who waited is told at once:\n{told}");
}

/// `checkout`, which reads from `orders-replica`, and whose state told of another one by and by; then
/// of one that lags.
pub(crate) async fn moved() -> World {
    let reading = document("checkout", |document| {
        document["terraform"] = json!({ "bucket": BUCKET, "key": KEY, "outputs": ["replica"] });
        document["checks"]["replicas"] = json!({ "instances": ["orders-replica"], "within": "5m" });
    });
    let world = World::builder().with(reading).begin().await;
    let began = world.account.now();
    let lag = SimulatedReplica::new("orders-replica", move |at| {
        Some(if at.duration_since(began).as_mins() < 60 { 1.0 } else { 90.0 })
    });
    world.replica("orders-replica", lag);
    for serial in [1, 2] {
        write(&world, &reads_from(serial, "orders-replica")).await;
    }
    assert_eq!(asked(&world), 0, "it is the same one");

    write(&world, &reads_from(3, "orders-2")).await;
    write(&world, &reads_from(4, "orders-2")).await;
    let again = look(&world, "again", None).await;
    assert_eq!(again["replicas"], json!([{ "service": "checkout", "end": "Duplicate" }]));
    assert_eq!(asked(&world), 1);

    world.pass(Duration::from_secs(90 * 60)).await;
    write(&world, &reads_from(5, "orders-3")).await;
    world.pass(Duration::from_secs(10 * 60)).await;
    world
}

fn reads_from(serial: u64, replica: &str) -> Value {
    let mut state = state(serial, &template(1), None);
    state["outputs"]["replica"]["value"] = json!(replica);
    state
}

#[tokio::test(start_paused = true)]
async fn the_replicas_are_asked_once_where_the_data_layer_changed_and_what_they_say_is_told() {
    let world = moved().await;

    let of = |machine: &str| {
        let executions = world.account.executions().into_iter();
        let of =
            executions.filter(|it| it.identity().machine_name() == format!("cutover-{machine}"));
        of.collect::<Vec<_>>()
    };
    let ends: Vec<_> = of("replica-check").iter().map(Execution::status).collect();
    assert_eq!(ends, [Status::Succeeded, Status::Failed], "the second one lags");
    let told = of("terraform").into_iter().filter_map(|it| it.output()).filter_map(|output| {
        let replicas = output["replicas"].as_array()?.clone();
        replicas.into_iter().find(|it| it["end"] != "Duplicate")
    });
    let mut told: Vec<_> = told.collect();
    // Who asks under the same name meanwhile hears the same.
    told.dedup();
    let [healthy, behind] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((&healthy["end"], &healthy["service"]), (&json!("Healthy"), &json!("checkout")));
    assert_eq!(behind["end"], "Unhealthy");
    assert!(behind["why"].to_string().contains("replica orders-replica"), "{behind}");
    assert!(world.desk("checkout").barred().is_none(), "a deployment asks them itself");
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_waits_while_somebody_applies_and_goes_on_after_it() {
    let mut world = world().await;
    lock(&world, "OperationTypeApply");
    world.pass(Duration::from_secs(5)).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;

    world.pass(Duration::from_secs(240)).await;
    let held = world.traffic(&checkout());
    unlock(&world).await;
    world.settle().await;

    let moved = held.iter().any(|(tag, share)| tag == "v1.2.0" && share != "0%");
    assert!(!moved, "{held:?}");
    assert!(
        world.story().contains("terraform: ada@laptop changes what it stands on"),
        "{}",
        world.story()
    );
    assert_eq!(world.outcome("checkout").end, End::Deployed);
}

#[tokio::test(start_paused = true)]
async fn a_plan_locks_and_holds_nothing_up() {
    let mut world = world().await;
    lock(&world, "OperationTypePlan");
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.outcome("checkout").end, End::Deployed);
    assert!(!world.story().contains("terraform:"), "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_state_that_cannot_be_read_freezes_the_service_and_says_what_it_is() {
    let world = world().await;

    world.account.put_object(
        BUCKET,
        KEY,
        b"{ \"serial\": 2, \"encrypted_data\": \"aHVudGVyMg==\" }",
    );
    unlock(&world).await;
    world.settle().await;

    let told =
        format!("checkout: s3://{BUCKET}/{KEY} is encrypted, so nothing of it can be compared");
    assert_eq!(ask(&world, "look", None).await["told"], json!([told]));
    assert!(world.desk("checkout").barred().is_some());
}

/// What serves is deployed again on another task definition, and once more by a second event; then on
/// a third one, which somebody stops.
pub(crate) async fn redeployed() -> World {
    let world = world().await;
    let image = checkout().image.at(world.digest("checkout", "v1.1.0"));
    for serial in [2, 3] {
        let first = template(1).parse().expect("an ARN");
        let newer = world.account.world().register(&first, None, &image).await.expect("a copy");
        write(&world, &state(serial, newer.as_str(), Some("listener-1"))).await;
        if serial == 3 {
            let newest = world.history("checkout")[0].clone();
            let execution = world.account.execution("deployment", newest.deployment.as_str());
            assert!(execution.expect("it runs").stop(None, None));
        }
        world.settle().await;
        ask(&world, &format!("again-{serial}"), None).await;
    }
    world
}
