//! The expressions: names and paths. A decision belongs into `domain`, where it can be tested as a
//! table and read without knowing JSONata.

use std::collections::BTreeSet;

use domain::outcome::End;
use domain::verdict::Decision;
use serde_json::{Value, json};

use super::definition::all;

/// Every expression that is more than a path. Adding one needs a reason to have it here rather
/// than in a step.
const COMPARISONS: [&str; 11] = [
    "$verdict.decision = 'proceed'",
    "$verdict.decision = 'wait'",
    "$verdict.decision = 'take_back'",
    "$outcome.end = 'Deployed'",
    "$outcome.end = 'Refused'",
    "$outcome.end = 'RolledBack'",
    // Only the Map state that ran the wave has the answers of its services together.
    "'Duplicate' in $states.input.end",
    "false in $states.input.settled",
    // Only the Parallel state that told them has the answers of all ways together.
    "false in $states.input.told",
    // The output of a Parallel state is the list of what its branches answer.
    "$states.input[0].Output.settled",
    "$states.input[0].Output.why",
];

/// Every expression of all definitions, with the definition it is of.
fn expressions() -> BTreeSet<(&'static str, String)> {
    let mut found = BTreeSet::new();
    for definition in all() {
        let mut values = vec![&definition.json];
        while let Some(value) = values.pop() {
            match value {
                Value::String(text) if text.starts_with("{%") => {
                    let inside = text.trim_start_matches("{%").trim_end_matches("%}");
                    found.insert((definition.name, inside.trim().to_owned()));
                }
                Value::Array(items) => values.extend(items),
                Value::Object(fields) => values.extend(fields.values()),
                _ => {}
            }
        }
    }
    found
}

/// Whether it is `$a.b.c`.
fn is_path(expression: &str) -> bool {
    let names = expression.strip_prefix('$').map(|path| path.split('.'));
    names.is_some_and(|mut names| {
        names.all(|name| {
            name.starts_with(|first: char| first.is_ascii_alphabetic())
                && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_')
        })
    })
}

#[test]
fn every_expression_is_a_path_or_a_listed_comparison() {
    for (definition, expression) in expressions() {
        assert!(
            is_path(&expression) || COMPARISONS.contains(&expression.as_str()),
            "{definition}: decide {expression:?} in a step, or list it with its reason"
        );
    }
}

#[test]
fn every_listed_comparison_is_used() {
    let used: Vec<String> = expressions().into_iter().map(|(_, expression)| expression).collect();

    for comparison in COMPARISONS {
        assert!(used.iter().any(|it| it == comparison), "{comparison}");
    }
}

#[test]
fn a_path_has_names_and_dots_only() {
    for path in ["$plan", "$states.context.Execution.Name", "$left.in_flight"] {
        assert!(is_path(path), "{path}");
    }
    for other in ["plan", "$", "$a.", "$a[0]", "$a + 1", "$now()", "$a..b", "$a.`b`"] {
        assert!(!is_path(other), "{other}");
    }
}

/// A misspelt word would be an answer that no choice expects.
#[test]
fn what_the_choices_compare_with_is_what_the_steps_answer() {
    let decisions = [Decision::Proceed, Decision::Wait, Decision::TakeBack].map(|it| json!(it));
    let ends = [End::Deployed, End::Refused, End::RolledBack].map(|it| json!(it));

    for comparison in COMPARISONS {
        let Some((path, word)) = comparison.split_once(" = ") else { continue };
        let word = json!(word.trim_matches('\''));
        match path {
            "$verdict.decision" => assert!(decisions.contains(&word), "{comparison}"),
            "$outcome.end" => assert!(ends.contains(&word), "{comparison}"),
            other => panic!("say what {other} is compared with"),
        }
    }
}
