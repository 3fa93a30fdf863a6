//! Dependencies point one way: `domain ◀ workflow ◀` adapters `◀ cutover`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::tree::{root, text};

/// What each crate of ours may depend on, of ours. A new crate is written in here with its place.
const MAY: [(&str, &[&str]); 22] = [
    ("domain", &[]),
    ("asl", &[]),
    ("exposition", &[]),
    ("outbound", &[]),
    ("workflow", &["domain"]),
    ("alertmanager", &["domain"]),
    ("github", &["domain", "outbound", "workflow"]),
    ("prometheus", &["domain", "outbound", "workflow"]),
    ("aws", &["domain", "outbound", "workflow", "prometheus"]),
    ("slack", &["domain", "outbound", "workflow"]),
    ("hcp", &["domain", "outbound", "workflow"]),
    ("shell", &["domain"]),
    (
        "local",
        &[
            "domain",
            "workflow",
            "asl",
            "alertmanager",
            "exposition",
            "github",
            "hcp",
            "prometheus",
            "servers",
            "slack",
        ],
    ),
    ("drill", &["domain", "asl", "local"]),
    (
        "cutover",
        &[
            "domain", "workflow", "asl", "aws", "github", "hcp", "outbound", "slack", "local",
            "drill", "chassis", "checkout", "catalog",
        ],
    ),
    // Only for tests.
    ("servers", &[]),
    ("chassis", &["exposition", "servers"]),
    ("checkout", &["chassis", "servers"]),
    ("catalog", &["chassis", "servers"]),
    (
        "tests",
        &[
            "domain", "workflow", "asl", "aws", "github", "hcp", "outbound", "slack", "shell",
            "local", "drill", "checkout", "catalog",
        ],
    ),
    ("model", &["domain"]),
    // What is measured is what the stories tell, and what a reference service serves.
    ("benches", &["domain", "asl", "local", "tests", "chassis", "checkout"]),
];

/// What a function of `functions/` may depend on: it wires. Nothing depends on a function.
const FUNCTION: &[&str] =
    &["alertmanager", "aws", "domain", "github", "hcp", "shell", "slack", "workflow"];

/// The crates whose decisions must be the same wherever they are made: nothing below them may
/// reach a socket, a file, a process or a runtime.
const PURE: [&str; 2] = ["domain", "workflow"];

/// Crates that do input or output.
const DOERS: [&str; 10] =
    ["async-std", "h2", "hyper", "mio", "redb", "reqwest", "rustix", "smol", "socket2", "tokio"];

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo, which runs this test, can be run");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {arguments:?}: {complaint}");
    String::from_utf8(output.stdout).expect("cargo writes UTF-8")
}

/// Every crate of ours, with what it depends on to run, to build and to be tested.
fn crates() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo writes JSON");
    let name = |it: &Value| it["name"].as_str().expect("a name").to_owned();
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let needs = package["dependencies"].as_array().expect("dependencies");
            (name(package), needs.iter().map(name).collect())
        })
        .collect()
}

/// The names of the functions: the folders below `functions`.
fn functions() -> Vec<String> {
    let entries = std::fs::read_dir(root().join("functions")).expect("the folder of functions");
    let entries = entries.map(|entry| entry.expect("an entry").path());
    let names = entries.filter(|path| path.join("Cargo.toml").is_file()).map(|path| {
        path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8").to_owned()
    });
    names.collect()
}

#[test]
fn dependencies_point_one_way() {
    let mut may = BTreeMap::from(MAY);
    let functions = functions();
    may.extend(functions.iter().map(|name| (name.as_str(), FUNCTION)));
    let crates = crates();

    for (name, needs) in &crates {
        let allowed = may.get(name.as_str());
        let allowed = allowed.unwrap_or_else(|| panic!("say in MAY what {name} may depend on"));
        for need in needs.iter().filter(|need| crates.contains_key(*need)) {
            assert!(allowed.contains(&need.as_str()), "{name} must not depend on {need}");
        }
    }
    for name in may.keys() {
        assert!(crates.contains_key(*name), "there is no crate {name} any more");
    }
}

#[test]
fn what_may_depend_has_no_circle() {
    // Depths by repeated looking: a crate is settled when all it may depend on is.
    let mut settled = BTreeSet::new();
    while settled.len() < MAY.len() {
        let before = settled.len();
        for (name, needs) in MAY {
            if needs.iter().all(|need| settled.contains(need)) {
                settled.insert(name);
            }
        }
        assert!(settled.len() > before, "a circle among all but {settled:?}");
    }
}

#[test]
fn decisions_are_made_without_input_and_output() {
    for name in PURE {
        let below = below([name]);
        assert!(below.contains("serde"), "that is not the tree of {name}: {below:?}");
        for doer in DOERS {
            assert!(!below.contains(doer), "{name} depends on {doer}");
        }
        assert!(!below.iter().any(|it| it.starts_with("aws-")), "{name} depends on an AWS SDK");
    }
}

/// A function is loaded before it starts: a library that does what another one in it does comes back
/// easily, by a feature of a dependency of a dependency, and is half a megabyte.
#[test]
fn functions_carry_nothing_twice() {
    let names = functions();
    let below = below(names.iter().map(String::as_str));

    assert!(below.contains("ring") && below.contains("hyper"), "those are no functions: {below:?}");
    for second in ["aws-lc-rs", "aws-smithy-http-client", "h2", "openssl", "regex"] {
        assert!(!below.contains(second), "a function depends on {second}");
    }
}

/// What these packages are made of, as they are built together and for use.
fn below<'a>(packages: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut question = vec!["tree", "--offline", "--edges", "normal", "--prefix", "none"];
    question.extend(["--format", "{p}"]);
    question.extend(packages.into_iter().flat_map(|name| ["--package", name]));
    let tree = cargo(&question);
    tree.lines().filter_map(|it| it.split(' ').next()).map(str::to_owned).collect()
}

/// The crates of others that the workspace names, from its manifest.
fn named_in_the_workspace() -> BTreeSet<String> {
    let manifest = text("Cargo.toml");
    let (_, section) = manifest.split_once("[workspace.dependencies]\n").expect("the section");
    let section = section.split("\n[").next().unwrap_or_default();
    section
        .lines()
        .filter(|line| !line.starts_with('#') && !line.contains("path ="))
        .filter_map(|line| Some(line.split_once(" = ")?.0.trim().to_owned()))
        .collect()
}

#[test]
fn every_dependency_is_explained() {
    let document = text("ARCHITECTURE.md");
    let heading = "\n## Why each dependency is there\n";
    let (_, section) = document.split_once(heading).expect("the section of dependencies");
    let section = section.split("\n## ").next().unwrap_or_default();
    let explained: BTreeSet<String> = section
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "))
        .filter(|(_, why)| why.trim_end_matches('|').trim().len() > 10)
        .map(|(name, _)| name.to_owned())
        .collect();

    let named = named_in_the_workspace();
    let unexplained: Vec<_> = named.difference(&explained).collect();
    assert!(unexplained.is_empty(), "say in ARCHITECTURE.md why {unexplained:?} are there");
    let gone: Vec<_> = explained.difference(&named).collect();
    assert!(gone.is_empty(), "ARCHITECTURE.md explains {gone:?}, which are not there");
}

#[test]
fn crates_take_their_dependencies_from_the_workspace() {
    let named = named_in_the_workspace();
    let crates = crates();

    for (name, needs) in &crates {
        for need in needs {
            assert!(
                named.contains(need) || crates.contains_key(need),
                "{name} names {need} by itself: put it into [workspace.dependencies]"
            );
        }
    }
}
