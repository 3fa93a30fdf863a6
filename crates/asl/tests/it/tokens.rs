//! Tasks that end when their token is answered.

use std::sync::Arc;
use std::time::Duration;

use asl::{Execution, Request, Resources, Status, TaskError, TokenError, Tokens, start};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::world::{begin, by_token, definition, failed, kinds, launch, machine, run, succeeded};

/// Keeps the tokens it is handed and does what it is told with the call.
struct Desk {
    handed: Mutex<Vec<Arc<str>>>,
    tokens: Tokens,
    call: Call,
}

#[derive(Clone, Copy)]
enum Call {
    Answers,
    /// Answers the token, and goes on for ten seconds.
    AnswersTheTokenFirst,
    AnswersTheTokenAndFails,
    Fails,
}

impl Resources for Desk {
    async fn request(&self, request: Request) -> Result<Value, TaskError> {
        let token = request.token.expect("a token");
        assert_eq!(request.arguments["Payload"]["token"], json!(*token));
        self.handed.lock().push(Arc::clone(&token));
        match self.call {
            Call::Answers => Ok(json!({ "StatusCode": 200 })),
            Call::Fails => Err(TaskError::new("Lambda.Unknown", "crashed")),
            Call::AnswersTheTokenFirst => {
                self.tokens.succeed(&token, json!("early")).expect("it waits");
                sleep(Duration::from_secs(10)).await;
                Ok(Value::Null)
            }
            Call::AnswersTheTokenAndFails => {
                self.tokens.succeed(&token, json!("early")).expect("it waits");
                Err(TaskError::new("Lambda.Unknown", "crashed"))
            }
        }
    }
}

fn at_desk(call: Call, more: Value) -> (Execution, Arc<Desk>) {
    let tokens = Tokens::new();
    let desk = Arc::new(Desk { handed: Mutex::default(), tokens: tokens.clone(), call });
    let machine = machine(&definition(json!({ "A": by_token(more) })));
    (start(machine, begin(json!({})), Arc::clone(&desk), tokens), desk)
}

async fn token(desk: &Desk) -> Arc<str> {
    loop {
        if let Some(token) = desk.handed.lock().last().cloned() {
            return token;
        }
        sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_answer_to_the_token_is_the_result() {
    let (execution, desk) = at_desk(Call::Answers, json!({ "End": true }));
    let token = token(&desk).await;

    sleep(Duration::from_secs(1000)).await;
    assert_eq!(execution.status(), Status::Running);
    desk.tokens.succeed(&token, json!({ "approved": true })).unwrap();

    assert_eq!(succeeded(execution.wait().await), json!({ "approved": true }));
    assert_eq!(
        kinds(&execution),
        [
            "ExecutionStarted",
            "TaskStateEntered",
            "TaskScheduled",
            "TaskStarted",
            "TaskSubmitted",
            "TaskSucceeded",
            "TaskStateExited",
            "ExecutionSucceeded"
        ]
    );
    assert_eq!(desk.tokens.succeed(&token, json!(2)), Err(TokenError::TaskTimedOut));
}

#[tokio::test(start_paused = true)]
async fn a_failure_sent_to_the_token_fails_the_task() {
    let (execution, desk) = at_desk(Call::Answers, json!({ "End": true }));

    desk.tokens.fail(&token(&desk).await, "Refused", "by a person").unwrap();

    assert_eq!(failed(execution.wait().await), "Refused");
}

#[tokio::test(start_paused = true)]
async fn a_token_may_be_answered_while_the_call_goes_on() {
    for call in [Call::AnswersTheTokenFirst, Call::AnswersTheTokenAndFails] {
        let began = Instant::now();
        let (execution, _) = at_desk(call, json!({ "End": true }));

        assert_eq!(succeeded(execution.wait().await), json!("early"));
        assert_eq!(began.elapsed().as_secs(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_fails_the_task_and_closes_the_token() {
    let (execution, desk) = at_desk(Call::Fails, json!({ "End": true }));

    assert_eq!(failed(execution.wait().await), "Lambda.Unknown");
    let token = token(&desk).await;
    assert_eq!(desk.tokens.heartbeat(&token), Err(TokenError::TaskTimedOut));
}

#[tokio::test(start_paused = true)]
async fn heartbeats_keep_a_task_alive_until_they_cease() {
    let (execution, desk) = at_desk(Call::Answers, json!({ "HeartbeatSeconds": 10, "End": true }));
    let token = token(&desk).await;
    let began = Instant::now();

    for _ in 0..5 {
        sleep(Duration::from_secs(8)).await;
        desk.tokens.heartbeat(&token).unwrap();
    }

    assert_eq!(failed(execution.wait().await), "States.HeartbeatTimeout");
    assert_eq!(began.elapsed().as_secs(), 5 * 8 + 10);
    assert_eq!(desk.tokens.heartbeat(&token), Err(TokenError::TaskTimedOut));
    assert!(kinds(&execution).contains(&"TaskTimedOut".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn heartbeats_do_not_put_off_the_time_out() {
    let more = json!({ "HeartbeatSeconds": 10, "TimeoutSeconds": 25, "End": true });
    let (execution, desk) = at_desk(Call::Answers, more);
    let token = token(&desk).await;

    for _ in 0..3 {
        sleep(Duration::from_secs(8)).await;
        desk.tokens.heartbeat(&token).unwrap();
    }

    assert_eq!(failed(execution.wait().await), "States.Timeout");
}

#[tokio::test(start_paused = true)]
async fn every_attempt_has_a_token_of_its_own() {
    let retry = json!([{ "ErrorEquals": ["Again"], "IntervalSeconds": 1 }]);
    let (execution, desk) = at_desk(Call::Answers, json!({ "Retry": retry, "End": true }));

    let first = token(&desk).await;
    desk.tokens.fail(&first, "Again", "").unwrap();
    sleep(Duration::from_secs(2)).await;
    let second = token(&desk).await;

    assert_ne!(first, second);
    desk.tokens.succeed(&second, json!(1)).unwrap();
    succeeded(execution.wait().await);
}

#[tokio::test(start_paused = true)]
async fn a_scripted_token_is_answered_by_the_script() {
    let states = json!({ "A": by_token(json!({ "TimeoutSeconds": 60, "Retry": [{ "ErrorEquals": ["States.Timeout"] }], "End": true })) });
    let tasks =
        json!({ "A": [{ "hang": true }, { "result": { "stage": "BAKE" }, "after_seconds": 30 }] });

    assert_eq!(succeeded(run(states, json!({}), &tasks).await), json!({ "stage": "BAKE" }));
}

#[tokio::test(start_paused = true)]
async fn no_token_is_left_open() {
    let states = json!({ "A": by_token(json!({ "TimeoutSeconds": 60, "End": true })) });
    let (execution, tokens) = launch(states, json!({}), &json!({ "A": [{ "hang": true }] }));
    sleep(Duration::from_secs(1)).await;
    assert_eq!(tokens.waiting(), 1);

    execution.wait().await;

    assert_eq!(tokens.waiting(), 0);
}
