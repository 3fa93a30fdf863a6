//! What functions log can be searched for: the index template of `infra/observability/search`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::account::Account;
use super::every::{for_every, lines};
use super::inputs::{input, start_at};

/// What the delivery puts beside a line.
const DELIVERED: [&str; 3] = ["@timestamp", "log.group", "log.stream"];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The fields that are indexed, as paths: `span.step`.
fn indexed() -> BTreeSet<String> {
    let file = repository().join("infra/observability/search/template.json");
    let text = fs::read_to_string(file).expect("the template");
    let template: Value = serde_json::from_str(&text).expect("JSON");
    let mut fields = BTreeSet::new();
    let properties = template["template"]["mappings"]["properties"].as_object();
    collect(
        properties.expect("properties"),
        "",
        &|told| told["properties"].as_object(),
        &mut fields,
    );
    fields
}

/// Adds the paths of what has nothing `within`.
fn collect<'v>(
    object: &'v Map<String, Value>,
    prefix: &str,
    within: &impl Fn(&'v Value) -> Option<&'v Map<String, Value>>,
    fields: &mut BTreeSet<String>,
) {
    for (name, value) in object {
        let path = format!("{prefix}{name}");
        match within(value) {
            Some(inner) => collect(inner, &format!("{path}."), within, fields),
            None => _ = fields.insert(path),
        }
    }
}

/// The names that some macro of the log has before its message, anywhere in these folders.
fn written(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            written(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a source");
            for macros in source.split("tracing::").skip(1) {
                // A span has its name before its fields.
                let is_span = macros.split('(').next().is_some_and(|it| it.ends_with("_span!"));
                let fields = macros.split('"').nth(if is_span { 2 } else { 0 });
                let fields = fields.unwrap_or_default();
                let ends = |it: char| !it.is_alphanumeric() && !"_.".contains(it);
                names.extend(fields.split(ends).map(str::to_owned));
            }
        }
    }
}

#[tokio::test]
async fn what_is_logged_is_indexed_and_what_is_indexed_is_logged() {
    let (account, indexed) = (Account::open().await, indexed());
    let logged = std::cell::RefCell::new(BTreeSet::new());

    for_every(async |verb| {
        let function = start_at(verb, account.url(), "debug").await;
        let _ = function.invoke(&input(verb)).await;
        // What is measured goes to CloudWatch's metrics, and is not delivered.
        for line in lines(verb, &function).iter().filter(|line| line.get("_aws").is_none()) {
            let mut fields = BTreeSet::new();
            let line = line.as_object().expect("a line is an object");
            collect(line, "", &|value| value.as_object(), &mut fields);
            let missing: Vec<_> = fields.difference(&indexed).collect();
            assert!(missing.is_empty(), "{verb} logs {missing:?}, which is not indexed");
            logged.borrow_mut().append(&mut fields);
        }
    })
    .await;

    let mut known = logged.into_inner();
    assert!(known.contains("span.step") && known.contains("call"), "{known:?}");
    for folder in ["crates", "functions", "services"] {
        written(&repository().join(folder), &mut known);
    }
    let unknown = |field: &&String| {
        let of_a_span = field.strip_prefix("span.").is_some_and(|field| known.contains(field));
        !known.contains(*field) && !of_a_span
    };
    let nobody: Vec<_> = indexed.iter().filter(unknown).collect();
    assert_eq!(nobody, DELIVERED, "is indexed, and nobody logs it");
}
