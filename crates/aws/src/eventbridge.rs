//! The bus: EventBridge.

use std::time::Duration;

use aws_sdk_eventbridge::Client;
use aws_sdk_eventbridge::types::{PutEventsRequestEntry, PutEventsResultEntry};
use domain::Failure;
use domain::event::Event;
use workflow::ports::Bus;

use crate::Config;
use crate::config::client;
use crate::failure::failure;

/// The bus on which our events are put.
#[derive(Debug, Clone)]
pub struct EventBridge {
    client: Client,
    bus: String,
}

/// Events of one call.
///
/// Source: the API model, `PutEventsRequestEntryList` (1 to 10).
const MOST: usize = 10;
/// Bytes of one call. Source: `PutEvents`, "the total entry size must be less than 1MB", read as the
/// smaller of the two megabytes.
const CALL: usize = 1_000_000;
/// Bytes of one event. `PutEvents` takes more, but the state machines that it is for take 256 KiB,
/// with the envelope around it, for which a KiB is left.
const LARGEST: usize = 255 * 1024;

/// Codes of entries for which trying again may help; for all others it does not.
///
/// Source: `PutEventsResultEntry`, "Retryable errors".
const PASSING: [&str; 2] = ["InternalFailure", "ThrottlingException"];
/// How often the entries that may pass are put, and the wait before the second time; it doubles.
const TRIES: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(100);

impl EventBridge {
    /// The bus called `bus`: a name or an ARN.
    pub fn new(config: &Config, bus: impl Into<String>) -> Self {
        Self { client: client!(config, aws_sdk_eventbridge), bus: bus.into() }
    }

    fn entry(&self, event: &Event) -> Result<PutEventsRequestEntry, Failure> {
        let entry = PutEventsRequestEntry::builder()
            .event_bus_name(&self.bus)
            .source(Event::SOURCE)
            .detail_type(event.detail_type())
            .detail(event.detail().to_string())
            .build();
        match size(&entry) {
            size if size > LARGEST => Err(Failure::Invalid(format!(
                "the event {:?} has {size} bytes; the bus and what it starts take {LARGEST}",
                event.detail_type()
            ))),
            _ => Ok(entry),
        }
    }

    /// Puts the entries of one call; those that were turned away and may pass are put again.
    async fn put(
        &self,
        mut entries: Vec<PutEventsRequestEntry>,
        turned: &mut Turned,
    ) -> Result<(), Failure> {
        let mut wait = FIRST_WAIT;
        for left in (0..TRIES).rev() {
            let answer =
                self.client
                    .put_events()
                    .set_entries(Some(entries.clone()))
                    .send()
                    .await
                    .map_err(|error| failure(&format!("put events on {}", self.bus), &error))?;

            // The answers stand in the order of the entries. HTTP 200 says nothing about them.
            let mut again = Vec::new();
            for (entry, answer) in entries.into_iter().zip(answer.entries()) {
                match answer.error_code() {
                    None => {}
                    Some(code) if PASSING.contains(&code) && left > 0 => again.push(entry),
                    Some(code) if PASSING.contains(&code) => turned.busy.push(told(&entry, answer)),
                    Some(_) => turned.refused.push(told(&entry, answer)),
                }
            }
            if again.is_empty() {
                return Ok(());
            }
            entries = again;
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        Ok(())
    }
}

impl Bus for EventBridge {
    async fn publish(&self, events: &[Event]) -> Result<(), Failure> {
        let entries =
            events.iter().map(|event| self.entry(event)).collect::<Result<Vec<_>, _>>()?;

        // What can be put is put, also when some of it cannot.
        let mut turned = Turned::default();
        for call in calls(entries) {
            self.put(call, &mut turned).await?;
        }
        turned.into_result(&self.bus)
    }
}

/// Events that were turned away, each with the reason.
#[derive(Debug, Default)]
struct Turned {
    busy: Vec<String>,
    refused: Vec<String>,
}

impl Turned {
    fn into_result(self, bus: &str) -> Result<(), Failure> {
        let said = |events: &[String]| format!("{bus} did not take {}", events.join("; "));
        match (self.refused.as_slice(), self.busy.as_slice()) {
            ([], []) => Ok(()),
            ([], busy) => Err(Failure::Unavailable(said(busy))),
            (refused, busy) => Err(Failure::Refused(said(&[refused, busy].concat()))),
        }
    }
}

fn told(entry: &PutEventsRequestEntry, answer: &PutEventsResultEntry) -> String {
    format!(
        "{:?}: {}: {}",
        entry.detail_type().unwrap_or_default(),
        answer.error_code().unwrap_or_default(),
        answer.error_message().unwrap_or("no message")
    )
}

/// Divides entries into as few calls as may be.
fn calls(entries: Vec<PutEventsRequestEntry>) -> Vec<Vec<PutEventsRequestEntry>> {
    let mut calls: Vec<Vec<_>> = Vec::new();
    let mut bytes = 0;
    for entry in entries {
        let size = size(&entry);
        match calls.last_mut() {
            Some(call) if call.len() < MOST && bytes + size < CALL => {
                bytes += size;
                call.push(entry);
            }
            _ => {
                bytes = size;
                calls.push(vec![entry]);
            }
        }
    }
    calls
}

/// The bytes that EventBridge counts.
///
/// Source: User Guide, "Calculating `PutEvents` event entry size"; we give no time and no resources.
fn size(entry: &PutEventsRequestEntry) -> usize {
    [entry.source(), entry.detail_type(), entry.detail()].into_iter().flatten().map(str::len).sum()
}
