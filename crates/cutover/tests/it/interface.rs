//! What all commands have in common: help, colours, exit codes, a reader who goes away.

use std::process::Stdio;

use insta::assert_snapshot;

use crate::world::World;

#[test]
fn help_is_worth_reading() {
    for command in ["", "execute", "check", "plan", "validate", "schema"] {
        let run = World::new().run(&format!("{command} --help"));

        let name = if command.is_empty() { "help" } else { command };
        insta::with_settings!({ snapshot_suffix => name }, { assert_snapshot!(run) });
        assert_eq!(run.code, Some(0));
    }
}

#[test]
fn every_command_shows_an_example() {
    let help = World::new().run("--help").out;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    for line in commands.take_while(|line| !line.is_empty()) {
        // What a command does may take two lines.
        let name = line.strip_prefix("  ").and_then(|line| line.split(' ').next());
        let Some(command) = name.filter(|name| !["", "help"].contains(name)) else {
            continue;
        };
        let help = World::new().run_with(&[command, "--help"]).out;
        assert!(help.contains("Example:"), "{command}");
        assert!(help.contains(&format!("cutover {command} ")), "{command}");
    }
}

#[test]
fn the_version_is_told() {
    let version = concat!("cutover ", env!("CARGO_PKG_VERSION"), "\n");

    assert_eq!(World::new().run("--version").out, version);
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    for line in [
        "",
        "deplio",
        "check",
        "execute",
        "execute a.json --name a.b",
        "execute a.json --set plan",
        "execute a.json --at yesterday",
        "validate",
        "schema service request",
        "quarantine checkout v1.0.0",
        "quarantine checkout --reason slow",
        "freeze checkout --for 2h",
        "freeze checkout --for soon --reason fair",
        "thaw checkout",
        "deploy checkout v1.0.0 --hotfix",
        "release-quarantine checkout v1.0.0",
        "check --jsn a.json",
    ] {
        let run = World::new().run(line);

        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{line}: {run}");
        assert!(run.errors.contains("Usage: ") || run.errors.contains("--help"), "{line}: {run}");
    }
}

#[test]
fn a_wrong_option_is_told_what_would_be_right() {
    let world = World::new();
    let names = world.run_with(&["execute", "a.json", "--name", "my run", "--set", "plan"]);

    assert_snapshot!(names);
    assert_snapshot!(world.run("execute a.json --set plan"));
}

#[cfg(not(feature = "aws"))]
#[test]
fn what_is_not_built_in_is_told_with_how_to_get_it() {
    for line in [
        "deploy checkout v1.1.0 --aws",
        "rollback checkout --profile shop",
        "stop checkout --aws",
        "quarantine checkout --aws",
        "approve checkout --by ada --aws",
        "freeze checkout --for 2h --reason slow --aws",
        "thaw checkout --reason slow --aws",
        "release-quarantine checkout v1.0.0 --reason slow --aws",
        "status --region eu-central-1",
        "history checkout --settings /elsewhere",
        "plan checkout --aws",
    ] {
        let run = World::new().run(line);

        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{line}: {run}");
        for told in ["this program was built without AWS", "at --", "--features aws"] {
            assert!(run.errors.contains(told), "{line}: {run}");
        }
    }
}

#[test]
fn colours_are_for_terminals_only() {
    let world = World::new();
    let errors = |name: &str, value: &str| {
        let output = world.program().args(["check", "nowhere"]).env(name, value).output();
        String::from_utf8(output.expect("the program").stdout).expect("text")
    };

    assert!(!errors("OTHER", "").contains('\u{1b}'));
    assert!(errors("CLICOLOR_FORCE", "1").contains('\u{1b}'));
    assert!(!errors("NO_COLOR", "1").contains('\u{1b}'));
}

#[test]
fn a_reader_who_goes_away_ends_it_quietly_and_with_its_own_exit_code() {
    let world = World::new();
    // More than a pipe holds.
    let names: Vec<_> = (0..3_000).map(|number| format!("nowhere-{number}")).collect();
    let mut child = world
        .program()
        .arg("check")
        .args(names)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");

    drop(child.stdout.take());
    let output = child.wait_with_output().expect("an end");

    assert_eq!(output.status.code(), Some(2));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
