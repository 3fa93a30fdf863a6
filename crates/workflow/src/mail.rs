//! Writes a letter about the end of a deployment.

use std::collections::BTreeMap;

use domain::Failure;
use domain::outcome::End;
use domain::seconds::Seconds;
use domain::telling::{Medium, Message, Telling, plain};

use crate::ports::{Catalog, Clock, Ledger, Letter, Mailbox, Threads};
use crate::post::{Tell, Told, telling_of, told_where, write};

/// Writes a letter about the end of a deployment, once: to who follows, or, if it is stuck, to who
/// is called. Nothing is written before the end.
pub async fn mail(
    clock: &impl Clock,
    catalog: &impl Catalog,
    ledger: &impl Ledger,
    threads: &impl Threads,
    followers: &impl Mailbox,
    operators: &impl Mailbox,
    input: Tell,
) -> Result<Told, Failure> {
    let Tell { deployment, by } = input;
    let Some(record) = ledger.record(&deployment).await? else { return Ok(Told::ALL) };
    let Some(outcome) = record.outcome() else { return Ok(Told::ALL) };
    let stuck = outcome.end == End::Stuck;
    if !stuck && !told_where(catalog, &record).await?.mail {
        return Ok(Told::ALL);
    }
    let thread = threads.thread(&deployment, Medium::Mail).await?;
    if thread.message.is_some() {
        return Ok(Told::ALL);
    }

    let now = clock.now();
    if thread.taken(now).is_some_and(|turn| turn.by != by) {
        return Ok(Told::more(Seconds(1)));
    }
    let Some(thread) = write(threads, thread.given(&by, now, true)).await? else {
        return Ok(Told::more(Seconds(1)));
    };

    let telling = telling_of(clock, ledger, &record).await?;
    let letter = letter(&telling, outcome.end);
    let sent = match stuck {
        true => operators.send(&letter).await,
        false => followers.send(&letter).await,
    };
    if let Err(failure) = sent {
        write(threads, thread.free()).await?;
        return Err(failure);
    }
    write(threads, thread.sent(&Message::First, &telling, letter.subject)).await?;
    tracing::info!(service = %telling.service, %deployment, "wrote of {}: {}", telling.title, outcome.end);
    Ok(Told::ALL)
}

/// The letter about an end.
fn letter(telling: &Telling, end: End) -> Letter {
    let attributes = [
        ("service", telling.service.to_string()),
        ("end", end.to_string()),
        ("severity", telling.severity().as_str().to_owned()),
    ];
    Letter {
        subject: format!("{end}: {}", telling.title),
        text: plain(telling),
        attributes: BTreeMap::from(attributes.map(|(name, value)| (name.to_owned(), value))),
    }
}
