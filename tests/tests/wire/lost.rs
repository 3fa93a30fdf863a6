//! Deployments in which something is lost: an event, a process, an answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use domain::outcome::{End, Outcome};
use domain::record::Entry;
use domain::verdict::Decision;
use local::account::Fault;
use local::simulated::Behaviour;
use serde_json::{Value, json};

use crate::calls::{Calls, Table};
use crate::record::{kinds, outcome};
use crate::stage::{LONGEST, Stage, digest};
use crate::story::{Story, stories};

pub(crate) const STORIES: &[&Story] = &[&EVENT, &LAUNCH, &JUDGE, &AGAIN, &ANSWERS, &STUCK];

static EVENT: Story = Story::new(|| Box::pin(event()));
static LAUNCH: Story = Story::new(|| Box::pin(launch()));
static JUDGE: Story = Story::new(|| Box::pin(judge()));
static AGAIN: Story = Story::new(|| Box::pin(again()));
static ANSWERS: Story = Story::new(|| Box::pin(answers()));
static STUCK: Story = Story::new(|| Box::pin(stuck()));

stories! {
    a_pause_that_no_event_tells_of_is_found_when_it_is_time_to_look, EVENT;
    a_launch_that_is_killed_after_ecs_was_told_begins_one_rollout, LAUNCH;
    a_judge_that_is_killed_while_it_asks_is_asked_again, JUDGE;
    what_is_done_again_because_its_answer_was_lost_changes_nothing, AGAIN;
    a_launch_that_never_hears_what_it_began_is_taken_back, ANSWERS;
    a_rollout_that_cannot_be_found_to_be_taken_back_is_told_to_a_person, STUCK;
}

/// The longest wait between two looks is five minutes, and only a look shortens it: while green
/// starts it is what is left of `start_within`. So a late alarm, which is quiet again when it is
/// looked at, has the deployment look once while green starts, and then nothing tells of the pause.
async fn event() -> Option<Calls> {
    let stage = Stage::set(|document| document["checks"]["start_within"] = "20s".into()).await?;
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    stage.ecs.copies(move |event| {
        let waits = event["detail"]["eventName"] == "HOOK_AWAITING_ACTION";
        // The first pause is not told of; the next ones are.
        usize::from(!waits || count.fetch_add(1, Ordering::Relaxed) > 0)
    });
    let starts_in = Duration::from_secs(6);
    stage.ecs.behave(&digest("v1.1.0"), Behaviour { starts_in, ..Behaviour::default() });

    stage.deliver(&stage.push("v1.1.0")).await;
    let name = stage.first().await;
    let starting = |record: &[Entry]| record.iter().any(|it| is_wait(it, "green is starting"));
    stage
        .find("a look while green starts", async || {
            stage.tell_of_an_end().await;
            starting(&stage.record(&name).await).then_some(())
        })
        .await;

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert!(told.load(Ordering::Relaxed) >= 2, "ECS told of no pause");
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    assert_eq!(stage.serves(), Some(digest("v1.1.0")));
    Some(stage.calls().within(&Table::read()))
}

fn is_wait(entry: &Entry, why: &str) -> bool {
    matches!(entry, Entry::Judged { verdict } if verdict.decision == Decision::Wait && verdict.why == why)
}

async fn launch() -> Option<Calls> {
    let stage = Stage::set(|_| {}).await?;
    let told = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&told);
    stage.ecs.account.calls().disturb(move |call| {
        let first = call.name == "ecs.UpdateService" && !seen.swap(true, Ordering::Relaxed);
        // ECS has begun, and its answer never comes.
        first.then_some(Fault::Hang)
    });

    stage.deliver(&stage.push("v1.1.0")).await;
    stage.find("what ECS is told", async || told.load(Ordering::Relaxed).then_some(())).await;
    assert!(stage.aws.kill("cutover-launch") > 0, "launch runs");

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    assert_eq!(stage.serves(), Some(digest("v1.1.0")));
    assert_eq!(stage.ecs.rollouts(&stage.document, &digest("v1.1.0")), 1);
    Some(stage.calls().within(&Table::read()))
}

async fn judge() -> Option<Calls> {
    let stage = Stage::set(|_| {}).await?;
    let held = stage.listener.hold().await;

    stage.deliver(&stage.push("v1.1.0")).await;
    stage.listener.asked().await;
    assert!(stage.aws.kill("cutover-judge") > 0, "judge runs");
    drop(held);

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    assert_eq!(stage.serves(), Some(digest("v1.1.0")));
    Some(stage.calls().within(&Table::read()))
}

/// ECS goes on past the first pause and does not get to say so; and `check` runs once more when all
/// that it looked at has changed.
async fn again() -> Option<Calls> {
    let stage = Stage::set(|document| document["bake"] = "8s".into()).await?;
    let answered = AtomicBool::new(false);
    stage.ecs.account.calls().disturb(move |call| {
        let first =
            call.name == "ecs.ContinueServiceDeployment" && !answered.swap(true, Ordering::Relaxed);
        first.then_some(Fault::After)
    });

    stage.deliver(&stage.push("v1.1.0")).await;
    stage.bakes().await;
    let record = stage.record(&stage.first().await).await;
    let (mut check, mut blue) = (json!({}), Value::Null);
    for entry in &record {
        match entry {
            Entry::Planned { plan } => check["plan"] = json!(plan),
            Entry::Claimed { lease } => check["lease"] = json!(lease),
            Entry::Checked { blue: found, .. } => blue = json!(found),
            _ => {}
        }
    }
    assert_eq!(stage.aws.invoke("cutover-check", &check).await, blue);

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    assert_eq!(outcome(&record).end, End::Deployed, "{}", outcome(&record).why);
    assert_eq!(kinds(&record).iter().filter(|kind| *kind == "checked").count(), 1);
    assert_eq!(stage.serves(), Some(digest("v1.1.0")));
    Some(stage.calls().within(&Table::read()))
}

async fn answers() -> Option<Calls> {
    let (stage, found) = unfindable("Restore").await?;

    assert_eq!(found.end, End::RolledBack, "{}", found.why);
    assert_eq!(stage.serves(), Some(digest("v1.0.0")));
    Some(stage.calls().within(&Table::read()))
}

async fn stuck() -> Option<Calls> {
    let (stage, found) = unfindable("Conclude").await?;

    assert_eq!(found.end, End::Stuck, "{}", found.why);
    let execution = &stage.ended(1).await[0];
    assert_eq!((&execution["status"], &execution["error"]), (&json!("FAILED"), &json!("Stuck")));
    assert_eq!(execution["cause"], found.why);
    // A person is told, and nothing is done that a person did not ask for.
    let recovered = stage.aws.ended("cutover-recovery", 1, LONGEST).await;
    assert_eq!(recovered[0]["status"], "SUCCEEDED", "{recovered:#?}");
    assert_eq!(stage.serves(), Some(digest("v1.0.0")));
    Some(stage.calls().within(&Table::read()))
}

/// ECS has begun, but whoever asks which rollout that is gets no answer, until the deployment has
/// come to a state. Answers how it ended.
async fn unfindable(until: &str) -> Option<(Stage, Outcome)> {
    let stage = Stage::set(|_| {}).await?;
    let begun = Arc::new(AtomicBool::new(false));
    let silent = Arc::new(AtomicBool::new(true));
    let is_silent = Arc::clone(&silent);
    stage.ecs.account.calls().disturb(move |call| match call.name {
        "ecs.UpdateService" => {
            begun.store(true, Ordering::Relaxed);
            None
        }
        "ecs.ListServiceDeployments"
            if begun.load(Ordering::Relaxed) && is_silent.load(Ordering::Relaxed) =>
        {
            Some(Fault::Before)
        }
        _ => None,
    });

    stage.deliver(&stage.push("v1.1.0")).await;
    stage.enters(until).await;
    silent.store(false, Ordering::Relaxed);

    let record = stage.record_of(&stage.ended(1).await[0]).await;
    let found = outcome(&record).clone();
    Some((stage, found))
}
