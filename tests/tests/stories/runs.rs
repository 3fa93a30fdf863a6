//! Terraform changes what a service stands on, by runs of HCP Terraform.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use asl::Status;
use domain::name::Arn;
use domain::outcome::End;
use domain::request::Cause;
use domain::service::ServiceDocument;
use domain::terraform::{Run, RunStatus, Workspace};
use local::account::Fault;
use local::simulated::Behaviour;
use serde_json::{Value, json};
use tests::{World, document};
use workflow::ports::Fleet;

fn checkout() -> ServiceDocument {
    document("checkout", |document| {
        document["terraform"] = json!({
            "organization": "acme", "workspace": "shop", "template": "task_definition"
        });
    })
}

fn shop() -> Workspace {
    Workspace { organization: "acme".into(), name: "shop".into() }
}

fn state(serial: u64, template: &Arn) -> Vec<u8> {
    let state = json!({
        "version": 4, "serial": serial, "lineage": "3f2a", "resources": [],
        "outputs": {
            "task_definition": { "value": template, "type": "string" },
            "password": { "value": "hunter2", "type": "string", "sensitive": true }
        }
    });
    state.to_string().into_bytes()
}

fn first() -> Arn {
    "arn:aws:ecs:local:000000000000:task-definition/checkout:1".parse().expect("an ARN")
}

/// Has HCP Terraform tell of a run, of which the workspace tells the same.
async fn run(world: &World, run: &str, status: RunStatus) {
    tell(world, &shop(), run, status).await;
}

async fn tell(world: &World, workspace: &Workspace, run: &str, status: RunStatus) {
    let Workspace { organization, name } = workspace.clone();
    let at = world.account.now();
    let run = Run { organization, workspace: name, run: run.into(), status, at };
    world.account.run(run).await.expect("the bus takes it");
    world.account.bus().quiet().await;
    world.pass(Duration::from_secs(1)).await;
}

/// A run that applies a state.
async fn apply(world: &World, name: &str, state: &[u8]) {
    run(world, name, RunStatus::Applying).await;
    world.pass(Duration::from_secs(20)).await;
    world.account.put_state(&shop(), state);
    run(world, name, RunStatus::Applied).await;
}

/// `checkout`, whose state was seen with the serial 1, and which serves `v1.1.0`.
async fn world() -> World {
    let mut world = World::builder().with(checkout()).begin().await;
    apply(&world, "run-1", &state(1, &first())).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    assert_eq!(world.outcome("checkout").end, End::Deployed);
    world
}

/// A task definition that Terraform made of the first one.
async fn newer(world: &World) -> Arn {
    let image = checkout().image.at(world.digest("checkout", "v1.1.0"));
    world.account.world().register(&first(), None, &image).await.expect("a copy")
}

/// How the executions of the terraform machine ended, the eldest first.
fn ends(world: &World) -> Vec<Status> {
    let executions = world.account.executions();
    let of = executions.iter().filter(|it| it.identity().machine_name() == "cutover-terraform");
    of.map(asl::Execution::status).collect()
}

/// What comes of it when a person asks for a look.
async fn ask(world: &World, name: &str) -> Value {
    let execution = world.account.start("terraform", name, json!({ "service": "checkout" }));
    let execution = execution.expect("a new name");
    execution.wait().await;
    execution.output().expect("it ended well").as_ref()["compared"].clone()
}

#[tokio::test(start_paused = true)]
async fn what_a_run_applies_deploys_what_serves_again_and_told_twice_it_does_so_once() {
    let world = world().await;
    let newer = newer(&world).await;

    apply(&world, "run-2", &state(2, &newer)).await;
    world.settle().await;
    run(&world, "run-2", RunStatus::Applied).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed; 2]);
    let newest = &world.history("checkout")[0];
    let plan = newest.plan().expect("it was planned");
    assert_eq!(newest.outcome().expect("it ended").cause, Cause::Template);
    assert_eq!(plan.template.as_ref(), Some(&newer));
    assert_eq!(&plan.digest, world.digest("checkout", "v1.1.0"));
    let kept = json!(world.desk("checkout")).to_string();
    assert!(!kept.contains("hunter2"), "{kept}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_changes_nothing_of_ours_does_nothing_nor_does_one_elsewhere() {
    let world = world().await;
    let newer = newer(&world).await;

    apply(&world, "run-2", &state(2, &first())).await;
    world.settle().await;
    assert_eq!(ask(&world, "look").await["redeploys"], false);

    // What is applied in another workspace is not looked at, and ours is not because of it.
    world.account.put_state(&shop(), &state(3, &newer));
    let elsewhere = Workspace { name: "shop-staging".into(), ..shop() };
    tell(&world, &elsewhere, "run-9", RunStatus::Applied).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed], "nothing was deployed again");
    assert!(ends(&world).iter().all(|end| *end == Status::Succeeded));
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_waits_while_a_run_applies_and_goes_on_when_it_failed() {
    let mut world = world().await;
    run(&world, "run-2", RunStatus::Applying).await;
    world.push("checkout", "v1.2.0", Behaviour::default()).await;

    world.pass(Duration::from_secs(240)).await;
    let held = world.traffic(&checkout());
    run(&world, "run-2", RunStatus::Errored).await;
    world.settle().await;

    let moved = held.iter().any(|(tag, share)| tag == "v1.2.0" && share != "0%");
    assert!(!moved, "{held:?}");
    let story = world.story();
    assert!(
        story.contains("terraform: HCP Terraform (run-2) changes what it stands on"),
        "{story}"
    );
    assert_eq!(world.outcome("checkout").end, End::Deployed);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_told_to_be_over_holds_nothing_though_the_workspace_is_late() {
    let world = world().await;
    run(&world, "run-2", RunStatus::Applying).await;
    assert!(world.desk("checkout").holds(world.account.now()).is_some());

    // The workspace has the run as applying still; another one's end is not believed for it.
    let told = |run: &str| Run {
        organization: "acme".into(),
        workspace: "shop".into(),
        run: run.into(),
        status: RunStatus::Applied,
        at: world.account.now(),
    };
    for (name, holds) in [("run-1", true), ("run-2", false)] {
        world.account.receive_run(told(name)).await.expect("the bus takes it");
        world.pass(Duration::from_secs(5)).await;
        assert_eq!(world.desk("checkout").holds(world.account.now()).is_some(), holds, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_hcp_terraform_that_is_down_is_asked_again_until_it_answers() {
    let world = world().await;
    let newer = newer(&world).await;
    let lost = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&lost);
    world.account.calls().disturb(move |call| {
        let is_ours = call.name.starts_with("workspaces.");
        (is_ours && count.fetch_add(1, Ordering::Relaxed) < 3).then_some(Fault::Before)
    });

    world.account.put_state(&shop(), &state(2, &newer));
    run(&world, "run-2", RunStatus::Applied).await;
    world.settle().await;

    assert!(lost.load(Ordering::Relaxed) > 3);
    assert_eq!(world.ends("checkout"), [End::Deployed; 2]);
}

#[tokio::test(start_paused = true)]
async fn a_workspace_that_may_not_be_read_is_told_and_holds_nothing_up() {
    let mut world = World::builder().with(checkout()).begin().await;

    // As an HCP Terraform answers whose token is called back, or which has no such workspace.
    let input = json!({ "service": "checkout" });
    let execution = world.account.start("terraform", "look", input).expect("a new name");
    let ended = execution.wait().await;

    assert_eq!((ended.status, ended.error.as_deref()), (Status::Failed, Some("Refused")));
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    assert_eq!(world.outcome("checkout").end, End::Deployed);
}
