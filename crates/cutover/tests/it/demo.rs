//! The demo, from its first process to its last.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::world::World;

/// The demo, as gently as a busy machine and a program without optimisations need it.
fn demo(world: &World) -> Command {
    let mut command = world.program();
    // Here the demo makes its own folder.
    command.args(["demo", "--rate", "100", "--json", "report.json"]).env("TMPDIR", world.path());
    command
}

/// What runs as a service of a demo in the folder of this world.
fn processes(world: &World) -> BTreeSet<String> {
    let folder = format!("TMPDIR={}", world.path().display());
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let is_ours = |path: &std::path::Path| {
        let environment = std::fs::read(path.join("environ")).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0);
        variables.any(|variable| variable == folder.as_bytes())
    };
    let ours = entries.map(|entry| entry.path()).filter(|path| is_ours(path));
    ours.map(|path| path.display().to_string()).collect()
}

/// What the folder holds besides the report.
fn left_over(world: &World) -> Vec<String> {
    let entries = std::fs::read_dir(world.path()).expect("a folder").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name != "report.json").collect()
}

#[test]
fn the_demo_ends_as_it_must_and_tells_a_program() {
    let world = World::new();

    let output = demo(&world).output().expect("the program");

    let told = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{told}{errors}");
    let report = world.json("report.json");
    assert_eq!((&report["as_expected"], &report["unexpected"]), (&json!(true), &json!([])));
    assert_eq!(report["duplicates_ignored"], 2);
    let requests = &report["requests"];
    assert_eq!(requests["failed_by_shift"], 0);
    assert!(requests["total"].as_u64() > Some(1_000), "{requests}");

    let deployments = report["deployments"].as_array().expect("deployments");
    let ends: Vec<_> = deployments.iter().map(|it| (&it["service"], &it["end"])).collect();
    let expected = [
        ("catalog", "Deployed"),
        ("catalog", "RolledBack"),
        ("catalog", "RolledBack"),
        ("checkout", "Deployed"),
        ("checkout", "RolledBack"),
    ]
    .map(|(service, end)| (json!(service), json!(end)));
    assert_eq!(ends, expected.iter().map(|(service, end)| (service, end)).collect::<Vec<_>>());
    for deployment in deployments {
        let path = deployment["path"].as_array().expect("a path");
        assert_eq!(path.first(), Some(&json!("Plan")), "{deployment}");
        assert_eq!(path.last(), Some(&deployment["end"]), "{deployment}");
        assert_eq!(deployment["cause"], "push");
        let served = &requests["served_by_digest"][deployment["digest"].as_str().expect("text")];
        let is_seen = served.as_u64() > Some(0);
        assert_eq!(is_seen, failed_check(deployment) != Some("smoke"), "{deployment}");
    }

    assert!(!told.contains('\x1b'), "escape sequences in a pipe: {told}");
    assert_eq!(
        told.lines().last(),
        Some("All was as expected: every end, and no request failed because of a shift.")
    );
    assert_eq!((left_over(&world), processes(&world)), (vec![], BTreeSet::new()));
}

/// The kind of check that a deployment failed.
fn failed_check(deployment: &Value) -> Option<&str> {
    let why = deployment["why"].as_str().expect("a reason");
    ["smoke", "alarm"].into_iter().find(|check| why.starts_with(check))
}

#[test]
fn an_interrupted_demo_leaves_nothing() {
    let world = World::new();
    let mut child = demo(&world).stdout(Stdio::piped()).spawn().expect("the program");
    let pid = Pid::from_child(&child);

    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let pushed = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("is pushed")));
    assert!(pushed.is_some(), "the demo began");
    // Four tasks and the program itself.
    assert!(processes(&world).len() >= 5, "{:?}", processes(&world));
    kill_process(pid, Signal::INT).expect("it runs");

    assert_eq!(child.wait().expect("an end").code(), Some(1));
    assert_eq!((left_over(&world), processes(&world)), (vec![], BTreeSet::new()));
}
