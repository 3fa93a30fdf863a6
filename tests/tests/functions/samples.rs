//! Every sample of an event is taken by the function that gets it on AWS.

use std::fs;
use std::path::Path;

use local::bus::Pattern;
use serde_json::Value;

use super::account::Account;
use super::inputs::start;

fn events() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

fn read(path: &Path) -> Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The samples of a source, by name.
fn samples(source: &str) -> Vec<(String, Value)> {
    let folder = events().join("samples").join(source);
    let entries = fs::read_dir(folder).expect("a folder of samples");
    let paths = entries.map(|entry| entry.expect("a readable entry").path());
    paths.map(|path| (format!("{source}/{}", path.display()), read(&path))).collect()
}

/// The samples that a rule matches.
fn matching(rule: &str, sources: &[&str]) -> Vec<(String, Value)> {
    let pattern = read(&events().join("patterns").join(format!("{rule}.json")));
    let pattern = Pattern::read(&pattern).expect("a pattern");
    let samples = sources.iter().flat_map(|source| samples(source));
    samples.filter(|(_, sample)| pattern.matches_json(sample)).collect()
}

#[tokio::test]
async fn resume_takes_every_event_of_its_rules() {
    let account = Account::open().await;
    let function = start("resume", account.url()).await;
    let rules = read(&events().join("rules.json"));
    let rules = rules.as_object().expect("rules by name").iter();
    let mut taken = 0;

    for (rule, _) in rules.filter(|(_, target)| target["function"] == "resume") {
        for (name, sample) in matching(rule, &["ecs"]) {
            let answer = function.invoke(&sample).await;
            let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(answer["deployments"], serde_json::json!([]), "{name}");
            taken += 1;
        }
    }
    assert!(taken >= 4, "only {taken} samples");
}

#[tokio::test]
async fn attribute_takes_every_alarm_that_rings() {
    let account = Account::open().await;
    let function = start("attribute", account.url()).await;
    let ringing = matching("alarm-ringing", &["cloudwatch"]);
    assert!(ringing.len() >= 5, "only {} samples", ringing.len());

    for (name, sample) in ringing {
        // What an alarm's event says of its state may be old, so the alarm is asked.
        let alarm = sample["detail"]["alarmName"].as_str().expect(&name);
        let error = function.invoke(&sample["detail"]).await.expect_err(&name);
        let asked = format!("could not describe the alarms {alarm}");
        assert!(error.message.starts_with(&asked), "{name}: {error}");
    }
}

#[tokio::test]
async fn resume_refuses_the_samples_that_wake_nobody() {
    let account = Account::open().await;
    let function = start("resume", account.url()).await;

    for (name, sample) in samples("states").into_iter().chain(samples("cutover")) {
        let error = function.invoke(&sample).await.expect_err(&name);
        assert_eq!(error.name, "Invalid", "{name}: {error}");
    }
}

#[tokio::test]
async fn observe_takes_every_execution_that_ended_badly() {
    let account = Account::open().await;
    let function = start("observe", account.url()).await;
    let ended = matching("execution-ended", &["states"]);
    assert_eq!(ended.len(), 3);

    for (name, sample) in ended {
        let answer = function.invoke(&sample["detail"]).await;
        let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(answer["deployment"], sample["detail"]["name"], "{name}");
        assert_eq!(answer["in_flight"], false, "{name}");
    }
}

#[tokio::test]
async fn resolve_takes_a_pushed_image() {
    let account = Account::open().await;
    let function = start("resolve", account.url()).await;

    for (name, sample) in matching("image-pushed", &["cutover"]) {
        let answer = function.invoke(&sample["detail"]).await;
        let answer = answer.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(answer["waves"], serde_json::json!([]), "{name}");
    }
}
