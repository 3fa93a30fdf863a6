//! What the bus promises to those who put events on it and those who are told.

mod delivery;
mod envelope;
mod giving_up;

use std::sync::Arc;

use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};

use super::*;

/// Who was told of which event (its `detail.n`), in the order they were told.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(String, i64)>>>);

impl Told {
    fn note(&self, target: &str, event: &Event) {
        self.0.lock().push((target.to_owned(), event.detail["n"].as_i64().unwrap_or(-1)));
    }

    fn all(&self) -> Vec<(String, i64)> {
        self.0.lock().clone()
    }

    fn numbers(&self) -> Vec<i64> {
        self.all().into_iter().map(|(_, n)| n).collect()
    }
}

fn event(n: i64) -> Event {
    Event::new("test", "Counted", Timestamp::UNIX_EPOCH, json!({"n": n}))
}

fn rule(name: &str, pattern: &Value, targets: &[&str]) -> Rule {
    Rule::new(name, Pattern::read(pattern).unwrap(), targets.iter().copied())
}

fn everything() -> Value {
    json!({"source": ["test"]})
}

fn listening() -> (Bus, Told) {
    let told = Told::default();
    let noting = told.clone();
    let bus = Bus::new(move |target, event| {
        noting.note(&target, &event);
        async { Ok(()) }
    });
    (bus, told)
}

/// A bus whose targets fail as often as told before they succeed.
fn failing(times: usize, settings: Settings) -> (Bus, Told) {
    let told = Told::default();
    let noting = told.clone();
    let bus = Bus::with(settings, move |target, event| {
        noting.note(&target, &event);
        let tries = noting.0.lock().len();
        async move { if tries > times { Ok(()) } else { Err(format!("try {tries} failed")) } }
    });
    (bus, told)
}
