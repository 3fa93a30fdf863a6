//! The event patterns against the sample events: every sample, every pattern.
//!
//! The same files make the rules on AWS, so this is where a rule that would never fire, or always,
//! is noticed without an account.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use local::bus::{Event, Pattern};
use serde_json::Value;

/// Each sample, and the rules that must hear of it.
const SAMPLES: [(&str, &[&str]); 75] = [
    // The body of a webhook, which comes in by the door, not by the bus.
    ("alertmanager/firing", &[]),
    ("cloudwatch/anomaly-ok-to-alarm", &["alarm-ringing"]),
    ("cloudwatch/composite-ok-to-alarm", &["alarm-ringing"]),
    ("cloudwatch/composite-without-suppressor", &["alarm-ringing"]),
    ("cloudwatch/configuration-change", &[]),
    ("cloudwatch/metric-math-ok-to-alarm", &["alarm-ringing"]),
    ("cloudwatch/single-metric-alarm-to-alarm", &[]),
    ("cloudwatch/single-metric-alarm-to-ok", &[]),
    ("cloudwatch/single-metric-insufficient-data-to-alarm", &["alarm-ringing"]),
    ("cloudwatch/single-metric-ok-to-alarm", &["alarm-ringing"]),
    ("cutover/alert-firing", &["alert-firing", "alert-told"]),
    ("cutover/alert-resolved", &["alert-told"]),
    ("cutover/deployment-ended-deployed", &["deployment-told"]),
    ("cutover/deployment-ended-refused", &["deployment-told"]),
    ("cutover/deployment-ended-rolled-back", &["deployment-told"]),
    ("cutover/deployment-ended-stuck", &["deployment-told"]),
    ("cutover/deployment-paused", &["deployment-told"]),
    ("cutover/deployment-progressed", &["deployment-told"]),
    ("cutover/deployment-started", &["deployment-told"]),
    // Nothing of ours hears of these; others may.
    ("cutover/deployment-superseded", &[]),
    ("cutover/quarantine-lifted", &[]),
    ("cutover/release-quarantined", &[]),
    ("cutover/service-frozen", &[]),
    ("cutover/service-frozen-by-terraform", &[]),
    ("cutover/service-thawed", &[]),
    ("cutover/terraform-applied", &[]),
    ("cutover/terraform-run-told", &["run-told"]),
    ("cutover/image-pushed", &["image-pushed"]),
    ("ecs/deployment-completed", &["deployment-changed"]),
    ("ecs/deployment-failed", &["deployment-changed"]),
    ("ecs/deployment-in-progress", &[]),
    ("ecs/hook-awaiting-action", &["hook-waiting"]),
    // No pattern knows our account: `resume` finds that nobody waits for it.
    ("ecs/hook-awaiting-action-elsewhere", &["hook-waiting"]),
    ("ecs/hook-failed", &["hook-waiting"]),
    ("ecs/hook-in-progress", &[]),
    ("ecs/hook-succeeded", &[]),
    ("ecs/hook-timed-out", &["hook-waiting"]),
    ("ecs/service-steady-state", &[]),
    ("ecs/service-task-placement-failure", &[]),
    ("ecs/task-stopped", &[]),
    // Bodies of webhooks, which no rule hears of: they come in by the door, not by the bus.
    ("github/package-published", &[]),
    ("github/package-published-child-manifest", &[]),
    ("github/package-published-npm", &[]),
    ("github/package-published-short-digest", &[]),
    ("github/package-published-signature", &[]),
    ("github/package-published-upper-case-owner", &[]),
    ("github/package-published-without-metadata", &[]),
    ("github/package-updated", &[]),
    ("github/ping", &[]),
    ("github/push", &[]),
    ("github/registry-package-published", &[]),
    ("github/registry-package-updated", &[]),
    ("hcp/assessment-drifted", &[]),
    ("hcp/run-applied", &[]),
    ("hcp/run-applying", &[]),
    ("hcp/run-errored", &[]),
    ("hcp/run-needs-attention", &[]),
    ("hcp/run-planned-and-finished", &[]),
    ("hcp/verification", &[]),
    ("s3/lock-expired-by-lifecycle", &["state-unlocked"]),
    ("s3/report-written", &[]),
    ("s3/state-deleted", &[]),
    ("s3/state-locked", &["state-locked"]),
    ("s3/state-unlocked", &["state-unlocked"]),
    ("s3/state-unlocked-unversioned", &["state-unlocked"]),
    ("s3/state-written", &["state-written"]),
    ("s3/state-written-in-parts", &["state-written"]),
    ("s3/state-written-in-workspace", &["state-written"]),
    ("s3/state-written-unversioned", &["state-written"]),
    ("states/execution-aborted", &["execution-ended"]),
    ("states/execution-failed", &["execution-ended"]),
    ("states/execution-failed-elsewhere", &[]),
    ("states/execution-running", &[]),
    ("states/execution-succeeded", &[]),
    ("states/execution-timed-out", &["execution-ended"]),
];

fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

/// Every JSON file under a folder, by its path without ending.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current).expect("a folder of events") {
            let path = entry.expect("a readable entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("found in it").with_extension("");
            let name = name.to_string_lossy().replace('\\', "/");
            let text = fs::read_to_string(&path).expect("a file of text");
            assert_eq!(path.extension().and_then(|end| end.to_str()), Some("json"), "{name}");
            found.insert(name, text);
        }
    }
    found
}

fn patterns() -> BTreeMap<String, Pattern> {
    files(&events().join("patterns"))
        .into_iter()
        .map(|(name, text)| match Pattern::parse(&text) {
            Ok(pattern) => (name, pattern),
            Err(problems) => panic!("{name}: {problems}"),
        })
        .collect()
}

#[test]
fn every_sample_is_heard_of_by_just_the_rules_of_the_table() {
    let samples = files(&events().join("samples"));
    let patterns = patterns();

    for (sample, expected) in SAMPLES {
        let json: Value = serde_json::from_str(&samples[sample]).expect(sample);
        let heard: Vec<&str> = patterns
            .iter()
            .filter(|(_, pattern)| pattern.matches_json(&json))
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(heard, expected, "{sample}");
    }
}

#[test]
fn no_sample_lies_outside_the_table() {
    let there = files(&events().join("samples"));
    let there: BTreeSet<&str> = there.keys().map(String::as_str).collect();
    let listed: BTreeSet<&str> = SAMPLES.iter().map(|(sample, _)| *sample).collect();

    assert_eq!(there, listed);
}

#[test]
fn every_rule_hears_of_some_sample() {
    for name in patterns().keys() {
        assert!(SAMPLES.iter().any(|(_, heard)| heard.contains(&name.as_str())), "{name}");
    }
}

#[test]
fn the_bus_hears_what_the_json_says() {
    let patterns = patterns();
    for (sample, text) in files(&events().join("samples")) {
        if ["alertmanager/", "github/", "hcp/"].iter().any(|door| sample.starts_with(door)) {
            continue;
        }
        let json: Value = serde_json::from_str(&text).expect(&sample);
        let event: Event = serde_json::from_str(&text).expect(&sample);

        for (name, pattern) in &patterns {
            assert_eq!(pattern.matches(&event), pattern.matches_json(&json), "{name}, {sample}");
        }
        assert_eq!(serde_json::to_value(&event).expect(&sample), json, "{sample}");
    }
}

/// A name misspelt at the top (`detail_type`) is a valid pattern that never matches.
#[test]
fn every_rule_names_the_source_and_type_of_its_events() {
    for (name, text) in files(&events().join("patterns")) {
        let pattern: Value = serde_json::from_str(&text).expect(&name);
        let fields: BTreeSet<&str> =
            pattern.as_object().expect(&name).keys().map(String::as_str).collect();
        assert!(fields.is_superset(&["detail-type", "source"].into()), "{name}");
        assert!(fields.is_subset(&["detail", "detail-type", "source"].into()), "{name}");
    }
}

#[test]
fn every_rule_is_told_of_with_what_it_starts() {
    let page = fs::read_to_string(events().join("README.md")).expect("the page on events");
    let rules = fs::read_to_string(events().join("rules.json")).expect("what the rules start");
    let rules: Value = serde_json::from_str(&rules).expect("JSON");
    let told: BTreeMap<&str, &str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .filter_map(|(name, rest)| Some((name, rest.trim_end_matches(" |").rsplit_once(" | ")?.1)))
        .collect();

    let patterns = patterns();
    for name in patterns.keys() {
        let starts = match &rules[name.as_str()] {
            Value::Null => "nothing yet".to_owned(),
            target => match (&target["machine"], &target["function"]) {
                (Value::String(machine), _) => format!("the {machine} machine"),
                (_, Value::String(function)) => format!("`{function}`"),
                _ => panic!("{name} starts what? {target}"),
            },
        };
        assert_eq!(told.get(name.as_str()), Some(&starts.as_str()), "{name}");
    }
    assert_eq!(told.len(), patterns.len(), "a rule that is not there is told of");
}
