//! `cutover check`.

use insta::assert_snapshot;

use crate::world::World;

const GOOD: &str = r#"{
    "QueryLanguage": "JSONata",
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Arguments": { "FunctionName": "${ask}" },
            "End": true
        }
    }
}"#;

const BAD: &str = r#"{
    "QueryLanguage": "JSONata",
    "StartAt": "Wait",
    "States": {
        "Wait": { "Type": "Wait", "Secondss": 5, "Next": "Nowhere" },
        "Lost": { "Type": "Pass", "Output": "{% $states.input. %}", "End": true }
    }
}"#;

#[test]
fn our_own_definitions_are_right() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../statemachines");

    let run = World::new().run_with(&["check", folder]);

    assert_eq!((run.code, run.errors.as_str()), (Some(0), ""), "{run}");
    assert!(run.out.ends_with(" checked, nothing wrong\n"), "{run}");
}

#[test]
fn everything_wrong_is_told_of_every_definition() {
    let world = World::new().with("good.asl.json", GOOD).with("bad.asl.json", BAD);

    assert_snapshot!(world.run("check good.asl.json bad.asl.json missing.asl.json"));
}

#[test]
fn a_folder_stands_for_the_definitions_below_it() {
    let world = World::new()
        .with("machines/a.asl.json", GOOD)
        .with("machines/deep/b.asl.json", GOOD)
        .with("machines/notes.json", "no definition");

    assert_snapshot!(world.run("check machines"), @r"
    2 checked, nothing wrong
    --- exit code 0
    ");
}

#[test]
fn a_folder_without_definitions_is_wrong() {
    let world = World::new().with("machines/notes.txt", "");

    assert_snapshot!(world.run("check machines"));
}

#[test]
fn a_program_reads_the_same() {
    let world = World::new().with("good.asl.json", GOOD).with("bad.asl.json", BAD);

    let run = world.run("check --json good.asl.json bad.asl.json");

    assert_eq!(run.code, Some(2));
    insta::assert_json_snapshot!(run.json());
}

#[test]
fn a_definition_may_come_from_standard_input() {
    assert_snapshot!(World::new().told(&["check", "-"], GOOD), @r"
    1 checked, nothing wrong
    --- exit code 0
    ");
    assert_eq!(World::new().told(&["check", "-"], "").code, Some(2));
}

#[test]
fn what_is_not_text_is_told_so() {
    let world = World::new().with("odd.asl.json", [b'{', 0xff, 0xfe]);

    assert_snapshot!(world.run("check odd.asl.json"));
}
