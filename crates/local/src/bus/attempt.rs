//! One attempt to tell a target.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use super::Event;

/// What a target is told by.
pub(super) type Deliver = Box<dyn Fn(Arc<str>, Arc<Event>) -> Telling + Send + Sync>;

type Telling = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// Tells a target once. A panic in the target is its failure, not the bus's: the delivery is
/// retried like any other, and whoever waits for quiet does not wait for ever.
pub(super) async fn attempt(
    deliver: &Deliver,
    target: &Arc<str>,
    event: &Arc<Event>,
) -> Result<(), String> {
    const PANICKED: &str = "the target panicked";

    let begin = || deliver(Arc::clone(target), Arc::clone(event));
    let Ok(mut telling) = catch_unwind(AssertUnwindSafe(begin)) else {
        return Err(PANICKED.to_owned());
    };
    poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| telling.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(PANICKED.to_owned())))
    })
    .await
}
