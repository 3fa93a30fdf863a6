//! What `functions/README.md` says is what the functions do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::inputs::VERBS;

fn functions() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../functions")
}

fn text(path: &str) -> String {
    fs::read_to_string(functions().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The rows of the table below `heading`, as cells.
fn table(heading: &str) -> Vec<Vec<String>> {
    let readme = text("README.md");
    let (_, section) = readme.split_once(&format!("\n## {heading}\n")).expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cells = |row: &str| {
        let cells = row.trim_matches('|').split('|');
        cells.map(|cell| cell.trim().to_owned()).collect()
    };
    rows.map(cells).collect()
}

/// The words in backticks.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// All that a function is made of, beside what it wires.
fn sources_of(verb: &str) -> String {
    let files = fs::read_dir(functions().join(verb).join("src")).expect("a folder of sources");
    let file = |entry: std::io::Result<fs::DirEntry>| entry.expect("an entry").path();
    files.map(|entry| fs::read_to_string(file(entry)).expect("a source")).collect()
}

#[test]
fn every_setting_is_explained_and_read_by_whom_it_says() {
    let sources: BTreeMap<&str, String> =
        VERBS.into_iter().map(|verb| (verb, sources_of(verb))).collect();
    let readers = |setting: &str| -> BTreeSet<&str> {
        let reads = |source: &&String| source.contains(&format!("\"{setting}\""));
        sources.iter().filter(|(_, source)| reads(source)).map(|(verb, _)| *verb).collect()
    };
    let rows = table("Settings");

    let explained: Vec<_> =
        rows.iter().map(|row| (row[0].trim_matches('`'), row[1].as_str())).collect();
    assert_eq!(explained, shell::SETTINGS);
    for row in &rows {
        let (setting, by) = (row[0].trim_matches('`'), row[2].as_str());
        let said: BTreeSet<&str> = match by.strip_prefix("all") {
            // The shell reads it, not the function.
            Some(_) if setting == "CUTOVER_LOG" => BTreeSet::new(),
            Some(but) => VERBS.into_iter().filter(|verb| !quoted(but).contains(verb)).collect(),
            None => quoted(by),
        };
        assert_eq!(readers(setting), said, "{setting}");
    }
}

#[test]
fn every_function_says_what_it_asks_of_aws_and_is_built_with_that() {
    let rows = table("What they may do");
    let named: Vec<&str> = rows.iter().map(|row| row[0].trim_matches('`')).collect();
    assert_eq!(named, VERBS);

    for row in rows {
        let (verb, calls) = (row[0].trim_matches('`'), &row[1]);
        let count = |call: &str| -> u32 {
            let (_, count) = call.rsplit_once(' ').expect("an action and a count");
            count.parse().unwrap_or_else(|error| panic!("{verb}: {call}: {error}"))
        };
        let counted: u32 = calls.split(", ").map(count).sum();
        assert_eq!(counted.to_string(), row[2], "{verb}: the calls add up to the last column");

        let manifest = text(&format!("{verb}/Cargo.toml"));
        let aws = manifest.lines().find(|line| line.starts_with("aws = ")).expect("its clients");
        let features: BTreeSet<&str> = aws.split('"').skip(1).step_by(2).collect();
        let services = quoted(calls).into_iter().map(|action| match action.split(':').next() {
            Some("elasticloadbalancing") => "elbv2",
            Some("events") => "eventbridge",
            Some("logs") => "cloudwatchlogs",
            Some("states") => "sfn",
            service => service.unwrap_or_default(),
        });
        let mut services: BTreeSet<&str> = services.collect();
        // Not a service of AWS: the test listener, which `judge` asks by HTTP.
        services.extend((verb == "judge").then_some("listener"));
        assert_eq!(features, services, "{verb}");
    }
}
