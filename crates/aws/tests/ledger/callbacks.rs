//! Answers for tasks that wait, and the executions of a machine.

use aws::{Started, StateMachine, StepFunctions};
use domain::Failure;
use domain::event::ExecutionEnded;
use domain::name::{CallbackToken, DeploymentId};
use jiff::Timestamp;
use serde_json::{Value, json};
use workflow::ports::{Callbacks, Executions, Heard};

use crate::support::{Answer, Script};

const SUCCESS: &str = "AWSStepFunctions.SendTaskSuccess";
const FAILURE: &str = "AWSStepFunctions.SendTaskFailure";
const HEARTBEAT: &str = "AWSStepFunctions.SendTaskHeartbeat";
const DESCRIBE: &str = "AWSStepFunctions.DescribeExecution";
const LIST: &str = "AWSStepFunctions.ListExecutions";
const START: &str = "AWSStepFunctions.StartExecution";
const MACHINE: &str = "arn:aws:states:eu-west-1:123456789012:stateMachine:cutover-deployment";

fn token() -> CallbackToken {
    "AQCEAAAAKgAAAAMAAAAAsecret".parse().expect("a token")
}

#[tokio::test]
async fn who_waits_is_answered_failed_or_kept_waiting() {
    let aws = Script::new()
        .on(SUCCESS, |_| Answer::json(json!({})))
        .on(FAILURE, |_| Answer::json(json!({})))
        .on(HEARTBEAT, |_| Answer::json(json!({})))
        .play()
        .await;
    let callbacks = StepFunctions::new(&aws.config());

    let lease = json!({ "token": 7, "holder": "checkout-1" });
    assert_eq!(callbacks.succeed(&token(), lease.clone()).await, Ok(Heard::Yes));
    let refused = Failure::Refused("superseded by checkout v1.4.3".into());
    assert_eq!(callbacks.fail(&token(), &refused).await, Ok(Heard::Yes));
    assert_eq!(callbacks.beat(&token()).await, Ok(Heard::Yes));

    let bodies: Vec<_> = aws.calls().into_iter().map(|call| call.body).collect();
    let expected = [
        json!({ "taskToken": token(), "output": lease.to_string() }),
        json!({
            "taskToken": token(), "error": "Refused", "cause": "superseded by checkout v1.4.3"
        }),
        json!({ "taskToken": token() }),
    ];
    assert_eq!(bodies, expected);
}

#[tokio::test]
async fn a_long_cause_is_cut_between_two_letters() {
    let aws = Script::new().on(FAILURE, |_| Answer::json(json!({}))).play().await;
    let callbacks = StepFunctions::new(&aws.config());

    let long = Failure::Unavailable(format!("a{}", "é".repeat(20_000)));
    callbacks.fail(&token(), &long).await.expect("heard");
    let fits = Failure::Unavailable("é".repeat(16_384));
    callbacks.fail(&token(), &fits).await.expect("heard");

    let causes: Vec<String> = aws
        .calls()
        .iter()
        .map(|call| call.body["cause"].as_str().expect("a text").to_owned())
        .collect();
    assert_eq!((causes[0].len(), causes[1].len()), (32_768, 32_768));
    assert!(causes[0].starts_with("aé") && causes[0].ends_with("é…"));
    assert_eq!(causes[1], fits.to_string(), "what fits is not cut");
}

#[tokio::test]
async fn when_nobody_waits_any_more_that_is_no_failure() {
    for code in ["TaskDoesNotExist", "TaskTimedOut", "InvalidToken"] {
        let gone = || [Answer::json_error(400, code, "Invalid Token")];
        let script = Script::new().turns(SUCCESS, gone()).turns(FAILURE, gone());
        let aws = script.turns(HEARTBEAT, gone()).play().await;
        let callbacks = StepFunctions::new(&aws.config());

        assert_eq!(callbacks.succeed(&token(), json!({})).await, Ok(Heard::Gone), "{code}");
        let why = Failure::Refused("no".into());
        assert_eq!(callbacks.fail(&token(), &why).await, Ok(Heard::Gone), "{code}");
        assert_eq!(callbacks.beat(&token()).await, Ok(Heard::Gone), "{code}");
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_is_sent_again_and_finds_nobody() {
    let gone = Answer::json_error(400, "TaskTimedOut", "Task Timed Out");
    let aws = Script::new().turns(SUCCESS, [Answer::cut(), gone]).play().await;

    let heard = StepFunctions::new(&aws.config()).succeed(&token(), json!({})).await;

    assert_eq!((heard, aws.calls().len()), (Ok(Heard::Gone), 2));
}

#[tokio::test]
async fn what_goes_wrong_is_told_without_the_token() {
    for (answer, name) in [
        (Answer::json_error(400, "InvalidOutput", "Invalid Output"), "Invalid"),
        (Answer::json_error(400, "KmsThrottlingException", "slow down"), "Unavailable"),
        (Answer::json_error(400, "ThrottlingException", "Rate exceeded"), "Unavailable"),
        (Answer::json_error(400, "AccessDeniedException", "not yours"), "Refused"),
        (Answer::json_error(500, "InternalServerError", "try again"), "Unavailable"),
        (Answer::cut(), "Unavailable"),
    ] {
        let aws = Script::new().turns(SUCCESS, [answer]).play().await;

        let failure = StepFunctions::new(&aws.config()).succeed(&token(), json!({})).await;

        let failure = failure.expect_err(name);
        assert_eq!(failure.name(), name, "{failure}");
        assert!(failure.to_string().contains("could not answer for a waiting task"), "{failure}");
        assert!(!failure.to_string().contains(token().as_str()), "{failure}");
    }
}

#[tokio::test]
async fn an_execution_runs_or_does_not() {
    let deployment = "checkout-v1-4-2-0a1b".parse().expect("a name");
    let described = |status: &str| {
        Answer::json(json!({
            "executionArn": "arn", "stateMachineArn": MACHINE, "status": status, "startDate": 1.0
        }))
    };
    for (answer, runs) in [
        (described("RUNNING"), Ok(true)),
        (described("PENDING_REDRIVE"), Ok(true)),
        (described("SUCCEEDED"), Ok(false)),
        (described("FAILED"), Ok(false)),
        (described("TIMED_OUT"), Ok(false)),
        (described("ABORTED"), Ok(false)),
        (Answer::json_error(400, "ExecutionDoesNotExist", "no such"), Ok(false)),
        (Answer::json_error(400, "AccessDeniedException", "not yours"), Err("Refused")),
        (Answer::json_error(400, "ThrottlingException", "Rate exceeded"), Err("Unavailable")),
        (described("RUNNING").truncated(), Err("Unavailable")),
    ] {
        for arn in [MACHINE.to_owned(), format!("{MACHINE}:live")] {
            let aws = Script::new().turns(DESCRIBE, [answer.clone()]).play().await;

            let found = StateMachine::new(&aws.config(), arn).runs(&deployment).await;

            assert_eq!(found.as_ref().map_err(Failure::name), runs.as_ref().map_err(|name| *name));
            let asked = "arn:aws:states:eu-west-1:123456789012:execution:cutover-deployment:checkout-v1-4-2-0a1b";
            assert_eq!(aws.calls()[0].body["executionArn"], asked);
        }
    }
}

#[tokio::test]
async fn those_that_broke_off_are_listed_by_the_moment_of_their_end() {
    let item = |name: &str, stopped: f64| {
        json!({
            "executionArn": "arn", "stateMachineArn": MACHINE, "name": name, "status": "ABORTED",
            "startDate": 1.0, "stopDate": stopped
        })
    };
    let page = |items: &[Value], next: Value| {
        Answer::json(json!({ "executions": items, "nextToken": next }))
    };
    let early = page(&[item("cart-1", 99.9), item("cart-2", 100.0)], json!("more"));
    let late = page(&[item("cart-3", 199.9), item("cart-4", 200.0)], Value::Null);
    let odd = page(&[item("not a name of ours", 150.0)], Value::Null);
    let aws = Script::new().turns(LIST, [early, late, odd, page(&[], Value::Null)]).play().await;
    let [from, to] = [100, 200].map(|second| Timestamp::from_second(second).expect("a moment"));

    let found = StateMachine::new(&aws.config(), MACHINE).broken_off(from, to).await;

    let found: Vec<_> = found.expect("an answer").iter().map(ToString::to_string).collect();
    assert_eq!(found, ["cart-2", "cart-3"]);
    let asked: Vec<_> = aws.calls().into_iter().map(|call| call.body).collect();
    assert_eq!(asked[1]["nextToken"], "more");
    let ends: Vec<_> = asked.iter().map(|body| &body["statusFilter"]).collect();
    assert_eq!(ends, ["FAILED", "FAILED", "TIMED_OUT", "ABORTED"]);
}

#[tokio::test]
async fn how_an_execution_ended_is_told_when_it_is_over() {
    let described = |status: &str| {
        Answer::json(json!({
            "executionArn": "arn", "stateMachineArn": MACHINE, "status": status, "startDate": 1.0,
            "input": "{}", "error": "Oops", "cause": "by hand"
        }))
    };
    let deployment: DeploymentId = "checkout-1".parse().expect("a name");
    for (answer, over) in [
        (described("RUNNING"), false),
        (described("PENDING_REDRIVE"), false),
        (described("ABORTED"), true),
        (Answer::json_error(400, "ExecutionDoesNotExist", "no such"), false),
    ] {
        let aws = Script::new().turns(DESCRIBE, [answer]).play().await;

        let ended = StateMachine::new(&aws.config(), MACHINE).ended(&deployment).await;

        let told = ExecutionEnded {
            name: deployment.clone(),
            status: "ABORTED".into(),
            input: Some("{}".into()),
            error: Some("Oops".into()),
            cause: Some("by hand".into()),
        };
        assert_eq!(ended.expect("an answer"), over.then_some(told));
    }
}

#[tokio::test]
async fn what_is_no_machine_is_told_before_anything_is_asked() {
    let aws = Script::new().play().await;
    let machine = StateMachine::new(&aws.config(), "cutover-deployment");

    let failure = machine.runs(&"checkout-1".parse().expect("a name")).await.expect_err("no ARN");

    assert_eq!(failure.name(), "Invalid");
    let says = "\"cutover-deployment\" is not the ARN of a state machine";
    assert!(failure.to_string().starts_with(says), "{failure}");
}

#[tokio::test]
async fn an_execution_is_started_once_under_its_name() {
    let started = || Answer::json(json!({ "executionArn": "arn", "startDate": 1.0 }));
    for (answers, outcome) in [
        (vec![started()], Ok(Started::Yes)),
        (vec![Answer::cut(), started()], Ok(Started::Yes)),
        (vec![Answer::json_error(400, "ExecutionAlreadyExists", "it is")], Ok(Started::Already)),
        (vec![Answer::json_error(400, "InvalidName", "bad name")], Err("Invalid")),
        (vec![Answer::json_error(400, "InvalidExecutionInput", "bad input")], Err("Invalid")),
        (vec![Answer::json_error(400, "StateMachineDoesNotExist", "none")], Err("Refused")),
        (vec![Answer::json_error(400, "ExecutionLimitExceeded", "many")], Err("Unavailable")),
        (vec![Answer::json_error(400, "ThrottlingException", "slow down")], Err("Unavailable")),
    ] {
        let aws = Script::new().turns(START, answers).play().await;

        let found = StateMachine::new(&aws.config(), MACHINE)
            .start("checkout-1", &json!({ "service": "checkout" }))
            .await;

        assert_eq!(found.as_ref().map_err(Failure::name), outcome.as_ref().map_err(|name| *name));
        let asked = json!({
            "stateMachineArn": MACHINE, "name": "checkout-1", "input": r#"{"service":"checkout"}"#
        });
        assert!(aws.calls().iter().all(|call| call.body == asked), "the same each time");
    }
}
