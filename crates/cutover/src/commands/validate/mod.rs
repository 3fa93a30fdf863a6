//! `cutover validate`: will Cutover understand this document?

mod local;
mod service;

use std::fmt;

use clap::Args;
use domain::service::ServiceDocument;
use serde_json::{Value, json};

use crate::console::{Console, End};
use crate::problem::{Problem, Trouble};
use crate::source::Source;
use crate::tally::tally;

/// Validate service documents and local configurations, and tell everything that is wrong
///
/// What kind of document a file is, is told by what is in it.
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover validate services/*.json")]
pub(crate) struct Validate {
    /// Files, or - for standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<Source>,
    /// Answer in JSON: {"files": [{"file", "kind", "problems": [{"file", "path", "what", "remedy"}]}]}
    #[arg(long)]
    json: bool,
}

/// What kind of document a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Service,
    Local,
}

/// A file that was looked at.
struct Validated {
    file: String,
    kind: Option<Kind>,
    problems: Vec<Problem>,
}

impl Validate {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let validated: Vec<_> = self.files.iter().map(validate).collect();

        if self.json {
            let entry = |one: &Validated| {
                let kind = one.kind.map(Kind::key);
                json!({ "file": one.file, "kind": kind, "problems": one.problems })
            };
            let files: Vec<_> = validated.iter().map(entry).collect();
            console.json(&json!({ "files": files }))?;
        } else {
            for one in &validated {
                match one.kind.filter(|_| one.problems.is_empty()) {
                    Some(kind) => console.line(format_args!("{}: a good {kind}\n", one.file))?,
                    None => {
                        for problem in &one.problems {
                            console.line(format_args!("{problem}\n"))?;
                        }
                    }
                }
            }
            console.line(tally(validated.iter().map(|one| &one.problems)))?;
        }

        let good = validated.iter().all(|one| one.problems.is_empty());
        Ok(if good { End::Good } else { End::Wrong })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Service => "service document",
            Self::Local => "local configuration",
        })
    }
}

impl Kind {
    /// As a program reads it.
    fn key(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Local => "local",
        }
    }

    /// The kind of a document, by the fields that only that kind has.
    fn of(document: &Value) -> Option<Self> {
        let has = |field: &&str| document.get(field).is_some();
        if ["services", "images", "state", "webhook_secrets", "listen"].iter().any(has) {
            return Some(Self::Local);
        }
        ["image", "tags", "strategy", "cluster", "ecs_service", "checks", "bake"]
            .iter()
            .any(has)
            .then_some(Self::Service)
    }

    /// Everything that is wrong with a document of this kind.
    fn problems(self, source: &Source, text: &str) -> Vec<Problem> {
        match self {
            Self::Service => service::problems(source, text),
            Self::Local => local::problems(source, text),
        }
    }
}

fn validate(source: &Source) -> Validated {
    let file = source.to_string();
    match read(source) {
        Ok((kind, text)) => {
            let problems = kind.problems(source, &text);
            Validated { file, kind: Some(kind), problems }
        }
        Err(problem) => Validated { file, kind: None, problems: vec![problem] },
    }
}

/// Reads a document and tells what kind it is, or why nobody can.
fn read(source: &Source) -> Result<(Kind, String), Problem> {
    let text = source.read()?;
    let document: Value = serde_json::from_str(&text).map_err(|error| {
        Problem::with(source, format!("this is not JSON: {error}")).remedy("correct the text there")
    })?;
    let kind = Kind::of(&document).ok_or_else(|| unknown(source, &document))?;
    Ok((kind, text))
}

/// Reads a service document, or tells everything that is wrong with it.
pub(super) fn service(source: &Source) -> Result<ServiceDocument, Vec<Problem>> {
    let (kind, text) = read(source).map_err(|problem| vec![problem])?;
    match kind {
        Kind::Service => service_in(source, &text),
        Kind::Local => Err(vec![
            Problem::with(source, "this is a local configuration")
                .remedy("name a service document; `services` of the configuration names some"),
        ]),
    }
}

/// Reads a service document that stands in `place`, or tells everything that is wrong with it.
pub(crate) fn service_in(
    place: impl fmt::Display,
    text: &str,
) -> Result<ServiceDocument, Vec<Problem>> {
    service::read(&place, text)
}

/// No kind that is known.
fn unknown(source: &Source, document: &Value) -> Problem {
    if document.get("StartAt").is_some() || document.get("States").is_some() {
        return Problem::with(source, "this is a state machine definition")
            .remedy(format!("use `cutover check {source}`"));
    }
    Problem::with(source, "this is no document of Cutover").remedy(
        "a service document has `name`, `image`, `tags`, `cluster` and `strategy`, a local \
         configuration `services` and `state`; see `cutover schema`",
    )
}
