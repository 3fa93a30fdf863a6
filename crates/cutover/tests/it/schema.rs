//! `cutover schema`, the schemas that are checked in, and the samples that must fit them.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use insta::assert_snapshot;
use jsonschema::Validator;
use serde_json::Value;

use crate::validate::{BAD, GOOD};
use crate::world::World;

const NAMES: [&str; 17] = [
    "service",
    "request",
    "go-back",
    "replica-check",
    "approve",
    "image-pushed",
    "deployment-started",
    "deployment-paused",
    "deployment-progressed",
    "deployment-superseded",
    "deployment-ended",
    "frozen",
    "quarantined",
    "lifted",
    "terraform-applied",
    "terraform-run-told",
    "alerts",
];

fn events() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

fn validator(name: &str) -> Validator {
    let schema = World::new().run_with(&["schema", name]).json();
    jsonschema::validator_for(&schema).expect("a schema")
}

fn fits(validator: &Validator, document: &Value) -> Result<(), String> {
    let problems: Vec<_> = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

#[test]
fn the_schemas_are_listed() {
    assert_snapshot!(World::new().run("schema"));
}

#[test]
fn a_name_without_schema_is_told_which_there_are() {
    assert_snapshot!(World::new().run("schema servise"));
}

#[test]
fn the_schemas_checked_in_are_those_of_the_types() {
    let folder = events().join("schemas");
    for name in NAMES {
        let path = folder.join(format!("{name}.json"));
        let now = World::new().run_with(&["schema", name]).out;
        if env::var_os("UPDATE").is_some() {
            fs::write(&path, &now).expect("a file");
        }
        let before = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            before == now,
            "events/schemas/{name}.json is not what the types say; if the change is meant, run\n\
             UPDATE=1 cargo test -p cutover schemas_checked_in"
        );
    }
    assert_eq!(fs::read_dir(folder).expect("a folder").count(), NAMES.len());
}

#[test]
fn every_sample_of_our_events_fits_its_schema() {
    let mut met = BTreeSet::new();
    for entry in fs::read_dir(events().join("samples/cutover")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let sample = fs::read_to_string(&path).expect("a file");
        let sample: Value = serde_json::from_str(&sample).expect("JSON");
        let name = match sample["detail-type"].as_str() {
            Some("Image Pushed") => "image-pushed",
            Some("Deployment Started") => "deployment-started",
            Some("Deployment Progressed") => "deployment-progressed",
            Some("Deployment Paused") => "deployment-paused",
            Some("Deployment Ended") => "deployment-ended",
            Some("Deployment Superseded") => "deployment-superseded",
            Some("Service Frozen" | "Service Thawed") => "frozen",
            Some("Release Quarantined") => "quarantined",
            Some("Quarantine Lifted") => "lifted",
            Some("Terraform Applied") => "terraform-applied",
            Some("Terraform Run Told") => "terraform-run-told",
            Some("Alert Firing" | "Alert Resolved") => "alerts",
            other => panic!("{}: no schema for {other:?}", path.display()),
        };

        if let Err(problems) = fits(&validator(name), &sample["detail"]) {
            panic!("{} does not fit the schema {name}:\n{problems}", path.display());
        }
        met.insert(name);
    }
    assert_eq!(met.len(), 12, "an event without a sample");
}

#[test]
fn the_schema_agrees_with_validate() {
    let document = |text| serde_json::from_str::<Value>(text).expect("JSON");
    let service = validator("service");

    assert_eq!(fits(&service, &document(GOOD)), Ok(()));
    assert!(fits(&service, &document(BAD)).is_err());
}

#[test]
fn what_a_person_types_at_the_console_is_a_request() {
    let request = serde_json::json!({ "service": "checkout", "tag": "v1.4.2" });

    assert_eq!(fits(&validator("request"), &request), Ok(()));
}
