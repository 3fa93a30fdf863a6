//! The story as it happens, a line for each thing that was decided.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::name::Digest;
use domain::outcome::End;
use domain::record::Entry;
use jiff::Timestamp;
use local::account::Told;

use super::ink::Ink;

/// Tells what happened since it began.
#[derive(Debug)]
pub(super) struct Story {
    began: Timestamp,
    ink: Ink,
    /// The tag of each digest.
    tags: BTreeMap<String, String>,
    /// How traffic was divided last, by service.
    divided: BTreeMap<String, String>,
}

impl Story {
    /// A story that begins now. `tags` are the tags of the digests that it meets.
    pub(super) fn new(began: Timestamp, ink: Ink, tags: BTreeMap<String, String>) -> Self {
        Self { began, ink, tags, divided: BTreeMap::new() }
    }

    /// This digest has a tag.
    pub(super) fn knows(&mut self, digest: &Digest, tag: &str) {
        self.tags.insert(digest.to_string(), tag.to_owned());
    }

    /// A line about something that the account told, if it is worth one.
    pub(super) fn told(&mut self, told: &Told) -> Option<String> {
        match told {
            // ECS and the registry name things; the story is about what was decided.
            Told::Recorded { entry: Entry::Registered { .. } | Entry::Checked { .. }, .. }
            | Told::Wrote { .. } => None,
            Told::Recorded { at, service, entry, .. } => {
                Some(self.line(*at, service.as_str(), &self.coloured(entry)))
            }
            Told::Shifted { at, place, production } => {
                let mut division = String::from("traffic: ");
                for (index, (digest, share)) in production.iter().enumerate() {
                    let tag = self.tags.get(digest).map_or(digest.as_str(), String::as_str);
                    let comma = if index > 0 { ", " } else { "" };
                    let _ = write!(division, "{comma}{share} {tag}");
                }
                // Orders change when tasks are scaled, too.
                let before = self.divided.insert(place.service.clone(), division.clone());
                let is_new = before.as_ref() != Some(&division);
                is_new.then(|| self.line(*at, &place.service, &self.ink.strong(division)))
            }
        }
    }

    /// A line about what somebody did at this time.
    pub(super) fn line(&self, at: Timestamp, who: &str, what: &str) -> String {
        let seconds = at.duration_since(self.began).as_secs_f64().max(0.0);
        format!("{} {who:<9} {what}", self.ink.faint(format_args!("{seconds:>5.1}s")))
    }

    fn coloured(&self, entry: &Entry) -> String {
        match entry {
            Entry::Ended { outcome } if outcome.end == End::Deployed => self.ink.good(entry),
            Entry::Ended { .. } | Entry::TakenBack { .. } => self.ink.bad(entry),
            _ => entry.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::service::Place;
    use local::plant::Share;
    use serde_json::json;

    fn recorded(at: &str, entry: serde_json::Value) -> Told {
        Told::Recorded {
            at: at.parse().unwrap(),
            deployment: "checkout-1".parse().unwrap(),
            service: "checkout".parse().unwrap(),
            entry: serde_json::from_value(entry).unwrap(),
        }
    }

    fn shifted(at: &str, production: &[(&str, u16)]) -> Told {
        let share = |(digest, share): &(&str, u16)| ((*digest).to_owned(), Share(*share));
        Told::Shifted {
            at: at.parse().unwrap(),
            place: Place { cluster: "shop".into(), service: "checkout".into() },
            production: production.iter().map(share).collect(),
        }
    }

    #[test]
    fn a_line_says_when_which_service_and_what() {
        let began = "2026-01-01T00:00:00Z".parse().unwrap();
        let tags = [("sha256:a", "v1.0.0"), ("sha256:b", "v1.1.0")];
        let tags = tags.map(|(digest, tag)| (digest.to_owned(), tag.to_owned())).into();
        let mut story = Story::new(began, Ink::Plain, tags);

        let lines: Vec<String> = [
            recorded(
                "2026-01-01T00:00:01.26Z",
                json!({ "what": "requested", "request": {
                    "service": "checkout", "tag": "v1.1.0", "cause": "push", "by": "mona"
                }}),
            ),
            shifted("2026-01-01T00:00:02Z", &[("sha256:a", 900), ("sha256:b", 100)]),
            shifted("2026-01-01T00:00:03Z", &[("sha256:a", 900), ("sha256:b", 100)]),
            recorded(
                "2026-01-01T00:00:04Z",
                json!({ "what": "checked", "blue": {
                    "task_definition": "arn:aws:ecs:local:0:task-definition/checkout:1",
                    "digest": null, "desired": 2, "running": 2, "in_progress": null
                }}),
            ),
            recorded(
                "2026-01-01T00:00:12Z",
                json!({ "what": "taken_back", "back": {
                    "since": "2026-01-01T00:00:12Z", "why": "alarm checkout-errors: rings"
                }}),
            ),
            shifted("2026-01-01T00:00:12.2Z", &[("sha256:a", 1000)]),
        ]
        .iter()
        .filter_map(|told| story.told(told))
        .collect();

        insta::assert_snapshot!(lines.join("\n"), @"
         1.3s checkout  mona asked for checkout v1.1.0 (push)
         2.0s checkout  traffic: 90% v1.0.0, 10% v1.1.0
        12.0s checkout  told ECS to go back: alarm checkout-errors: rings
        12.2s checkout  traffic: 100% v1.0.0
        ");
    }
}
