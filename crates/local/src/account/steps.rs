//! The functions of the account: each step by its verb, called as Lambda would call it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use domain::Failure;
use domain::failure::decode;
use serde::Serialize;
use serde_json::{Value, json};

use super::Inner;
use super::world::World;
use crate::plant::Plant;

/// How long a step may take: the time limit of its Lambda function.
const TIME_LIMIT: Duration = Duration::from_secs(50);

/// Every verb that a state machine, a rule or the webhook may call.
pub const VERBS: [&str; 30] = [
    "receive",
    "alert",
    "resolve",
    "plan",
    "claim",
    "replicas",
    "check",
    "migrate",
    "launch",
    "watch",
    "judge",
    "proceed",
    "restore",
    "preserve",
    "conclude",
    "heed",
    "resume",
    "approve",
    "press",
    "mark",
    "observe",
    "attribute",
    "stop",
    "spare",
    "quarantine",
    "sweep",
    "unwind",
    "compare",
    "post",
    "mail",
];

/// A step that failed, as Lambda tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FunctionError {
    /// `errorType`: what a state machine branches on.
    pub(super) name: String,
    /// What a person reads.
    pub(super) message: String,
}

impl FunctionError {
    fn new(name: &str, message: impl Into<String>) -> Self {
        Self { name: name.to_owned(), message: message.into() }
    }

    /// The JSON of the error answer, which Step Functions hands on as the cause.
    pub(super) fn answer(&self) -> String {
        json!({ "errorType": self.name, "errorMessage": self.message }).to_string()
    }
}

/// What a step is called with: the payload of a state's arguments, which are shared with the
/// execution's history, or something of its own.
pub(super) enum Payload {
    OfState(Arc<Value>),
    Own(Value),
}

impl Payload {
    fn json(&self) -> &Value {
        match self {
            Self::OfState(arguments) => &arguments["Payload"],
            Self::Own(payload) => payload,
        }
    }
}

/// Calls a step. It runs to its end even if nobody waits for it any more, as a Lambda function does
/// whose execution was stopped; and its panic is an error like any other.
pub(super) async fn invoke<P: Plant>(
    account: &Arc<Inner<P>>,
    verb: &str,
    payload: Payload,
) -> Result<Value, FunctionError> {
    account.calls.step(verb);
    let (world, step) = (World(Arc::clone(account)), verb.to_owned());
    let (closing, repeat) = (account.closing.clone(), account.repeat_steps.load(Ordering::Relaxed));
    let running = account.tasks.spawn(async move {
        let stepping = async {
            if repeat {
                // The answer of the first run is lost; that of the second counts.
                let first = call(&world, &step, payload.json());
                let _ = tokio::time::timeout(TIME_LIMIT, first).await;
            }
            tokio::time::timeout(TIME_LIMIT, call(&world, &step, payload.json())).await
        };
        tokio::select! {
            biased;
            () = closing.cancelled() => None,
            ended = stepping => Some(ended),
        }
    });

    match running.await {
        // The account closed. An answer, even that there is none, would make the execution go on.
        Ok(None) => std::future::pending().await,
        Ok(Some(Ok(answer))) => answer.map_err(|failure| failed(verb, &failure)),
        Ok(Some(Err(_))) => {
            let limit = TIME_LIMIT.as_secs();
            let message = format!("{verb} did not end within {limit} seconds");
            Err(FunctionError::new("Sandbox.Timedout", message))
        }
        Err(lost) => {
            tracing::error!(step = verb, "{verb} was lost: {lost}");
            Err(FunctionError::new("Lambda.Unknown", format!("{verb} was lost: {lost}")))
        }
    }
}

/// A step that failed. It is logged here, once and as loud as it is; on AWS its function does that.
fn failed(verb: &str, failure: &Failure) -> FunctionError {
    let name = failure.name();
    match failure {
        Failure::Refused(_) => tracing::info!(failure = name, "{verb}: {failure}"),
        Failure::Busy(_) | Failure::Unavailable(_) => {
            tracing::warn!(failure = name, "{verb}: {failure}");
        }
        Failure::Invalid(_) => tracing::error!(failure = name, "{verb}: {failure}"),
    }
    FunctionError::new(name, failure.to_string())
}

/// One verb, one step.
async fn call<P: Plant>(w: &World<P>, verb: &str, input: &Value) -> Result<Value, Failure> {
    match verb {
        "receive" => answer(workflow::receive(w, decode(input)?).await),
        "alert" => answer(workflow::alert(w, decode(input)?).await),
        "resolve" => answer(workflow::resolve(w, w, decode(input)?).await),
        "plan" => answer(workflow::plan(w, w, w, w, w, decode(input)?).await),
        "claim" => answer(workflow::claim(w, w, w, w, w, decode(input)?).await),
        "replicas" => answer(workflow::replicas(w, w, w, w, decode(input)?).await),
        "check" => answer(workflow::check(w, w, w, w, w, w, w, w, decode(input)?).await),
        "migrate" => answer(workflow::migrate(w, w, w, w, w, decode(input)?).await),
        "launch" => answer(workflow::launch(w, w, decode(input)?).await),
        "watch" => answer(workflow::watch(w, w, w, w, w, decode(input)?).await),
        "judge" => answer(workflow::judge(w, w, w, w, w, w, w, w, decode(input)?).await),
        "proceed" => answer(workflow::proceed(w, w, w, w, decode(input)?).await),
        "restore" => answer(workflow::restore(w, w, w, w, decode(input)?).await),
        "preserve" => answer(workflow::preserve(w, w, w, w, w, w, decode(input)?).await),
        "conclude" => answer(workflow::conclude(w, w, w, w, w, w, decode(input)?).await),
        "approve" => answer(workflow::approve(w, w, w, decode(input)?).await),
        "press" => answer(workflow::press(w, w, w, w, w, w, w, decode(input)?).await),
        "mark" => answer(workflow::mark(w, w, decode(input)?).await),
        "heed" => answer(workflow::heed(w, w, w, input).await),
        "resume" => answer(workflow::resume(w, w, input).await),
        "attribute" => answer(workflow::attribute(w, w, w, w, input).await),
        "stop" => answer(workflow::stop(w, w, w, w, decode(input)?).await),
        "spare" => answer(workflow::spare(w, w, decode(input)?).await),
        "quarantine" => answer(workflow::quarantine(w, w, decode(input)?).await),
        "sweep" => answer(workflow::sweep(w, w, w, w, decode(input)?).await),
        "unwind" => answer(workflow::unwind(w, decode(input)?).await),
        "compare" => answer(workflow::compare(w, w, w, w, w, w, w, input).await),
        "post" => answer(workflow::post(w, w, w, w, w, decode(input)?).await),
        "mail" => answer(workflow::mail(w, w, w, w, w, w, decode(input)?).await),
        "observe" => answer(workflow::observe(w, w, decode(input)?).await),
        other => Err(Failure::Invalid(format!("there is no function {other:?}"))),
    }
}

fn answer(answer: Result<impl Serialize, Failure>) -> Result<Value, Failure> {
    let answer = answer?;
    serde_json::to_value(answer).map_err(|error| Failure::Invalid(error.to_string()))
}
