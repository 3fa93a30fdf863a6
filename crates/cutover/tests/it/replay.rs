//! `cutover replay` of a schedule.

use insta::assert_snapshot;

use crate::world::World;

/// ECS has the deployment, and its answer is lost; then somebody stops the execution.
const LOST: &str = r#"{
    "scenario": "good_image",
    "acts": [{ "at": 60, "does": { "stop": { "machine": "deployment" } } }],
    "disturbances": [
        { "call": { "number": 31, "fails": "after" } },
        { "event": { "number": 1, "arrives": { "late": 90 } } }
    ]
}"#;

#[test]
fn the_story_tells_what_broke_where_it_broke() {
    let world = World::new().with("lost.json", LOST);

    let run = world.run("replay lost.json");

    assert_snapshot!(run);
    assert_eq!(run.code, Some(0));
    assert_eq!(world.told(&["replay", "-"], LOST).out, run.out);
}

#[test]
fn a_program_reads_the_same() {
    let world = World::new().with("lost.json", LOST);

    let told = world.run("replay --json lost.json").json();

    let story: Vec<_> =
        told["story"].as_array().expect("a story").iter().filter_map(|it| it.as_str()).collect();
    assert!(world.run("replay lost.json").out.starts_with(&story.join("\n")));
    assert_eq!(told["schedule"]["disturbances"][0]["call"]["fails"], "after");
    let promises = told["promises"].as_array().expect("promises");
    assert!(!promises.is_empty() && promises.iter().all(|it| it["broken"].is_null()), "{told:#}");
}

#[test]
fn a_broken_promise_ends_with_1() {
    // Nothing can be promised where nothing ever answers again.
    let dead = r#"{
        "scenario": "good_image",
        "disturbances": [{ "call": { "number": 40, "fails": { "throttled": 1000000 } } }]
    }"#;

    let run = World::new().with("dead.json", dead).run("replay dead.json");

    assert_eq!(run.code, Some(1), "{run}");
    assert!(run.out.contains("\nbroken: "), "{run}");
}

#[test]
fn mistakes_are_told_with_their_place() {
    let run = |text: &str| World::new().with("wrong.json", text).run("replay wrong.json");

    for (text, what, path) in [
        ("{", "EOF while parsing", None),
        (r#"{ "scenario": "good_imag" }"#, "unknown variant `good_imag`", Some("scenario")),
        (
            r#"{ "scenario": "good_image", "disturbances": [{ "call": { "number": 1 } }] }"#,
            "missing field `fails`",
            Some("disturbances[0].call"),
        ),
        (
            r#"{ "scenario": "good_image", "acts": [{ "at": 1, "does": { "stop": { "machine": "x" } } }] }"#,
            "there is no state machine x",
            Some("acts[0].does.stop.machine"),
        ),
        (
            r#"{ "scenario": "good_image", "acts": [{ "at": 1, "does": { "ring": { "alarm": "x" } } }] }"#,
            "this scenario has no alarm x",
            Some("acts[0].does.ring.alarm"),
        ),
        (
            r#"{ "scenario": "good_image", "acts": [{ "at": 1, "does": { "push": { "service": "search", "tag": "v1.1.0", "image": "good" } } }] }"#,
            "this scenario has no service search",
            Some("acts[0].does.push.service"),
        ),
    ] {
        let run = run(text);

        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{run}");
        assert!(run.errors.contains(what) && run.errors.contains("help: a schedule is"), "{run}");
        let place =
            path.map_or("at wrong.json\n".into(), |path| format!("at wrong.json: {path}\n"));
        assert!(run.errors.contains(&place), "{run}");
    }
    assert_eq!(World::new().run("replay nowhere.json").code, Some(2));
}
