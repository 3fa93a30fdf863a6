//! Waiting for the end of an execution, and telling about it meanwhile.

use std::future::pending;
use std::time::Duration;

use asl::{Execution, Outcome, TIMEOUT};
use tokio::signal;
use tokio::time::sleep;

use super::progress::Progress;
use crate::console::Console;
use crate::problem::Trouble;

/// The longest that Step Functions lets an execution run (service quotas: one year).
const LONGEST: Duration = Duration::from_hours(365 * 24);

/// How often a person gets news.
const NEWS: Duration = Duration::from_millis(100);

/// Waits for the end, telling of each state as it is entered.
pub(super) async fn follow(
    execution: &Execution,
    real_time: bool,
    mut progress: Option<Progress>,
    console: &mut Console,
) -> Result<Outcome, Trouble> {
    let end = execution.wait();
    let too_long = sleep(LONGEST);
    tokio::pin!(end, too_long);

    let outcome = loop {
        tokio::select! {
            outcome = &mut end => break outcome,
            () = &mut too_long => {
                let cause = "it was still waiting after a year, when Step Functions gives up; \
                             a task that may never answer needs TimeoutSeconds";
                execution.stop(Some(TIMEOUT.to_owned()), Some(cause.to_owned()));
                break end.await;
            }
            () = news(real_time) => {}
            () = interrupted(real_time) => {
                execution.stop(None, Some("it was interrupted".to_owned()));
                break end.await;
            }
        }
        if let Some(progress) = &mut progress {
            progress.tell(&execution.history(), console)?;
        }
    };

    if let Some(progress) = &mut progress {
        progress.tell(&execution.history(), console)?;
    }
    Ok(outcome)
}

/// On a paused clock there is nothing to tell before the end: all of it takes no time.
async fn news(real_time: bool) {
    match real_time {
        true => sleep(NEWS).await,
        false => pending().await,
    }
}

/// On a paused clock the system may end the process at once, as it does without asking us.
async fn interrupted(real_time: bool) {
    match real_time {
        true if signal::ctrl_c().await.is_ok() => {}
        _ => pending().await,
    }
}
