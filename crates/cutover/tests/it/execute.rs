//! `cutover execute`.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::Instant;

use insta::{assert_json_snapshot, assert_snapshot};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::world::World;

/// Asks, waits ten minutes, and is done.
fn patient() -> String {
    json!({
        "QueryLanguage": "JSONata",
        "StartAt": "Ask",
        "States": {
            "Ask": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Arguments": { "FunctionName": "${ask}", "Payload": "{% $states.input %}" },
                "Output": "{% $states.result.Payload %}",
                "Retry": [{
                    "ErrorEquals": ["Unavailable"], "IntervalSeconds": 5, "MaxAttempts": 2
                }],
                "Next": "Bake"
            },
            "Bake": { "Type": "Wait", "Seconds": 600, "Next": "Both" },
            "Both": {
                "Type": "Parallel",
                "Branches": [{ "StartAt": "Inner", "States": { "Inner": { "Type": "Succeed" } } }],
                "Next": "Done"
            },
            "Done": { "Type": "Succeed" }
        }
    })
    .to_string()
}

fn world() -> World {
    World::new()
        .with("patient.asl.json", patient())
        .with(
            "tasks.json",
            r#"{"Ask": [
                {"error": "Unavailable", "cause": "nobody there"},
                {"result": {"Payload": {"tag": "v1"}}, "after_seconds": 2}
            ]}"#,
        )
        .with("refusing.json", r#"{"Ask": [{"error": "Refused", "cause": "it is frozen"}]}"#)
        .with("short.json", r#"{"Ask": [{"error": "Unavailable"}]}"#)
}

#[test]
fn a_wait_of_ten_minutes_is_over_at_once() {
    assert_snapshot!(world().run("execute patient.asl.json --tasks tasks.json"));
}

#[test]
fn an_error_that_nobody_catches_fails_it() {
    assert_snapshot!(world().run("execute patient.asl.json --tasks refusing.json"));
}

#[test]
fn a_script_that_is_too_short_is_told_so() {
    assert_snapshot!(world().run("execute patient.asl.json --tasks short.json"));
}

#[test]
fn a_program_reads_one_object() {
    let run = world().run("execute patient.asl.json --tasks tasks.json --json");
    assert_eq!(run.code, Some(0));
    assert_json_snapshot!(run.json());

    let run = world().run("execute patient.asl.json --tasks refusing.json --json");
    assert_eq!(run.code, Some(1));
    assert_json_snapshot!(run.json());
}

#[test]
fn the_history_is_written_as_step_functions_returns_it() {
    let world = world();

    let run = world.run(
        "execute patient.asl.json --tasks tasks.json --at 2026-05-04T09:00:00Z --history events.json",
    );

    assert_eq!(run.code, Some(0), "{run}");
    let history = world.json("events.json");
    let events = history["events"].as_array().expect("events");
    let kinds: Vec<_> = events.iter().map(|event| event["type"].as_str().expect("text")).collect();
    assert_eq!((kinds[0], kinds[kinds.len() - 1]), ("ExecutionStarted", "ExecutionSucceeded"));
    assert_eq!(events[0]["timestamp"], "2026-05-04T09:00:00.000Z");
    assert_eq!(events[kinds.len() - 1]["timestamp"], "2026-05-04T09:10:07.000Z");
}

#[test]
fn the_same_command_gives_the_same_history() {
    let world = world();
    let command = "execute patient.asl.json --tasks tasks.json --at 2026-05-04T09:00:00Z --history";

    world.run(&format!("{command} one.json"));
    world.run(&format!("{command} two.json"));

    assert_eq!(world.json("one.json"), world.json("two.json"));
}

#[test]
fn the_input_comes_from_the_command_line_a_file_or_standard_input() {
    let echo = r#"{"QueryLanguage": "JSONata", "StartAt": "Echo",
        "States": {"Echo": {"Type": "Pass", "End": true}}}"#;
    let world = World::new().with("echo.asl.json", echo).with("input.json", r#"{"from": "file"}"#);
    let output = |input: &str| {
        let arguments = ["execute", "echo.asl.json", "--json", "--input", input];
        world.told(&arguments, r#"{"from": "pipe"}"#).json()["output"]["from"].clone()
    };

    assert_eq!(output(r#"{"from": "line"}"#), "line");
    assert_eq!(output("@input.json"), "file");
    assert_eq!(output("-"), "pipe");
    assert_eq!(world.run("execute echo.asl.json --json").json()["output"], json!({}));
}

#[test]
fn placeholders_are_filled_by_what_is_set() {
    let world = world();

    world.run("execute patient.asl.json --tasks tasks.json --set ask=arn:ask --history set.json");
    world.run("execute patient.asl.json --tasks tasks.json --history unset.json");

    let asked = |history: Value| {
        let events = history["events"].as_array().expect("events").clone();
        let scheduled = events.iter().find(|event| event["type"] == "TaskScheduled");
        let details = &scheduled.expect("a task")["taskScheduledEventDetails"]["parameters"];
        serde_json::from_str::<Value>(details.as_str().expect("text")).expect("JSON")
    };
    assert_eq!(asked(world.json("set.json"))["FunctionName"], "arn:ask");
    assert_eq!(asked(world.json("unset.json"))["FunctionName"], "ask");
}

#[test]
fn everything_wrong_with_the_question_is_told_at_once() {
    let world = world().with("odd.json", r#"{"Asc": [{"result": 1}]}"#);

    assert_snapshot!(
        world.run("execute patient.asl.json --tasks odd.json --input {tag:v1} --set aks=1")
    );
    assert_snapshot!(world.run("execute patient.asl.json --tasks odd.json"));
    assert_snapshot!(world.run("execute nowhere.asl.json --input @nothing.json"));
}

#[test]
fn standard_input_is_read_only_once() {
    assert_snapshot!(world().run("execute - --input -"));
}

#[test]
fn a_history_that_cannot_be_written_is_no_success() {
    let run = world().run("execute patient.asl.json --tasks tasks.json --history no/where.json");

    assert_eq!(run.code, Some(1));
    assert!(run.errors.starts_with("error: cannot write no/where.json: "), "{run}");
}

#[test]
fn a_task_that_never_answers_ends_it_after_a_year() {
    let world = world().with("hanging.json", r#"{"Ask": [{"hang": true}]}"#);

    assert_snapshot!(world.run("execute patient.asl.json --tasks hanging.json"));
}

#[test]
fn in_real_time_a_second_takes_a_second() {
    let short = patient().replace("600", "1");
    let world = world()
        .with("short.asl.json", short)
        .with("at-once.json", r#"{"Ask": [{"result": {"Payload": 1}}]}"#);
    #[expect(clippy::disallowed_methods, reason = "the program has a clock of its own")]
    let began = Instant::now();

    let run = world.run("execute short.asl.json --tasks at-once.json --real-time");

    assert!(began.elapsed().as_millis() >= 1_000, "{run}");
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.out.contains("s  Bake\n"), "{run}");
}

#[test]
fn an_interrupt_stops_it_and_the_history_is_kept() {
    let world = world().with("at-once.json", r#"{"Ask": [{"result": {"Payload": 1}}]}"#);
    let line = "execute patient.asl.json --tasks at-once.json --real-time --history events.json";
    let mut child =
        world.program().args(line.split(' ')).stdout(Stdio::piped()).spawn().expect("the program");
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut told = String::new();
    while !told.contains("Bake") {
        assert_ne!(out.read_line(&mut told).expect("text"), 0, "it ended: {told}");
    }

    kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");

    out.read_to_string(&mut told).expect("text");
    assert_eq!(child.wait().expect("an end").code(), Some(1), "{told}");
    assert!(told.contains("ABORTED") && told.contains("it was interrupted"), "{told}");
    let history = world.json("events.json");
    let last = history["events"].as_array().and_then(|events| events.last());
    assert_eq!(last.expect("an event")["type"], "ExecutionAborted");
}

#[test]
fn what_would_steer_the_terminal_is_taken_out() {
    let world =
        world().with("rude.json", r#"{"Ask": [{"error": "E", "cause": "\u001b[31mred\u0007"}]}"#);

    let run = world.run("execute patient.asl.json --tasks rude.json");

    assert!(!run.out.contains(['\u{1b}', '\u{7}']), "{run}");
}
