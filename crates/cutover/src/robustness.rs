//! Nothing that is typed or read makes the program panic.

use std::fs;
use std::io;
use std::path::Path;

use clap::Parser;
use proptest::collection::vec;
use proptest::prelude::*;
use tempfile::TempDir;

use crate::commands::{Cli, Command};
use crate::console::Console;

const DEFINITIONS: [&str; 2] = [
    include_str!("../../../statemachines/release.asl.json"),
    include_str!("../../../statemachines/recovery.asl.json"),
];

const SERVICE: &str = r#"{"name": "checkout", "image": "ghcr.io/acme/checkout",
    "tags": {"semver": ">=1.0.0"}, "cluster": "shop", "bake": "10m",
    "strategy": {"canary": {"percent": 10, "hold": "5m"}},
    "checks": {"smoke": [{"path": "/smoke", "status": 200}], "alarms": ["5xx"]}}"#;

const SCRIPT: &str = r#"{"Resolve": [{"result": {"Payload": {"waves": [{"deployments": []}]}}},
    {"error": "Unavailable", "cause": "…", "after_seconds": 3}, {"hang": true}]}"#;

const SCHEDULE: &str = r#"{"scenario": "good_image",
    "acts": [{"at": 9, "does": {"ring": {"alarm": "checkout-errors"}}},
        {"at": 2, "does": {"push": {"service": "checkout", "tag": "v1.2.0", "image": "good"}}}],
    "disturbances": [{"call": {"number": 7, "fails": {"throttled": 4}}}, "steps_twice",
        {"event": {"number": 2, "arrives": {"late": 90}}},
        {"stop": {"machine": "deployment", "at_call": 30}}]}"#;

/// Does what a command line asks, in this process.
fn run(arguments: &[&str]) {
    let Ok(cli) = Cli::try_parse_from([&["cutover"], arguments].concat()) else { return };
    let mut console = Console::new(io::sink(), io::sink());
    let end = match cli.command {
        Command::Check(check) => check.run(&mut console),
        Command::Execute(execute) => execute.run(&mut console),
        Command::Plan(plan) => plan.run(&mut console),
        Command::Replay(replay) => replay.run(&mut console),
        Command::Schema(schema) => schema.run(&mut console),
        Command::Validate(validate) => validate.run(&mut console),
        // These run until they are told to stop, or talk to a server.
        Command::Approve(_)
        | Command::Demo(_)
        | Command::Deploy(_)
        | Command::Freeze(_)
        | Command::History(_)
        | Command::Measures(_)
        | Command::Local(_)
        | Command::Push(_)
        | Command::Quarantine(_)
        | Command::ReleaseQuarantine(_)
        | Command::Rollback(_)
        | Command::Status(_)
        | Command::Stop(_)
        | Command::Thaw(_)
        | Command::ServiceCatalog { .. }
        | Command::ServiceCheckout { .. } => return,
    };
    console.conclude(end);
}

fn file(folder: &Path, name: &str, content: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, content).expect("a file");
    path.to_str().expect("text").to_owned()
}

/// `text` with some of it cut out and something else put there.
fn damaged(text: &'static str) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        ".{0,8}",
        Just("null".to_owned()),
        Just("{}".to_owned()),
        Just("-1".to_owned()),
        Just("1e999".to_owned()),
        Just("\"{% $ %}\"".to_owned()),
        Just("${".to_owned()),
        Just("[[[[".to_owned()),
    ];
    let cut = (0..text.len(), 0..24_usize, piece);
    vec(cut, 0..3).prop_map(move |cuts| {
        let mut text = text.to_owned();
        for (at, length, piece) in cuts {
            let at = text.floor_char_boundary(at.min(text.len()));
            let end = text.floor_char_boundary((at + length).min(text.len()));
            text.replace_range(at..end, &piece);
        }
        text
    })
}

/// Words that mean something on a command line.
const WORDS: &[&str] = &[
    "check",
    "execute",
    "plan",
    "replay",
    "schema",
    "validate",
    "service",
    "help",
    "--json",
    "--set",
    "a=b",
    "--input",
    "--tasks",
    "--at",
    "--name",
    "--real-time",
    "--",
    "--help",
    "--version",
    "-i",
];

/// A word of a command line: one that means something, or any.
fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(WORDS).prop_map(str::to_owned),
        ".{0,12}",
        "--[a-z]{1,8}=?.{0,4}"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn no_command_line_panics(words in vec(word(), 0..7)) {
        let line = std::iter::once("cutover".to_owned()).chain(words);
        let _ = Cli::try_parse_from(line);
    }

    #[test]
    fn no_definition_panics(text in prop_oneof![damaged(DEFINITIONS[0]), damaged(DEFINITIONS[1]), ".*"], script in prop_oneof![damaged(SCRIPT), ".*"], input in prop_oneof![Just("{}".to_owned()), ".*"]) {
        let folder = TempDir::new().expect("a folder");
        let definition = file(folder.path(), "a.asl.json", &text);
        let tasks = file(folder.path(), "tasks.json", &script);
        let input = format!("--input={}", if input == "-" { "" } else { &input });

        run(&["check", &definition]);
        run(&["check", "--json", &definition]);
        run(&["execute", &definition, "--tasks", &tasks]);
        run(&["execute", &definition, "--json", "--tasks", &tasks, &input, "--set", "resolve=}{"]);
    }

    #[test]
    fn no_document_panics(text in prop_oneof![damaged(SERVICE), damaged(DEFINITIONS[0]), ".*"]) {
        let folder = TempDir::new().expect("a folder");
        let document = file(folder.path(), "a.json", &text);

        run(&["validate", &document]);
        run(&["validate", "--json", &document]);
        run(&["plan", &document]);
        run(&["plan", "--json", &document]);
    }

    #[test]
    fn no_schedule_panics(text in prop_oneof![damaged(SCHEDULE), ".*"]) {
        let folder = TempDir::new().expect("a folder");
        let schedule = file(folder.path(), "a.json", &text);

        run(&["replay", &schedule]);
        run(&["replay", "--json", &schedule]);
    }

    #[test]
    fn no_bytes_panic(bytes in vec(any::<u8>(), 0..64)) {
        let folder = TempDir::new().expect("a folder");
        let path = folder.path().join("a");
        fs::write(&path, bytes).expect("a file");
        let path = path.to_str().expect("text");

        run(&["validate", path]);
        run(&["check", path]);
        run(&["execute", path]);
        run(&["plan", path]);
        run(&["replay", path]);
    }
}
