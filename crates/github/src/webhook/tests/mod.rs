//! Deliveries as GitHub makes them, and as it never would.

mod fuzz;
mod hearing;
mod refusing;

use serde_json::Value;

use super::*;
use crate::signature::sign;

const SECRET: &str = "It's a Secret to Everybody";

const DELIVERY: &str = "0b989ba4-242f-11e5-81e1-c7b6966d2516";

macro_rules! sample {
    ($name:literal) => {
        include_str!(concat!("../../../../../events/samples/github/", $name, ".json"))
    };
}
use sample;

fn secrets() -> Secrets {
    Secrets::new(SECRET).unwrap()
}

/// Delivers a body as GitHub would: signed, with its headers.
fn deliver(event: &str, body: &str) -> Result<Heard, Refusal> {
    let signature = sign(SECRET, body.as_bytes());
    let headers = [
        ("Content-Type", "application/json"),
        ("X-GitHub-Event", event),
        ("X-GitHub-Delivery", DELIVERY),
        ("X-Hub-Signature-256", &signature),
    ];
    read(&secrets(), LIMIT, headers, body.as_bytes())
}

fn pushed(event: &str, body: &str) -> Push {
    match deliver(event, body) {
        Ok(Heard::Pushed(push)) => *push,
        other => panic!("no push: {other:?}"),
    }
}

fn reason(event: &str, body: &str) -> String {
    match deliver(event, body) {
        Ok(heard @ Heard::NotForUs { .. }) => {
            assert_eq!(heard.status(), 202);
            let Heard::NotForUs { reason } = heard else { unreachable!() };
            reason
        }
        other => panic!("for us: {other:?}"),
    }
}

/// Where a body cannot be read.
fn unreadable(event: &str, body: &str) -> String {
    let refusal = deliver(event, body).expect_err("a refusal");
    assert_eq!(refusal.status(), 400, "{refusal}");
    let Refusal::Unreadable { path, .. } = refusal else { panic!("{refusal}") };
    path
}

/// The published package, with one field set to something else.
fn with(pointer: &str, value: Value) -> String {
    let mut body: Value = serde_json::from_str(sample!("package-published")).unwrap();
    *body.pointer_mut(pointer).expect(pointer) = value;
    body.to_string()
}

/// The published package, without one field of the object at `pointer`.
fn without(pointer: &str, field: &str) -> String {
    let mut body: Value = serde_json::from_str(sample!("package-published")).unwrap();
    body.pointer_mut(pointer).unwrap().as_object_mut().unwrap().remove(field).expect(field);
    body.to_string()
}
