//! The tasks of green, and where they log.

use aws::Ecs;
use domain::Failure;
use domain::name::Arn;
use domain::preserved::{Container, Stop, Task};
use domain::service::Place;
use serde_json::{Value, json};
use workflow::ports::Fleet;

use crate::support::{Answer, Aws, Script};

const LIST: &str = "AmazonEC2ContainerServiceV20141113.ListTasks";
const DESCRIBE: &str = "AmazonEC2ContainerServiceV20141113.DescribeTasks";
const DEFINITION: &str = "AmazonEC2ContainerServiceV20141113.DescribeTaskDefinition";

fn place() -> Place {
    Place { cluster: "shop".into(), service: "checkout".into() }
}

fn definition(revision: u32) -> String {
    format!("arn:aws:ecs:eu-central-1:111122223333:task-definition/checkout:{revision}")
}

fn green() -> Arn {
    definition(8).parse().expect("an ARN")
}

fn arn(id: &str) -> String {
    format!("arn:aws:ecs:eu-central-1:111122223333:task/shop/{id}")
}

async fn tasks(script: Script) -> (Aws, Result<Vec<Task>, Failure>) {
    let aws = script.play().await;
    let tasks = Ecs::new(&aws.config()).tasks(&place(), &green()).await;
    (aws, tasks)
}

/// Describes every task that is asked for as one of green that runs.
fn running(call: &crate::support::Call) -> Answer {
    let arns = call.body["tasks"].as_array().expect("ARNs").iter();
    let told = arns.map(|arn| json!({ "taskArn": arn, "taskDefinitionArn": definition(8), "lastStatus": "RUNNING" }));
    Answer::json(json!({ "tasks": told.collect::<Vec<_>>() }))
}

#[tokio::test]
async fn tasks_that_stopped_and_tasks_that_run_are_told_and_blues_are_not() {
    let script = Script::new()
        .on(LIST, |call| {
            let ids: &[&str] = match call.body["desiredStatus"].as_str() {
                Some("STOPPED") => &["crashed"],
                _ => &["runs", "blue"],
            };
            let arns: Vec<String> = ids.iter().map(|id| arn(id)).collect();
            Answer::json(json!({ "taskArns": arns }))
        })
        .on(DESCRIBE, |call| {
            let crashed = json!({
                "taskArn": arn("crashed"), "taskDefinitionArn": definition(8),
                "lastStatus": "STOPPED", "stopCode": "EssentialContainerExited",
                "stoppedReason": "Essential container in task exited", "stoppedAt": 1_790_000_000,
                "containers": [
                    { "name": "checkout", "exitCode": 137, "reason": "OutOfMemoryError: token=abc" },
                    { "name": "sidecar" },
                ],
            });
            let runs = |id: &str, revision| {
                json!({ "taskArn": arn(id), "taskDefinitionArn": definition(revision), "lastStatus": "RUNNING" })
            };
            Answer::json(match call.body["tasks"][0] == arn("crashed") {
                true => json!({ "tasks": [crashed] }),
                false => json!({
                    "tasks": [runs("runs", 8), runs("blue", 7)],
                    "failures": [{ "arn": arn("gone"), "reason": "MISSING" }],
                }),
            })
        });

    let (aws, tasks) = tasks(script).await;

    let crashed = Task {
        id: "crashed".into(),
        status: "STOPPED".into(),
        stop: Some(Stop {
            at: Some("2026-09-21T14:13:20Z".parse().expect("a moment")),
            code: Some("EssentialContainerExited".into()),
            reason: Some("Essential container in task exited".to_owned().into()),
        }),
        containers: vec![
            Container {
                name: "checkout".into(),
                exit_code: Some(137),
                reason: Some("OutOfMemoryError: token=[redacted]".to_owned().into()),
            },
            Container { name: "sidecar".into(), exit_code: None, reason: None },
        ],
    };
    let runs = Task { id: "runs".into(), status: "RUNNING".into(), stop: None, containers: vec![] };
    assert_eq!(tasks, Ok(vec![crashed, runs]));
    assert_eq!(aws.actions(), [LIST, DESCRIBE, LIST, DESCRIBE]);
    let asked = json!({
        "cluster": "shop", "serviceName": "checkout", "desiredStatus": "STOPPED", "maxResults": 100,
    });
    assert_eq!(aws.calls()[0].body, asked);
}

#[tokio::test]
async fn every_page_is_read_up_to_a_limit() {
    let script = Script::new()
        .on(LIST, |call| {
            if call.body["desiredStatus"] == "STOPPED" {
                return Answer::json(json!({ "taskArns": [] }));
            }
            let page: u32 = call.body["nextToken"].as_str().map_or(0, |it| it.parse().expect("it"));
            Answer::json(json!({ "taskArns": [arn(&page.to_string())], "nextToken": (page + 1).to_string() }))
        })
        .on(DESCRIBE, running);

    let (aws, tasks) = tasks(script).await;

    let ids: Vec<String> = tasks.expect("tasks").into_iter().map(|task| task.id).collect();
    assert_eq!(ids, ["0", "1", "2", "3", "4"], "a service of thousands is not read to its end");
    assert_eq!(aws.actions().iter().filter(|it| *it == LIST).count(), 1 + 5);
}

#[tokio::test]
async fn what_must_not_be_asked_is_refused_and_what_may_pass_is_tried_again() {
    for (code, name, tries) in
        [("AccessDeniedException", "Refused", 1), ("ThrottlingException", "Unavailable", 3)]
    {
        let script = Script::new().on(LIST, move |_| Answer::json_error(400, code, "Not so."));

        let (aws, tasks) = tasks(script).await;

        let failure = tasks.expect_err("it is not told");
        let said =
            format!("could not list the tasks of the service shop/checkout: {code}: Not so.");
        assert_eq!((failure.name(), failure.to_string()), (name, said));
        assert_eq!(aws.calls().len(), tries);
    }
}

/// Where `container` of a task definition with these containers logs.
async fn log(containers: Value, container: Option<&str>) -> Result<String, String> {
    let told = json!({ "taskDefinition": { "containerDefinitions": containers } });
    let aws = Script::new().on(DEFINITION, move |_| Answer::json(told.clone())).play().await;
    let place = Ecs::new(&aws.config()).log_place(&green(), container).await;
    place
        .map(|it| format!("{} {} {}", it.group, it.stream("0a1b"), it.region.unwrap_or_default()))
        .map_err(|failure| format!("{}: {failure}", failure.name()))
}

#[tokio::test]
async fn a_container_logs_where_its_options_say() {
    let with = |driver: &str, options: Value| {
        json!([{
            "name": "checkout", "logConfiguration": { "logDriver": driver, "options": options }
        }])
    };
    let options = json!({
        "awslogs-group": "/shop", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web"
    });
    let refused = |why: &str| Err(format!("Refused: the container checkout {why}"));

    for (containers, place) in [
        (with("awslogs", options), Ok("/shop web/checkout/0a1b eu-west-1".to_owned())),
        (
            with("awslogs", json!({ "awslogs-group": "/shop" })),
            refused("logs without awslogs-stream-prefix"),
        ),
        (
            with("awsfirelens", json!({ "Name": "datadog", "apikey": "0" })),
            refused("logs by awsfirelens, not to CloudWatch Logs"),
        ),
        (json!([{ "name": "checkout" }]), refused("logs to nowhere")),
    ] {
        assert_eq!(log(containers, None).await, place);
    }
}

#[tokio::test]
async fn of_several_containers_the_named_one_is_meant() {
    let container = |name: &str| {
        let options = json!({ "awslogs-group": name, "awslogs-stream-prefix": "ecs" });
        json!({ "name": name, "logConfiguration": { "logDriver": "awslogs", "options": options } })
    };
    let both = json!([container("sidecar"), container("checkout")]);

    assert_eq!(log(both.clone(), Some("checkout")).await, Ok("checkout ecs/checkout/0a1b ".into()));
    for (named, said) in [(None, "to be told from others"), (Some("web"), "web")] {
        let failure = log(both.clone(), named).await.expect_err("it is not known");
        assert_eq!(
            failure,
            format!("Refused: the task definition {} has no container {said}", definition(8))
        );
    }
}
