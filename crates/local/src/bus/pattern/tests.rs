//! A table of patterns, documents, and whether they match; and of patterns that are refused.

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{LONGEST, Pattern};

/// A pattern, and the documents it is tried on.
#[derive(Deserialize)]
struct Case {
    name: String,
    pattern: Value,
    matches: Vec<Value>,
    passes_by: Vec<Value>,
}

/// What is no pattern, where the first problem is, and words of its sentence.
#[derive(Deserialize)]
struct Refused {
    pattern: Value,
    path: String,
    problem: String,
}

#[test]
fn patterns_match_what_event_ruler_matches() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("cases.json")).unwrap();

    assert!(cases.len() >= 51, "{} cases", cases.len());
    for Case { name, pattern, matches, passes_by } in cases {
        let pattern = Pattern::read(&pattern).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        for document in matches {
            assert!(pattern.matches_json(&document), "{name}: misses {document}");
        }
        for document in passes_by {
            assert!(!pattern.matches_json(&document), "{name}: matches {document}");
        }
    }
}

#[test]
fn what_is_not_a_pattern_is_refused_with_its_place() {
    let cases: Vec<Refused> = serde_json::from_str(include_str!("refused.json")).unwrap();

    for Refused { pattern, path, problem } in cases {
        let problems = Pattern::read(&pattern).expect_err(&pattern.to_string()).0;
        assert_eq!(problems[0].path, path, "{pattern}");
        assert!(problems[0].problem.contains(&problem), "{pattern}: {}", problems[0]);
    }
}

#[test]
fn a_pattern_that_is_too_long_is_refused() {
    let longest = json!({"a": ["x".repeat(LONGEST - r#"{"a":[""]}"#.len())]});
    let too_long = json!({"a": ["x".repeat(LONGEST)]});

    assert!(Pattern::read(&longest).is_ok());
    assert!(Pattern::read(&too_long).unwrap_err().to_string().contains("split the rule"));
}

#[test]
fn every_problem_of_a_pattern_is_told_at_once() {
    let problems = Pattern::parse(r#"{"a": [], "b": {"c": "x"}, "d": [{"nope": 1}]}"#).unwrap_err();

    let paths: Vec<_> = problems.0.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(paths, ["$.a", "$.b.c", "$.d[0].nope"]);
    assert_eq!(problems.to_string().lines().count(), 3);
}

#[test]
fn or_does_not_multiply_without_end() {
    let choice = |n: usize| json!([{format!("a{n}"): [1]}, {format!("b{n}"): [1]}]);
    let mut pattern = json!({});
    for n in 0..64 {
        pattern[format!("f{n}")] = json!({"$or": choice(n)});
    }

    let problems = Pattern::read(&pattern).unwrap_err();

    assert!(problems.0[0].problem.contains("1000 branches"), "{problems}");
}

#[test]
fn a_text_that_is_not_json_is_refused() {
    assert!(Pattern::parse("{").unwrap_err().to_string().starts_with("$ is not JSON"));
}

/// Any JSON, with the words of patterns often enough that reading goes deep.
fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "a",
        "b",
        "$or",
        "prefix",
        "suffix",
        "anything-but",
        "numeric",
        "exists",
        "wildcard",
        "cidr",
        "equals-ignore-case",
        "=",
        "<",
        "<=",
        ">",
        ">=",
        "10.0.0.0/8",
        "*x*",
        "\\",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word.clone().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..4).prop_map(|entries| Value::Object(
                entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn reading_and_matching_never_panic(pattern in any_json(), document in any_json()) {
        if let Ok(pattern) = Pattern::read(&pattern) {
            pattern.matches_json(&document);
        }
    }

    #[test]
    fn reading_any_text_never_panics(text in any::<String>()) {
        let _ = Pattern::parse(&text);
    }

    /// A pattern made of a document's own values matches that document.
    #[test]
    fn a_document_matches_the_pattern_of_itself(a in any::<String>(), b in any::<i32>(), c: bool) {
        let document = json!({"a": a, "d": [{"b": b, "c": c}]});
        let pattern = Pattern::read(&json!({"a": [a], "d": {"b": [b], "c": [c]}})).unwrap();
        prop_assert!(pattern.matches_json(&document));
    }
}
