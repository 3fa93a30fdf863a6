//! `ListTasks` and `DescribeTasks`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{names, page, render};
use crate::account::{Account, StartedTask, family};
use crate::ecs::TaskDefinition;
use crate::plant::{Plant, Task};
use crate::wire::refusal::Refusal;
use crate::wire::values::{decode, present, seconds};

/// The most tasks that are listed, and described, in one call.
const MOST: usize = 100;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct List {
    cluster: Option<String>,
    service_name: Option<String>,
    started_by: Option<String>,
    #[serde(default)]
    desired_status: DesiredStatus,
    max_results: Option<usize>,
    next_token: Option<String>,
}

/// ECS takes `PENDING`, too, and lists nothing.
#[derive(Default, Deserialize, PartialEq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum DesiredStatus {
    #[default]
    Running,
    Pending,
    Stopped,
}

/// `ListTasks`, of one service, or those that somebody started.
pub(super) fn list<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: List = decode(body)?;
    let cluster = names::cluster(account, input.cluster.as_deref())?;
    let tasks: Vec<Task> = match (&input.started_by, input.service_name.as_deref()) {
        (Some(by), None) => {
            let started = account.started().into_iter();
            let by_them = started.filter(|(it, _)| it.started_by == *by);
            by_them.map(|(_, task)| task).collect()
        }
        (_, service) => {
            let place = names::service(account, input.cluster.as_deref(), service)?;
            let tasks = account.tasks(&place).unwrap_or_default();
            tasks.into_iter().map(|(_, task)| task).collect()
        }
    };
    let most = page::size(input.max_results, MOST, MOST)?;

    let wanted = tasks.into_iter().filter(|task| desired(task) == input.desired_status);
    let arns = wanted.map(|task| arn(account, &cluster, &task.id)).collect();
    let rest = page::after(arns, input.next_token.as_deref(), String::as_str)?;
    let (arns, next_token) = page::first(rest, most, String::as_str);
    Ok(present(json!({ "taskArns": arns, "nextToken": next_token })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Describe {
    cluster: Option<String>,
    tasks: Option<Vec<String>>,
}

/// `DescribeTasks`.
pub(super) fn describe<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: Describe = decode(body)?;
    let cluster = names::cluster(account, input.cluster.as_deref())?;
    let arns = input.tasks.filter(|arns| !arns.is_empty());
    let arns = arns.ok_or_else(|| Refusal::missing("tasks"))?;
    if arns.len() > MOST {
        let many = arns.len();
        return Err(Refusal::invalid(format!(
            "tasks has {many} entries and at most {MOST} are allowed"
        )));
    }

    let mut known = Vec::new();
    for place in account.places().into_iter().filter(|place| place.cluster == cluster) {
        for (definition, task) in account.tasks(&place).unwrap_or_default() {
            let arn = arn(account, &cluster, &task.id);
            let told =
                told(&arn, &account.arn("cluster", &cluster), &place.service, &definition, &task);
            known.push((arn, told));
        }
    }
    for (started, task) in
        account.started().into_iter().filter(|(it, _)| it.place.cluster == cluster)
    {
        known.push((arn(account, &cluster, &task.id), told_once(account, &started, &task)));
    }
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for arn in arns {
        match known.iter().find(|(of, _)| *of == arn) {
            Some((_, told)) => found.push(told.clone()),
            None => failures.push(render::missing(&arn)),
        }
    }
    Ok(present(json!({ "tasks": found, "failures": failures })))
}

fn arn<P: Plant>(account: &Account<P>, cluster: &str, id: &str) -> String {
    account.arn("task", &format!("{cluster}/{id}"))
}

/// `API_Task`, of one that runs once.
pub(super) fn told_once<P: Plant>(
    account: &Account<P>,
    started: &StartedTask,
    task: &Task,
) -> Value {
    let cluster = &started.place.cluster;
    let arn = arn(account, cluster, &task.id);
    let cluster = account.arn("cluster", cluster);
    let mut told = told(&arn, &cluster, "", &started.definition, task);
    told["group"] = json!(format!("family:{}", family(&started.definition)));
    told["startedBy"] = json!(started.started_by);
    told
}

/// What ECS wants of a task.
fn desired(task: &Task) -> DesiredStatus {
    match task.status {
        "STOPPED" | "DEACTIVATING" => DesiredStatus::Stopped,
        _ => DesiredStatus::Running,
    }
}

/// `API_Task`.
fn told(
    arn: &str,
    cluster: &str,
    service: &str,
    definition: &TaskDefinition,
    task: &Task,
) -> Value {
    let ending = task.ending.as_ref();
    let desired = match desired(task) {
        DesiredStatus::Stopped => "STOPPED",
        DesiredStatus::Running | DesiredStatus::Pending => "RUNNING",
    };
    json!({
        "taskArn": arn,
        "clusterArn": cluster,
        "taskDefinitionArn": definition.arn,
        "group": format!("service:{service}"),
        "lastStatus": task.status,
        "desiredStatus": desired,
        "stopCode": ending.map(|ending| ending.code),
        "stoppedReason": ending.map(|ending| &ending.reason),
        "stoppedAt": ending.map(|ending| seconds(ending.at)),
        "containers": [{
            "name": family(definition),
            "taskArn": arn,
            "image": definition.image,
            "lastStatus": task.status,
            "exitCode": ending.and_then(|ending| ending.exit_code),
        }],
    })
}
