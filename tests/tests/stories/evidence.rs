//! What is kept of a green that is taken back, and that keeping it holds nothing up.

use std::time::Duration;

use domain::excerpt::Excerpt;
use domain::outcome::End;
use domain::preserved::{Part, Preserved};
use domain::record::Entry;
use local::account::Fault;
use local::plant::Share;
use local::simulated::{Behaviour, Smoke};
use tests::World;

/// What was kept of the newest deployment.
fn kept(world: &World) -> Option<Preserved> {
    world.history("checkout")[0].preserved().cloned()
}

/// How often a deployment's record says that it was kept.
fn times(world: &World) -> usize {
    let record = &world.history("checkout")[0];
    record.entries.iter().filter(|it| matches!(it.entry, Entry::Preserved { .. })).count()
}

fn failing() -> Behaviour {
    let prints = vec!["starting with DB_PASSWORD=hunter2".to_owned(), "cannot pay".to_owned()];
    Behaviour { error_rate: Share::ALL, prints, ..Behaviour::default() }
}

#[tokio::test(start_paused = true)]
async fn an_alarm_that_takes_green_back_leaves_its_numbers_and_the_last_words_of_the_tasks() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", failing()).await;
    world.settle().await;

    assert_eq!(world.outcome("checkout").end, End::RolledBack);
    let kept = kept(&world).expect("it was taken back");
    assert_eq!(times(&world), 1);
    let logs = kept.logs.kept().expect("they can be read");
    assert_eq!(logs.len(), 2);
    let lines = logs[0].lines.kept().expect("there is a stream");
    let lines: Vec<&str> = lines.iter().map(Excerpt::as_str).collect();
    assert_eq!(lines, ["starting with DB_PASSWORD=[redacted]", "cannot pay"]);
    let alarms = kept.alarms.kept().expect("the alarm can be read");
    assert_eq!(alarms[0].alarm, "checkout-errors");
    assert!(alarms[0].reason.as_str().starts_with("Threshold Crossed"), "{}", alarms[0].reason);
    let points = alarms[0].points.kept().expect("it is on one metric");
    assert!(points.last().expect("there was traffic").value > 0.05, "{points:?}");
}

#[tokio::test(start_paused = true)]
async fn a_release_that_is_left_after_its_end_leaves_its_evidence_too() {
    let mut world = World::begin().await;
    let good = Behaviour { error_rate: Share(0), ..failing() };
    let digest = world.push("checkout", "v1.1.0", good).await;
    world.settle().await;
    world.account.plant().behave(digest.as_str(), failing());
    world.pass(Duration::from_secs(180)).await;
    world.settle().await;

    let records = world.history("checkout");
    let [back, left] = records.as_slice() else { panic!("two deployments: {records:#?}") };
    assert_eq!(back.outcome().expect("it ended").end, End::Deployed, "{}", world.story());
    assert_eq!(back.preserved(), None);
    let kept = left.preserved().expect("it was left");
    let targets = kept.targets.kept().expect("it had not gone yet");
    assert_eq!(targets.total, 2, "{kept}");
    assert!(kept.alarms.kept().is_some_and(|alarms| alarms[0].alarm == "checkout-errors"));
}

#[tokio::test(start_paused = true)]
async fn a_task_that_dies_leaves_its_exit_code() {
    let mut world = World::begin().await;
    let dies = Behaviour { dies_after: Some(Duration::from_secs(1)), ..Behaviour::default() };
    world.push("checkout", "v1.1.0", dies).await;
    world.settle().await;

    assert_eq!(world.outcome("checkout").end, End::RolledBack);
    let kept = kept(&world).expect("it was taken back");
    let tasks = kept.tasks.kept().expect("ECS can be asked");
    assert!(tasks.stopped > 0, "{kept}");
    let ending = "Essential container in task exited, exit code 1";
    assert_eq!(tasks.told[0].ending().as_deref(), Some(ending));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_had_is_said_and_holds_nothing_up() {
    for port in
        ["fleet.tasks", "fleet.log_place", "logs.last_lines", "alarms.readings", "balancer.each"]
    {
        let mut world = World::begin().await;
        world.account.calls().disturb(move |call| (call.name == port).then_some(Fault::Before));
        world.push("checkout", "v1.1.0", failing()).await;
        world.settle().await;

        assert_eq!(world.outcome("checkout").end, End::RolledBack, "{port}");
        let kept = kept(&world).unwrap_or_else(|| panic!("{port}:\n{}", world.story()));
        assert!(kept.to_string().contains(&format!("{port} did not answer")), "{port}: {kept}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_port_that_never_answers_costs_the_evidence_and_not_the_way_back() {
    let mut world = World::begin().await;
    world.account.calls().disturb(|call| (call.name == "fleet.tasks").then_some(Fault::Hang));
    world.push("checkout", "v1.1.0", failing()).await;
    world.settle().await;

    assert_eq!(world.outcome("checkout").end, End::RolledBack);
    assert_eq!(kept(&world), None, "the step ran out of time, and was given up");
    let back = |told: &local::account::Told| match told {
        local::account::Told::Shifted { at, production, .. } => Some((*at, production.clone())),
        local::account::Told::Recorded { .. } | local::account::Told::Wrote { .. } => None,
    };
    let shifts: Vec<_> = world.told().iter().filter_map(back).collect();
    let taken_back = world.history("checkout")[0].taking_back().expect("it was").since;
    let blue = world.digest("checkout", "v1.0.0").to_string();
    let first = shifts.iter().find(|(at, production)| {
        *at >= taken_back && production.iter().all(|(image, _)| *image == blue)
    });
    let (at, _) = first.expect("blue got all traffic back");
    assert!(at.duration_since(taken_back).as_secs() < 5, "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_step_that_runs_twice_keeps_the_evidence_once() {
    let mut world = World::begin().await;
    world.account.repeat_steps(true);
    world.push("checkout", "v1.1.0", failing()).await;
    world.settle().await;

    assert_eq!((world.outcome("checkout").end, times(&world)), (End::RolledBack, 1));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_kept_of_a_deployment_that_goes_well_or_never_began() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    assert_eq!((world.outcome("checkout").end, kept(&world)), (End::Deployed, None));

    world.account.calls().disturb(|call| (call.name == "fleet.launch").then_some(Fault::Before));
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.settle().await;
    assert_eq!((world.outcome("checkout").end, kept(&world)), (End::Refused, None));
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_a_person_stops_leaves_evidence_by_its_recovery() {
    let mut world = World::begin().await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(60)).await;
    let deployment = world.history("checkout")[0].deployment.clone();
    world.account.execution("deployment", deployment.as_str()).expect("it runs").stop(None, None);
    world.settle().await;

    assert_eq!(world.outcome("checkout").end, End::RolledBack);
    let kept = kept(&world).expect("the recovery took it back");
    assert_eq!(kept.alarms, Part::Kept(vec![]), "nothing rang");
    assert_eq!(kept.tasks.kept().map(|tasks| tasks.told.len()), Some(2));
}

#[tokio::test(start_paused = true)]
async fn a_green_that_answers_badly_is_told_with_its_evidence() {
    let mut world = World::begin().await;
    let smoke = Smoke { status: 500, ..Smoke::default() };
    world.push("checkout", "v1.1.0", Behaviour { smoke, ..Behaviour::default() }).await;
    world.settle().await;

    let story = world.story();
    let line = story.lines().find(|line| line.contains("kept the evidence")).expect("it is told");
    insta::assert_snapshot!(line.trim(), @"0:32 checkout  kept the evidence: 2 tasks stopped (Scaling activity initiated by the deployment), 2 log lines, no targets");
}
