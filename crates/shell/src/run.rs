//! One event after the other: decode, work, answer.

use std::panic::AssertUnwindSafe;

use domain::Failure;
use domain::failure::decode;
use futures_util::FutureExt;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tracing::Instrument;

use crate::event::Event;
use crate::stopped::Stopped;
use crate::{Error, about, log};

/// Runs a step for every event, until Lambda ends the process.
///
/// A failure is answered under its name, which the state machines branch on. A panic is answered
/// too, and the process lives on: the clients are all that one event shares with the next.
pub async fn run<I, O>(
    step: &'static str,
    work: impl AsyncFn(I) -> Result<O, Failure>,
) -> Result<(), Error>
where
    I: DeserializeOwned,
    O: Serialize,
{
    log::begin();
    let work = &work;

    // Without `TracingLayer`, whose span would repeat ours.
    let answering = service_fn(|event| answer(step, work, event));
    Ok(Runtime::new(answering).run().await?)
}

async fn answer<I, O>(
    step: &'static str,
    work: &impl AsyncFn(I) -> Result<O, Failure>,
    event: LambdaEvent<Event>,
) -> Result<Value, Stopped>
where
    I: DeserializeOwned,
    O: Serialize,
{
    let (event, context) = event.into_parts();
    let span = about::span(step, event.input(), &context.request_id);

    let working = AssertUnwindSafe(take(work, event)).catch_unwind();
    let answer = working.instrument(span.clone()).await;

    let _entered = span.enter();
    match answer {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(failure)) => Err(Stopped::by(&failure)),
        Err(panic) => Err(Stopped::lost(panic.as_ref())),
    }
}

async fn take<I, O>(
    work: &impl AsyncFn(I) -> Result<O, Failure>,
    event: Event,
) -> Result<Value, Failure>
where
    I: DeserializeOwned,
    O: Serialize,
{
    let input = decode(&event.read()?)?;
    // Boxed, because the futures of an SDK are nested so deeply that with those of the runtime
    // around them the compiler gives up.
    let answer = work(input).boxed_local().await?;

    serde_json::to_value(answer)
        .map_err(|error| Failure::Invalid(format!("the answer is no JSON: {error}")))
}
