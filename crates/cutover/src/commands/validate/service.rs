//! Everything that is wrong with a service document.

use domain::Failure;
use domain::service::ServiceDocument;
use serde_json::{Value, json};

use crate::problem::Problem;
use crate::source::Source;

/// Everything that is wrong with `document`.
///
/// Reading stops at the first field that has the wrong shape. So that a person need not come back
/// for each, a field that was found wrong is replaced by a good one, and the document read again.
pub(super) fn problems(source: &Source, mut document: Value) -> Vec<Problem> {
    let good = good();
    let mut problems = Vec::new();
    let mut replaced = Vec::new();

    while let Err(failure) = ServiceDocument::read(&document.to_string()) {
        let before = replaced.len();
        for (field, problem) in mistakes(source, &failure) {
            if !replaced.contains(&field) {
                replaced.push(field);
            }
            problems.push(problem);
        }
        let Some(fields) = document.as_object_mut().filter(|_| replaced.len() > before) else {
            break;
        };
        for field in &replaced[before..] {
            match good.get(field) {
                Some(value) => fields.insert(field.clone(), value.clone()),
                None => fields.shift_remove(field),
            };
        }
    }

    problems
}

/// A service document without fault, with no more than it needs.
fn good() -> Value {
    json!({
        "name": "good",
        "image": "ghcr.io/good/good",
        "tags": { "semver": "*" },
        "cluster": "good",
        "strategy": { "blue_green": {} },
    })
}

/// The mistakes that a failure tells of, ``at `bake`: …; at `checks.smoke[0].path`: …``, each with
/// the field of the document it is in.
fn mistakes(source: &Source, failure: &Failure) -> Vec<(String, Problem)> {
    let sentence = failure.to_string();
    let mistake = |part: &str| {
        let part = part.strip_prefix("at `").unwrap_or(part);
        let (path, what) = part.split_once("`: ").unwrap_or(("", part));
        let problem = Problem::with(source, what);
        let problem = if path.is_empty() { problem } else { problem.at(path) };
        let missing = what.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
        match (missing, path) {
            (Some((field, _)), "") => (field.to_owned(), missing_field(problem)),
            (Some(_), path) => (first(path), missing_field(problem)),
            (None, path) => (first(path), problem),
        }
    };
    sentence.split("; at `").map(mistake).collect()
}

fn missing_field(problem: Problem) -> Problem {
    problem.remedy("add it; `cutover schema service` tells what it is")
}

/// The document's own field in which `path` lies.
fn first(path: &str) -> String {
    path.split(['.', '[']).next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(document: Value) -> Vec<String> {
        let problems = problems(&Source::Standard, document);
        problems.into_iter().map(|problem| problem.path.unwrap_or(problem.what)).collect()
    }

    #[test]
    fn the_good_values_are_good() {
        assert_eq!(paths(good()), Vec::<String>::new());
    }

    #[test]
    fn what_is_wrong_in_one_field_does_not_hide_another() {
        let wrong = json!({
            "image": "ghcr.io/acme/checkout:v1",
            "tags": {},
            "cluster": "a b",
            "strategy": { "linear": { "step": 1, "hold": 60 } },
            "bake": "soon",
            "colour": "blue",
            "checks": { "smoke": [{ "path": "x", "status": 7 }] },
        });

        let mut paths = paths(wrong);

        paths.sort();
        assert_eq!(
            paths,
            [
                "bake",
                "checks.smoke[0].path",
                "checks.smoke[0].status",
                "cluster",
                "colour",
                "image",
                "missing field `name`",
                "strategy.linear.step",
                "tags",
            ]
        );
    }

    #[test]
    fn what_is_no_object_is_one_problem() {
        for odd in [json!(null), json!([]), json!(1), json!("")] {
            assert_eq!(paths(odd.clone()).len(), 1, "{odd}");
        }
    }
}
