//! The service document: what a team writes to put a service under Cutover.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, decode};
use crate::name::{Arn, Image, ServiceName};
use crate::policy::TagPolicy;
use crate::seconds::Seconds;
use crate::strategy::Strategy;

/// What a team writes to put a service under Cutover.
///
/// On AWS it is the SSM parameter `/cutover/services/<name>`; `cutover local` reads it from a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServiceDocument {
    /// What Cutover and its messages call the service.
    pub name: ServiceName,
    /// The image, without tag or digest.
    pub image: Image,
    /// Which tags of it are meant for this service.
    pub tags: TagPolicy,
    /// The ECS cluster, by name.
    pub cluster: String,
    /// The ECS service, by name; by default the same as `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ecs_service: Option<String>,
    /// Which container of the task definition runs the image; needed where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<String>,
    /// How traffic moves.
    pub strategy: Strategy,
    /// How long both fleets stand after production moved, so that going back takes seconds.
    #[serde(default = "ten_minutes")]
    pub bake: Seconds,
    /// What is asked before and while production moves.
    #[serde(default)]
    pub checks: Checks,
    /// Services of a lower wave are deployed first when one image is for several.
    #[serde(default)]
    pub wave: u16,
}

/// What is asked before and while production moves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Checks {
    /// Requests to green through the test listener, before production sees it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub smoke: Vec<Smoke>,
    /// How long green may take until all its tasks are healthy. ECS itself would wait for a day.
    #[serde(default = "fifteen_minutes")]
    pub start_within: Seconds,
    /// Where the test listener answers: `https://test.example.com:8443`. `cutover local` has its
    /// own and needs none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_url: Option<String>,
    /// How long green may take to answer all smoke requests well and to have all targets healthy.
    #[serde(default = "thirty_seconds")]
    pub within: Seconds,
    /// CloudWatch alarms, by name, that must not ring.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<String>,
}

impl Default for Checks {
    fn default() -> Self {
        Self {
            smoke: vec![],
            start_within: fifteen_minutes(),
            test_url: None,
            within: thirty_seconds(),
            alarms: vec![],
        }
    }
}

/// One request to green, and what a good answer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Smoke {
    /// The method.
    #[serde(default = "get")]
    pub method: Method,
    /// The path, with its query.
    pub path: String,
    /// Headers to send.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub headers: std::collections::BTreeMap<String, String>,
    /// The status of a good answer.
    #[serde(default = "ok")]
    #[schemars(range(min = 100, max = 599))]
    pub status: u16,
    /// A text that a good answer's body contains.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<String>,
    /// The longest a good answer takes, in milliseconds.
    #[serde(default = "five_thousand")]
    #[schemars(range(min = 1, max = 60_000))]
    pub within_ms: u64,
}

/// The methods that a smoke request may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the names are those of HTTP")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Delete,
    Options,
}

impl Method {
    /// As it stands in a request.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }
}

fn ten_minutes() -> Seconds {
    Seconds::minutes(10)
}

fn fifteen_minutes() -> Seconds {
    Seconds::minutes(15)
}

fn thirty_seconds() -> Seconds {
    Seconds(30)
}

fn get() -> Method {
    Method::Get
}

fn ok() -> u16 {
    200
}

fn five_thousand() -> u64 {
    5_000
}

/// The longest bake: ECS gives a stage 24 hours before it rolls back, and a pause needs patience
/// beyond the bake.
const LONGEST_BAKE: Seconds = Seconds(23 * 3600);

/// Where a service is in ECS.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The cluster, by name.
    pub cluster: String,
    /// The ECS service, by name.
    pub service: String,
}

impl Place {
    /// Whether this is the service that ECS calls `arn`: `arn:…:service/<cluster>/<service>`.
    pub fn is_called(&self, arn: &Arn) -> bool {
        let resource = arn.as_str().splitn(6, ':').nth(5);
        resource.and_then(|resource| resource.strip_prefix("service/"))
            == Some(&format!("{}/{}", self.cluster, self.service))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.cluster, self.service)
    }
}

impl ServiceDocument {
    /// Where the service is in ECS.
    pub fn place(&self) -> Place {
        let service = self.ecs_service.as_deref().unwrap_or(self.name.as_str());
        Place { cluster: self.cluster.clone(), service: service.to_owned() }
    }

    /// Reads a document, and says everything that is wrong with it.
    ///
    /// # Errors
    /// [`Failure::Invalid`]: the path of each mistake in the document, and what would be right.
    pub fn read(text: &str) -> Result<Self, Failure> {
        let json = serde_json::from_str(text)
            .map_err(|error| Failure::Invalid(format!("this is not JSON: {error}")))?;
        let document: Self = decode(json)?;

        match document.mistakes() {
            mistakes if mistakes.is_empty() => Ok(document),
            mistakes => Err(Failure::Invalid(mistakes.join("; "))),
        }
    }

    /// What no type can rule out: each with its path, what is wrong and what would be right.
    fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let mut unless = |right: bool, mistake: String| {
            if !right {
                mistakes.push(mistake);
            }
        };

        for (path, name) in
            [("cluster", Some(&self.cluster)), ("ecs_service", self.ecs_service.as_ref())]
        {
            let right = name.is_none_or(|name| {
                (1..=255).contains(&name.len())
                    && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            });
            unless(
                right,
                format!(
                    "at `{path}`: an ECS name has 1 to 255 letters, digits, hyphens and underscores"
                ),
            );
        }
        unless(
            self.bake <= LONGEST_BAKE,
            format!(
                "at `bake`: {} is longer than {LONGEST_BAKE}; ECS ends a stage after 24 hours",
                self.bake
            ),
        );
        match &self.strategy {
            Strategy::Canary { hold, .. } | Strategy::Linear { hold, .. } => unless(
                *hold <= LONGEST_BAKE,
                format!(
                    "at `strategy`: hold {hold} is longer than {LONGEST_BAKE}; ECS ends a stage after 24 hours"
                ),
            ),
            Strategy::BlueGreen {} | Strategy::Rolling {} => {}
        }
        if let Strategy::Linear { step, .. } = self.strategy {
            unless(
                step.tenths() >= 30,
                format!(
                    "at `strategy.linear.step`: {step} is less than 3 %, the smallest that ECS takes"
                ),
            );
        }
        unless(
            !matches!(self.strategy, Strategy::Rolling {}) || self.checks.smoke.is_empty(),
            "at `checks.smoke`: a rolling deployment has no test listener to ask; remove the requests or choose another strategy".into(),
        );
        for (index, smoke) in self.checks.smoke.iter().enumerate() {
            unless(
                smoke.path.starts_with('/') && smoke.path.chars().all(|c| c.is_ascii_graphic()),
                format!(
                    "at `checks.smoke[{index}].path`: a path starts with \"/\" and has no spaces"
                ),
            );
            unless(
                (100..=599).contains(&smoke.status),
                format!(
                    "at `checks.smoke[{index}].status`: {} is not an HTTP status of 100 to 599",
                    smoke.status
                ),
            );
            unless(
                (1..=60_000).contains(&smoke.within_ms),
                format!("at `checks.smoke[{index}].within_ms`: choose 1 to 60000 milliseconds"),
            );
            for name in smoke.headers.keys() {
                unless(
                    !name.is_empty()
                        && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)),
                    format!("at `checks.smoke[{index}].headers`: {name:?} is not a header name"),
                );
            }
        }
        for (index, alarm) in self.checks.alarms.iter().enumerate() {
            unless(
                (1..=255).contains(&alarm.len()),
                format!("at `checks.alarms[{index}]`: an alarm's name has 1 to 255 characters"),
            );
            unless(
                !self.checks.alarms[..index].contains(alarm),
                format!("at `checks.alarms[{index}]`: {alarm:?} is listed twice"),
            );
        }

        mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn document() -> Value {
        json!({
            "name": "checkout",
            "image": "ghcr.io/acme/checkout",
            "tags": { "semver": ">=1.0.0" },
            "cluster": "shop",
            "strategy": { "blue_green": {} }
        })
    }

    fn with(path: &str, value: Value) -> String {
        let mut document = document();
        document[path] = value;
        document.to_string()
    }

    #[test]
    fn a_short_document_says_enough() {
        let document = ServiceDocument::read(&document().to_string()).unwrap();

        assert_eq!(document.place().to_string(), "shop/checkout");
        assert_eq!(document.bake, Seconds::minutes(10));
        assert_eq!(document.checks.within, Seconds(30));
    }

    #[test]
    fn every_mistake_is_told_with_its_path_and_what_would_be_right() {
        for (wrong, says) in [
            (with("bake", json!("48h")), "at `bake`: 48h is longer than 23h"),
            (with("bake", json!("soon")), "at `bake`: invalid value: string \"soon\""),
            (with("colour", json!("blue")), "at `colour`: unknown field `colour`, expected one of"),
            (
                with("image", json!("ghcr.io/acme/checkout:v1")),
                "at `image`: \"ghcr.io/acme/checkout:v1\" is not an image",
            ),
            (
                with("strategy", json!({ "linear": { "step": 2, "hold": 60 } })),
                "at `strategy.linear.step`: 2% is less than 3 %",
            ),
            (
                with("strategy", json!({ "canary": { "percent": 0, "hold": 60 } })),
                "0 is not a share of traffic",
            ),
            (with("cluster", json!("a b")), "at `cluster`: an ECS name has"),
            (
                with("checks", json!({ "smoke": [{ "path": "health" }] })),
                "at `checks.smoke[0].path`: a path starts with \"/\"",
            ),
            (
                with("checks", json!({ "smoke": [{ "path": "/", "status": 20 }] })),
                "at `checks.smoke[0].status`: 20 is not",
            ),
            (
                with("checks", json!({ "alarms": ["a", "b", "a"] })),
                "at `checks.alarms[2]`: \"a\" is listed twice",
            ),
            ("{".into(), "this is not JSON: EOF"),
        ] {
            let failure = ServiceDocument::read(&wrong).expect_err(&wrong).to_string();
            assert!(failure.contains(says), "{wrong}\n  {failure}");
        }
    }

    #[test]
    fn several_mistakes_are_told_at_once() {
        let wrong =
            with("checks", json!({ "smoke": [{ "path": "x", "within_ms": 0 }], "alarms": [""] }));

        let failure = ServiceDocument::read(&wrong).expect_err("three mistakes").to_string();

        assert_eq!(failure.matches("at `").count(), 3, "{failure}");
    }
}
