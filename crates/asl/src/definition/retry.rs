//! Reads `Retry` and `Catch`.

use serde_json::Value;

use super::flow::Exit;
use super::object::Fields;
use super::place::Place;
use super::reader::{LONGEST, Reader, Targets};
use super::state::Around;
use super::{Catcher, Retrier, fields};
use crate::error::{RESERVED, UNCATCHABLE};
use crate::json::item;

/// `MaxDelaySeconds` must be "greater than 0 and less than 31622401" (Developer Guide, "Handling
/// errors"): at most 366 days.
const LONGEST_DELAY: u64 = 31_622_400;

impl Reader {
    pub(super) fn retry(&mut self, fields: &Fields<'_>) -> Vec<Retrier> {
        let Some((items, path)) = self.list(fields, "Retry") else { return Vec::new() };
        let mut retriers = Vec::new();
        for (index, value) in items.iter().enumerate() {
            let Some(retrier) = self.object(value, item(&path, index)) else { continue };
            self.known(&retrier, "a retrier", fields::RETRIER);
            let last = index + 1 == items.len();
            retriers.push(Retrier {
                errors: self.errors(&retrier, last),
                interval: self.whole(&retrier, "IntervalSeconds", 1..=LONGEST).unwrap_or(1),
                attempts: self.whole(&retrier, "MaxAttempts", 0..=LONGEST).unwrap_or(3),
                backoff: self.backoff(&retrier),
                most: self.longest_delay(&retrier),
                jitter: self.jitter(&retrier),
            });
        }
        retriers
    }

    pub(super) fn catch(
        &mut self,
        fields: &Fields<'_>,
        targets: &Targets<'_>,
        around: &mut Around,
    ) -> Vec<Catcher> {
        let Some((items, path)) = self.list(fields, "Catch") else { return Vec::new() };
        let mut catchers = Vec::new();
        for (index, value) in items.iter().enumerate() {
            let Some(catcher) = self.object(value, item(&path, index)) else { continue };
            self.known(&catcher, "a catcher", fields::CATCHER);
            self.required(&catcher, "Next");
            let errors = self.errors(&catcher, index + 1 == items.len());
            let before = self.assigned.len();
            let leave = self.leave(&catcher, Place::Catch);
            let assigned = self.assigned[before..].iter().map(|(name, _)| name.clone()).collect();
            if let Some(next) = self.target(&catcher, "Next", targets) {
                around.exits.push(Exit { to: Some(next), assigned });
                catchers.push(Catcher { errors, leave, next });
            }
        }
        catchers
    }

    /// `Retry` and `Catch` may be empty.
    fn list<'a>(&mut self, fields: &Fields<'a>, name: &str) -> Option<(&'a Vec<Value>, String)> {
        match fields.get(name)? {
            (Value::Array(items), path) => Some((items, path)),
            _ => self.array(fields, name),
        }
    }

    fn errors(&mut self, fields: &Fields<'_>, last: bool) -> Vec<Box<str>> {
        self.required(fields, "ErrorEquals");
        let Some((items, path)) = self.array(fields, "ErrorEquals") else { return Vec::new() };
        let mut errors: Vec<Box<str>> = Vec::new();
        for (index, value) in items.iter().enumerate() {
            let path = item(&path, index);
            let Some(name) = value.as_str() else {
                self.report.add(path, "this is not the name of an error", "write a string");
                continue;
            };
            if UNCATCHABLE.contains(&name) {
                self.report.add(path, format!("`{name}` is never caught nor retried"), "remove it");
            } else if name.starts_with("States.") && !RESERVED.contains(&name) {
                self.report.add(
                    path,
                    format!("there is no error `{name}`"),
                    format!("names with `States.` are reserved: {}", RESERVED.join(", ")),
                );
            } else if errors.iter().any(|known| **known == *name) {
                self.report.add(path, format!("`{name}` stands twice"), "remove it once");
            }
            errors.push(name.into());
        }
        if errors.iter().any(|name| &**name == "States.ALL") {
            if errors.len() > 1 {
                self.report.add(
                    &*path,
                    "`States.ALL` must stand alone",
                    "remove the others: it is all of them",
                );
            }
            if !last {
                self.report.add(
                    &*path,
                    "`States.ALL` must come last",
                    "what follows is never looked at",
                );
            }
        }
        errors
    }

    fn backoff(&mut self, fields: &Fields<'_>) -> f64 {
        let Some((value, path)) = fields.get("BackoffRate") else { return 2.0 };
        let rate = value.as_f64().filter(|rate| *rate >= 1.0);
        if rate.is_none() {
            self.report.add(
                path,
                format!("{value} is out of range for `BackoffRate`"),
                "write a number from 1.0 up",
            );
        }
        rate.unwrap_or(2.0)
    }

    fn longest_delay(&mut self, fields: &Fields<'_>) -> Option<u64> {
        let most = self.whole(fields, "MaxDelaySeconds", 1..=LONGEST_DELAY)?;
        let interval = fields.map.get("IntervalSeconds").map_or(Some(1), Value::as_u64);
        if interval.is_some_and(|interval| most <= interval) {
            self.report.add(
                format!("{}.MaxDelaySeconds", fields.path),
                format!("{most} is not greater than `IntervalSeconds`"),
                "make it greater",
            );
        }
        Some(most)
    }

    fn jitter(&mut self, fields: &Fields<'_>) -> bool {
        let Some((value, path)) = fields.get("JitterStrategy") else { return false };
        match value.as_str() {
            Some("FULL") => true,
            Some("NONE") => false,
            _ => {
                self.report.add(
                    path,
                    format!("there is no jitter {value}"),
                    "write `\"FULL\"` or `\"NONE\"`",
                );
                false
            }
        }
    }
}
