//! Tells a team in Slack how a deployment stands.

use domain::Failure;
use domain::name::DeploymentId;
use domain::record::Record;
use domain::seconds::Seconds;
use domain::service::{Slack, Tell as Whom};
use domain::telling::{Medium, Telling, Thread};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ports::{Catalog, Chat, Clock, Ledger, Said, Threads};

/// A deployment of which there is more to tell.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tell {
    /// Which.
    pub deployment: DeploymentId,
    /// The execution that wants it told.
    pub by: String,
}

/// What came of telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Whether to ask again: it is not this execution's turn yet, or there is more.
    pub waits: bool,
    /// After how long.
    pub wait_seconds: Seconds,
}

impl Told {
    /// All is told, or somebody else will tell it.
    pub(crate) const ALL: Self = Self { waits: false, wait_seconds: Seconds(0) };

    /// There is more to tell after so long.
    pub(crate) fn more(after: Seconds) -> Self {
        Self { waits: true, wait_seconds: after.max(Seconds(1)) }
    }
}

/// Tells a team in Slack how a deployment stands: one message, which is changed, and its story
/// below. One run sends one message at most.
///
/// Events only wake. What is shown is the record as it is when the channel takes a message, so
/// events that come late, twice or out of order show nothing old, and many show one message.
pub async fn post(
    clock: &impl Clock,
    catalog: &impl Catalog,
    ledger: &impl Ledger,
    threads: &impl Threads,
    chat: &impl Chat,
    input: Tell,
) -> Result<Told, Failure> {
    let Tell { deployment, by } = input;
    let Some(record) = ledger.record(&deployment).await? else { return Ok(Told::ALL) };
    let Some(Slack { channel }) = told_where(catalog, &record).await?.slack else {
        return Ok(Told::ALL);
    };
    let telling = telling_of(clock, ledger, &record).await?;
    // After the record: whoever is found waiting will read at least what was read here.
    let thread = threads.thread(&deployment, Medium::Slack).await?;
    if thread.next(&telling).is_none() {
        return Ok(Told::ALL);
    }

    let now = clock.now();
    let at = match thread.taken(now) {
        Some(turn) if turn.by == by => turn.at,
        Some(turn) if turn.begun => return Ok(Told::more(Seconds(1))),
        // The end is worth staying for, should the other be stopped before it tells it.
        Some(turn) if telling.end().is_some() => {
            return Ok(Told::more(Seconds(Seconds::between(now, turn.at).0 + 1)));
        }
        Some(_) => return Ok(Told::ALL),
        None => threads.reserve(&channel, now).await?,
    };
    let left = Seconds::between(now, at);
    let begun = left < Seconds(1);
    let Some(thread) = write(threads, thread.given(&by, at, begun)).await? else {
        return Ok(Told::more(Seconds(1)));
    };
    if !begun {
        return Ok(Told::more(left));
    }

    clock.until(at).await;
    tell(clock, ledger, threads, chat, &channel, thread).await
}

/// Sends the next message of a thread whose turn has begun.
async fn tell(
    clock: &impl Clock,
    ledger: &impl Ledger,
    threads: &impl Threads,
    chat: &impl Chat,
    channel: &str,
    thread: Thread,
) -> Result<Told, Failure> {
    let deployment = thread.deployment.clone();
    let Some(record) = ledger.record(&deployment).await? else { return Ok(Told::ALL) };
    let telling = telling_of(clock, ledger, &record).await?;
    let Some(message) = thread.next(&telling) else {
        write(threads, thread.free()).await?;
        return Ok(Told::ALL);
    };

    match chat.say(channel, &telling, &message).await {
        Ok(Said::As(name)) => {
            tracing::info!(service = %telling.service, %deployment, "told {channel} of {}: {}", telling.title, telling.standing());
            let thread = thread.sent(&message, &telling, name);
            let more = thread.next(&telling).is_some();
            write(threads, thread).await?;
            Ok(if more { Told::more(Seconds(1)) } else { Told::ALL })
        }
        Ok(Said::NotBefore(after)) => {
            threads.hold_off(channel, after.after(clock.now())).await?;
            write(threads, thread.free()).await?;
            Ok(Told::more(after))
        }
        Ok(Said::Gone) => {
            write(threads, thread.lost()).await?;
            Ok(Told::more(Seconds(1)))
        }
        Err(failure) => {
            write(threads, thread.free()).await?;
            Err(failure)
        }
    }
}

/// Who is told of a deployment: whom its plan says, or, if it was never planned, its document.
pub(crate) async fn told_where(catalog: &impl Catalog, record: &Record) -> Result<Whom, Failure> {
    let tell = match record.plan() {
        Some(plan) => plan.service.tell.clone(),
        None => match catalog.service(&record.service).await {
            Ok(document) => document.tell,
            Err(Failure::Refused(_)) => None,
            Err(failure) => return Err(failure),
        },
    };
    Ok(tell.map(|tell| *tell).unwrap_or_default())
}

/// What is to be told now.
pub(crate) async fn telling_of(
    clock: &impl Clock,
    ledger: &impl Ledger,
    record: &Record,
) -> Result<Telling, Failure> {
    let desk = ledger.desk(&record.service).await?;
    let now: Timestamp = clock.now();
    Ok(Telling::of(record, &desk, now))
}

/// Writes a thread, and answers it as it stands then; nothing if somebody else wrote it first.
pub(crate) async fn write(
    threads: &impl Threads,
    thread: Thread,
) -> Result<Option<Thread>, Failure> {
    let written = threads.keep(thread.clone()).await?;
    Ok(written.then(|| Thread { version: thread.version + 1, ..thread }))
}
