//! The account as the steps see it: every port, kept on one machine.

use std::sync::Arc;

use asl::Execution;
use domain::Failure;
use domain::desk::{Desk, Watcher};
use domain::event::{Event, ExecutionEnded};
use domain::evidence::{self, Alarm, AlarmState};
use domain::name::{CallbackToken, DeploymentId, Digest, Image, ServiceName, Tag};
use domain::platform::Platform;
use domain::preserved::Readings;
use domain::record::{Entry, Record};
use domain::service::{ServiceDocument, Smoke};
use domain::signal::Signal;
use domain::telling::{Medium, Message, Telling, Thread};
use domain::trigger::GoBack;
use jiff::Timestamp;
use serde_json::{Value, json};
use workflow::ports::{
    Alarms, Bus, Callbacks, Catalog, Chat, Clock, Executions, Heard, Ledger, Letter, Mailbox,
    Probe, Recoveries, Registry, Rollbacks, Said, Threads,
};

use super::{Inner, NotStarted, Told};
use crate::alarms;
use crate::plant::{Ask, Plant};

/// The account as the steps see it.
pub struct World<P: Plant>(pub(super) Arc<Inner<P>>);

impl<P: Plant> std::fmt::Debug for World<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("World").field(&self.0.settings).finish()
    }
}

impl<P: Plant> Clock for World<P> {
    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    async fn until(&self, moment: Timestamp) {
        let left = moment.duration_since(self.now());
        tokio::time::sleep(left.try_into().unwrap_or_default()).await;
    }
}

impl<P: Plant> Catalog for World<P> {
    async fn service(&self, name: &ServiceName) -> Result<ServiceDocument, Failure> {
        let answer = async {
            let known = self.0.documents.read().get(name).cloned();
            known.ok_or_else(|| {
                Failure::Refused(format!("there is no service {name} under Cutover"))
            })
        };
        self.0.calls.make("catalog.service", answer).await
    }

    async fn services(&self) -> Result<Vec<ServiceDocument>, Failure> {
        let answer = async { Ok(self.0.documents.read().values().cloned().collect()) };
        self.0.calls.make("catalog.services", answer).await
    }
}

impl<P: Plant> Registry for World<P> {
    async fn digest_of(&self, image: &Image, tag: &Tag) -> Result<Digest, Failure> {
        let answer = async { self.0.images.digest_of(image, tag) };
        self.0.calls.make("registry.digest_of", answer).await
    }

    async fn has(&self, image: &Image, digest: &Digest) -> Result<(), Failure> {
        self.0.calls.make("registry.has", async { self.0.images.has(image, digest) }).await
    }

    async fn platforms(&self, image: &Image, digest: &Digest) -> Result<Vec<Platform>, Failure> {
        let answer = async { Ok(self.0.images.platforms(image, digest)) };
        self.0.calls.make("registry.platforms", answer).await
    }
}

impl<P: Plant> Alarms for World<P> {
    async fn states(&self, names: &[String]) -> Result<Vec<Alarm>, Failure> {
        let answer = async {
            let book = self.0.alarms.lock();
            Ok(names.iter().map(|name| alarm(name, book.state(name), self.now())).collect())
        };
        self.0.calls.make("alarms.states", answer).await
    }

    async fn readings(
        &self,
        names: &[String],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Readings>, Failure> {
        let answer = async { Ok(self.0.readings(names, from, to)) };
        self.0.calls.make("alarms.readings", answer).await
    }
}

fn alarm(name: &str, standing: Option<&alarms::Standing>, now: Timestamp) -> Alarm {
    let state = match standing.map(|standing| standing.value) {
        Some(alarms::AlarmState::Ok) => AlarmState::Quiet,
        Some(alarms::AlarmState::Alarm) => AlarmState::Ringing,
        Some(alarms::AlarmState::InsufficientData) => AlarmState::NoData,
        None => AlarmState::Missing,
    };
    Alarm { name: name.to_owned(), state, since: standing.map_or(now, |standing| standing.since) }
}

impl<P: Plant> Probe for World<P> {
    async fn ask(
        &self,
        service: &ServiceDocument,
        smoke: &Smoke,
    ) -> Result<Result<evidence::Answer, String>, Failure> {
        let ask = Ask {
            method: smoke.method.as_str().to_owned(),
            path: smoke.path.clone(),
            headers: smoke.headers.clone().into_iter().collect(),
            // A little more than a good answer takes, so that "too slow" can be told from "never".
            timeout_ms: smoke.within_ms.saturating_mul(2).clamp(1_000, 30_000),
        };
        let answer = async {
            let answer = self.0.plant.ask(&service.place().service, &ask).await;
            Ok(answer.map(|answer| evidence::Answer {
                status: answer.status,
                body: answer.body,
                millis: answer.millis,
            }))
        };
        self.0.calls.make("probe.ask", answer).await
    }
}

impl<P: Plant> Ledger for World<P> {
    async fn desk(&self, service: &ServiceName) -> Result<Desk, Failure> {
        self.0.calls.make("ledger.desk", async { Ok(self.0.book.desk(service)) }).await
    }

    async fn replace(&self, desk: Desk) -> Result<bool, Failure> {
        let effect = async { Ok(self.0.book.replace(&self.0.store, desk)) };
        self.0.calls.make("ledger.replace", effect).await
    }

    async fn desks(&self) -> Result<Vec<Desk>, Failure> {
        self.0.calls.make("ledger.desks", async { Ok(self.0.book.desks()) }).await
    }

    async fn watchers(&self, signal: &Signal) -> Result<Vec<Watcher>, Failure> {
        self.0.calls.make("ledger.watchers", async { Ok(self.0.book.watchers(signal)) }).await
    }

    async fn record(&self, deployment: &DeploymentId) -> Result<Option<Record>, Failure> {
        self.0.calls.make("ledger.record", async { Ok(self.0.book.record(deployment)) }).await
    }

    async fn history(&self, service: &ServiceName, most: usize) -> Result<Vec<Record>, Failure> {
        let answer = async { Ok(self.0.book.history(service, most)) };
        self.0.calls.make("ledger.history", answer).await
    }

    async fn append(
        &self,
        deployment: &DeploymentId,
        service: &ServiceName,
        entry: Entry,
    ) -> Result<(), Failure> {
        let effect = async {
            let at = self.now();
            if self.0.book.append(&self.0.store, deployment, service, entry.clone(), at) {
                let (deployment, service) = (deployment.clone(), service.clone());
                self.0.tell(&Told::Recorded { at, deployment, service, entry });
            }
            Ok(())
        };
        self.0.calls.make("ledger.append", effect).await
    }
}

impl<P: Plant> Callbacks for World<P> {
    async fn succeed(&self, token: &CallbackToken, answer: Value) -> Result<Heard, Failure> {
        let effect = async { heard(self.0.tokens.succeed(token.as_str(), answer)) };
        self.0.calls.make("callbacks.succeed", effect).await
    }

    async fn fail(&self, token: &CallbackToken, failure: &Failure) -> Result<Heard, Failure> {
        let (error, cause) = (failure.name(), failure.to_string());
        let effect = async { heard(self.0.tokens.fail(token.as_str(), error, cause)) };
        self.0.calls.make("callbacks.fail", effect).await
    }
}

fn heard(answered: Result<(), asl::TokenError>) -> Result<Heard, Failure> {
    match answered {
        Ok(()) => Ok(Heard::Yes),
        Err(asl::TokenError::TaskDoesNotExist | asl::TokenError::TaskTimedOut) => Ok(Heard::Gone),
        Err(error @ asl::TokenError::InvalidOutput) => Err(Failure::Invalid(error.to_string())),
    }
}

impl<P: Plant> Executions for World<P> {
    async fn runs(&self, deployment: &DeploymentId) -> Result<bool, Failure> {
        let answer = async { Ok(self.0.executions.runs(deployment.as_str())) };
        self.0.calls.make("executions.runs", answer).await
    }

    async fn broken_off(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<DeploymentId>, Failure> {
        let answer = async { Ok(self.0.executions.broken_off(from, to)) };
        self.0.calls.make("executions.broken_off", answer).await
    }

    async fn ended(&self, deployment: &DeploymentId) -> Result<Option<ExecutionEnded>, Failure> {
        let answer = async { Ok(self.0.executions.ended(deployment)) };
        self.0.calls.make("executions.ended", answer).await
    }

    async fn stop(&self, deployment: &DeploymentId, why: &str) -> Result<(), Failure> {
        let effect = async {
            if let Some(execution) = self.0.executions.get("deployment", deployment.as_str()) {
                execution.stop(None, Some(why.to_owned()));
            }
            Ok(())
        };
        self.0.calls.make("executions.stop", effect).await
    }
}

impl<P: Plant> Recoveries for World<P> {
    async fn begin(&self, name: &str, of: &ExecutionEnded) -> Result<(), Failure> {
        let effect = async { began(self.0.start("recovery", name, json!(of))) };
        self.0.calls.make("recoveries.begin", effect).await
    }
}

impl<P: Plant> Rollbacks for World<P> {
    async fn go_back(&self, name: &str, ask: &GoBack) -> Result<(), Failure> {
        let effect = async { began(self.0.start("rollback", name, json!(ask))) };
        self.0.calls.make("rollbacks.go_back", effect).await
    }
}

/// What came of beginning something, which may have begun before.
fn began(started: Result<Execution, NotStarted>) -> Result<(), Failure> {
    match started {
        Ok(_) | Err(NotStarted::AlreadyExists(_)) => Ok(()),
        Err(error @ NotStarted::NoMachine(_)) => Err(Failure::Invalid(error.to_string())),
    }
}

impl<P: Plant> Bus for World<P> {
    async fn publish(&self, events: &[Event]) -> Result<(), Failure> {
        let effect = async {
            for event in events {
                let (what, detail) = (event.detail_type(), event.detail());
                self.0.bus().put(self.0.bus().event(Event::SOURCE, what, self.now(), detail));
            }
            Ok(())
        };
        self.0.calls.make("bus.publish", effect).await
    }
}

impl<P: Plant> Threads for World<P> {
    async fn thread(&self, deployment: &DeploymentId, medium: Medium) -> Result<Thread, Failure> {
        let answer = async { Ok(self.0.book.thread(deployment, medium)) };
        self.0.calls.make("threads.thread", answer).await
    }

    async fn keep(&self, thread: Thread) -> Result<bool, Failure> {
        let effect = async { Ok(self.0.book.keep(&self.0.store, thread)) };
        self.0.calls.make("threads.keep", effect).await
    }

    async fn reserve(&self, channel: &str, now: Timestamp) -> Result<Timestamp, Failure> {
        let effect = async { Ok(self.0.book.reserve(channel, now)) };
        self.0.calls.make("threads.reserve", effect).await
    }

    async fn hold_off(&self, channel: &str, until: Timestamp) -> Result<(), Failure> {
        let effect = async {
            self.0.book.hold_off(channel, until);
            Ok(())
        };
        self.0.calls.make("threads.hold_off", effect).await
    }
}

impl<P: Plant> Chat for World<P> {
    async fn say(
        &self,
        channel: &str,
        telling: &Telling,
        message: &Message,
    ) -> Result<Said, Failure> {
        let effect = self.0.talk.say(channel, telling, message, self.now());
        self.0.calls.make("chat.say", effect).await
    }
}

/// Who follows and who is called have one mailbox here.
impl<P: Plant> Mailbox for World<P> {
    async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let effect = async {
            self.0.talk.send(letter);
            let service = letter.attributes.get("service").and_then(|name| name.parse().ok());
            if let Some(service) = service {
                let (at, text) = (self.now(), letter.text.clone());
                self.0.tell(&Told::Wrote { at, service, text });
            }
            Ok(())
        };
        self.0.calls.make("mailbox.send", effect).await
    }
}
