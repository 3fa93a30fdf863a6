//! Real processes behind a real proxy.

#![expect(unreachable_pub, reason = "the modules of a test have no other outside")]

mod target;
mod world;

use jiff::Timestamp;
use local::load::{Load, LoadPlan};
use local::plant::{Ending, OneOff, Plant};
use local::processes::{Reaped, reap};
use local::real::{AddError, ServiceSettings};
use std::time::Duration;

use self::target::artifact;
use self::world::{SOON, World, is_alive};

#[tokio::test]
async fn tasks_are_started_found_healthy_and_answer() {
    let world = World::new().await;

    world.order(&[("arn:rev/1", "good", 2)], &[("arn:rev/1", 1000)]);
    world.until_healthy("arn:rev/1", 2).await;

    let targets = world.plant.targets("shop", "arn:rev/1");
    assert!(targets.iter().all(|target| target.state == "healthy"), "{targets:?}");
    let mut answers = vec![];
    for _ in 0..2 {
        answers.push(world.ask("/who").await.expect("the test listener answers").body);
    }
    let mut tasks: Vec<_> = world.record.started_tasks().into_iter().map(|it| it.1).collect();
    answers.sort();
    tasks.sort();
    assert_eq!(answers, tasks, "each of the two tasks answers one of two requests");
    let traffic = world.plant.traffic("shop", None, Timestamp::MIN, Timestamp::MAX);
    assert_eq!(traffic, None, "the test listener is not production");
    world.plant.shutdown().await;
}

#[tokio::test]
async fn a_shift_under_load_loses_nothing() {
    let world = World::with(|it| it.stop_timeout = Duration::from_millis(500)).await;
    world.order(&[("arn:rev/1", "good", 1)], &[("arn:rev/1", 1000)]);
    world.until_healthy("arn:rev/1", 1).await;
    let load = Load::start(LoadPlan {
        target: world.addresses.production,
        paths: vec!["/".parse().expect("a path")],
        requests_per_second: 1_000,
        connections: 16,
    });

    for round in 1..=3 {
        let (blue, green) = (format!("arn:rev/{round}"), format!("arn:rev/{}", round + 1));
        let both: [(&str, &str, u32); 2] = [(&blue, "good", 1), (&green, "good", 1)];
        world.order(&both, &[(&blue, 1000)]);
        world.until_healthy(&green, 1).await;
        for share in [100, 500, 1000] {
            world.order(&both, &[(&blue, 1000 - share), (&green, share)]);
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
        world.order(&[(&blue, "good", 0), (&green, "good", 1)], &[(&green, 1000)]);
        world.until(|standing| standing.len() == 1 && standing[0].revision == green).await;
    }
    let report = load.stop().await;

    assert_eq!(report.total.lost(), 0, "{:?}", report.total);
    assert_eq!(report.total.sent, report.total.answered["2xx"]);
    assert!(report.total.by_revision.len() == 4, "{:?}", report.total.by_revision);
    let counted = world.plant.traffic("shop", None, Timestamp::MIN, Timestamp::MAX);
    assert_eq!(counted.expect("there was traffic").requests, report.total.sent);
    assert!(world.plant.totals("shop").expect("it stands").failed.is_empty());
    world.plant.shutdown().await;
}

#[tokio::test]
async fn a_task_is_not_stopped_before_its_slow_request_is_answered() {
    let world = World::new().await;
    world.order(&[("arn:rev/1", "good", 1)], &[("arn:rev/1", 1000)]);
    world.until_healthy("arn:rev/1", 1).await;

    let (answer, targets) = tokio::join!(world.ask("/slow"), async {
        tokio::time::sleep(Duration::from_millis(150)).await;
        world.order(&[("arn:rev/1", "good", 0)], &[]);
        tokio::time::sleep(Duration::from_millis(150)).await;
        world.plant.targets("shop", "arn:rev/1")
    });

    assert_eq!(answer.expect("an answer").status, 200);
    assert_eq!(targets[0].state, "draining");
    world.until(<[_]>::is_empty).await;
}

#[tokio::test]
async fn a_task_that_crashes_is_started_again_with_growing_pauses_and_says_why() {
    let world = World::with(|it| it.restart_pause = Duration::from_millis(50)).await;

    world.order(&[("arn:rev/1", "crashes", 1)], &[]);
    let began = tokio::time::Instant::now();
    let standing = world.until(|it| it.first().is_some_and(|it| it.failed >= 4)).await;

    assert!(began.elapsed() >= Duration::from_millis(50 + 100 + 200), "it paused in between");
    let reason = standing[0].reason.as_deref().expect("a reason");
    assert_eq!(reason, "exited with 7; last line: cannot open the database");
    let tasks = world.plant.tasks("shop", "arn:rev/1");
    let crashed = tasks.iter().find(|it| it.ending.is_some()).expect("it is remembered");
    let ending = crashed.ending.as_ref().expect("it ended");
    assert_eq!((ending.code, ending.exit_code), ("EssentialContainerExited", Some(7)));
    assert_eq!(ending.reason, reason);
    let lines = world.plant.output("shop", &crashed.id).expect("its lines are kept");
    assert!(lines.contains(&"cannot open the database".to_owned()), "{lines:?}");
    world.plant.shutdown().await;
    assert!(world.record.all_ended());
}

#[tokio::test]
async fn tasks_are_remembered_when_their_revision_is_gone() {
    let world = World::with(|it| it.restart_pause = Duration::from_millis(10)).await;
    world.order(&[("arn:rev/1", "good", 1), ("arn:rev/2", "crashes", 1)], &[]);
    world.until_healthy("arn:rev/1", 1).await;
    world.until(|it| it.iter().any(|it| it.failed >= 7)).await;

    world.order(&[], &[]);
    world.until(<[_]>::is_empty).await;

    let codes = |revision: &str| -> Vec<&str> {
        let tasks = world.plant.tasks("shop", revision);
        tasks.iter().filter_map(|it| Some(it.ending.as_ref()?.code)).collect()
    };
    assert_eq!(codes("arn:rev/1"), ["ServiceSchedulerInitiated"]);
    let crashed = codes("arn:rev/2");
    assert_eq!(crashed.len(), 5, "and no more: {crashed:?}");
    assert!(crashed[..4].iter().all(|code| *code == "EssentialContainerExited"), "{crashed:?}");
    assert_eq!(world.plant.output("shop", "no such task"), None);
    world.plant.shutdown().await;
}

#[tokio::test]
async fn a_task_that_dies_in_service_is_replaced() {
    let world = World::with(|it| it.restart_pause = Duration::from_millis(10)).await;
    world.order(&[("arn:rev/1", "good", 2)], &[("arn:rev/1", 1000)]);
    world.until_healthy("arn:rev/1", 2).await;

    assert_eq!(world.ask("/exit").await.expect("the proxy answers").status, 502);
    world.until(|it| it[0].failed == 1).await;
    world.until_healthy("arn:rev/1", 2).await;

    assert_eq!(world.record.started_tasks().len(), 3);
    world.plant.shutdown().await;
}

#[tokio::test]
async fn a_task_that_never_becomes_healthy_is_failed_with_what_its_check_said() {
    let world = World::with(|it| it.start_deadline = Duration::from_millis(600)).await;

    world.order(&[("arn:rev/1", "sick", 1)], &[]);
    world.until(|it| it.first().is_some_and(|it| it.pending == 1)).await;
    let standing = world.until(|it| it[0].failed == 1).await;

    let reason = standing[0].reason.as_deref().expect("a reason");
    assert_eq!(reason, "was not healthy within 600ms: /healthz answered 500");
    assert_eq!(standing[0].healthy, 0);
    world.plant.shutdown().await;
}

#[tokio::test]
async fn an_image_nobody_knows_fails_like_a_task() {
    let world = World::new().await;

    world.order(&[("arn:rev/1", "unknown", 1)], &[]);
    let standing = world.until(|it| it.first().is_some_and(|it| it.failed >= 1)).await;

    let reason = standing[0].reason.as_deref().expect("a reason");
    assert_eq!(reason, "could not be started: this machine does not know unknown");
}

#[tokio::test]
async fn a_task_that_ignores_sigterm_is_killed_and_what_it_started_too() {
    let world = World::with(|it| it.stop_timeout = Duration::from_millis(300)).await;
    world.order(&[("arn:rev/1", "stubborn", 1), ("arn:rev/2", "parent", 1)], &[]);
    world.until_healthy("arn:rev/1", 1).await;
    world.until_healthy("arn:rev/2", 1).await;
    let tasks = world.record.started_tasks();

    tokio::time::timeout(SOON, world.plant.shutdown()).await.expect("it ends");

    assert!(world.record.all_ended());
    assert!(tasks.iter().all(|(pid, _)| !is_alive(*pid)));
    assert_eq!(reap(tasks, Duration::ZERO).await, Reaped::Ended(vec![]), "nothing is left");
}

#[tokio::test]
async fn reaping_ends_what_is_ours_and_nothing_else() {
    let left_over = |task: &str| {
        let artifact = artifact("good");
        std::process::Command::new(&artifact.command[0])
            .args(&artifact.command[1..])
            .envs([("TARGET", "good"), ("PORT", "0"), ("CUTOVER_TASK", task)])
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("a process can be started")
    };
    let (mut ours, mut reused, mut stranger) =
        (left_over("task-1"), left_over("task-9"), left_over("task-3"));

    // The second pid was recorded for a task that is gone, and is another's now.
    let records = [(ours.id(), "task-1".to_owned()), (reused.id(), "task-2".to_owned())];
    let reaped = reap(records, Duration::from_secs(5)).await;

    assert_eq!(reaped, Reaped::Ended(vec![ours.id()]));
    assert!(ours.wait().is_ok_and(|status| !status.success()));
    for other in [&mut reused, &mut stranger] {
        assert!(other.try_wait().expect("it can be asked").is_none(), "it still runs");
        other.kill().expect("it is ours to kill");
        other.wait().expect("it ends");
    }
}

#[tokio::test]
async fn a_listener_that_cannot_be_opened_is_named() {
    let world = World::new().await;
    let mut settings = ServiceSettings::named("other");
    settings.test_listener = world.addresses.production;

    let error = world.plant.add(settings).await.expect_err("the address is taken");

    let said = error.to_string();
    let expected =
        format!("the test listener of other cannot listen on {}: ", world.addresses.production);
    assert!(said.starts_with(&expected), "{said}");
    let twice = world.plant.add(ServiceSettings::named("shop")).await;
    assert!(matches!(twice, Err(AddError::Twice(_))));
}

/// A task of `good` that runs a line of the shell once.
fn once(id: &str, line: &str) -> OneOff {
    let command = ["sh", "-c", line].map(str::to_owned).to_vec();
    OneOff { id: id.into(), image: "good".into(), command }
}

/// Waits until a task that runs once is over.
async fn over(world: &World, id: &str) -> Ending {
    let looking = async {
        loop {
            let task = world.plant.one_off("shop", id).expect("it was started");
            if let Some(ending) = task.ending {
                return ending;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, looking).await.expect("it ends")
}

#[tokio::test]
async fn a_task_that_runs_once_is_the_image_with_another_command() {
    let world = World::new().await;
    let says = "echo $TARGET of $CUTOVER_SERVICE; echo no such column >&2; exit 3";
    world.plant.begin("shop", once("migration", says));
    // Asked again, it is not started again.
    world.plant.begin("shop", once("migration", says));

    let ending = over(&world, "migration").await;

    assert_eq!((ending.code, ending.exit_code), ("EssentialContainerExited", Some(3)));
    let mut lines = world.plant.output("shop", "migration").expect("they are kept");
    lines.sort();
    assert_eq!(lines, ["good of shop", "no such column"]);
    assert_eq!(world.record.started_tasks().len(), 1);
    assert!(world.plant.standing("shop").is_empty(), "it is no task of the service");

    world.plant.begin("shop", OneOff { image: "unknown".into(), ..once("unknown", "") });
    let ending = over(&world, "unknown").await;
    assert_eq!((ending.code, ending.exit_code), ("TaskFailedToStart", None));
    assert_eq!(world.plant.one_off("shop", "no such task"), None);
}

#[tokio::test]
async fn a_task_that_runs_once_is_stopped_when_it_is_told_to_or_the_machine_is() {
    let world = World::new().await;
    for id in ["one", "another"] {
        world.plant.begin("shop", once(id, "sleep 600"));
    }
    world.plant.end("shop", "one", "it did not end within 10m");

    let ending = over(&world, "one").await;
    assert_eq!(
        (ending.code, ending.reason.as_str()),
        ("UserInitiated", "it did not end within 10m")
    );
    assert_eq!(world.plant.one_off("shop", "another").and_then(|task| task.ending), None);

    tokio::time::timeout(SOON, world.plant.shutdown()).await.expect("it ends");
    assert!(world.record.all_ended());
    assert!(world.record.started_tasks().iter().all(|(pid, _)| !is_alive(*pid)));
}

#[tokio::test]
async fn the_same_orders_again_change_nothing() {
    let world = World::new().await;
    for _ in 0..5 {
        world.order(&[("arn:rev/1", "good", 1)], &[("arn:rev/1", 1000)]);
    }
    world.until_healthy("arn:rev/1", 1).await;
    world.order(&[("arn:rev/1", "good", 1)], &[("arn:rev/1", 1000)]);
    tokio::time::sleep(Duration::from_millis(200)).await;

    assert_eq!(world.record.started_tasks().len(), 1);
    world.plant.shutdown().await;
    assert!(world.plant.standing("shop").is_empty());
}
