//! The reference services inside the program.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use crate::world::World;

#[test]
fn both_reference_services_are_in_the_program() {
    for service in ["checkout", "catalog"] {
        let world = World::new();
        let mut child = world
            .program()
            .arg(format!("service-{service}"))
            .env("PORT", "0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program");

        let mut line = String::new();
        let read = BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line);
        child.kill().expect("it runs");
        child.wait().expect("an end");

        read.expect("a line");
        let said: Value = serde_json::from_str(&line).expect("a line of JSON");
        let message = said["message"].as_str().expect("a message");
        assert!(message.starts_with(&format!("{service} ")), "{line}");
        assert!(message.contains(" listens on 127.0.0.1:"), "{line}");
    }
}

#[test]
fn bad_settings_are_told_and_end_with_2() {
    let world = World::new();
    let output =
        world.program().arg("service-checkout").env("PORT", "http").output().expect("the program");

    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "checkout: PORT: `http` is not understood; give a port from 0 to 65535\n"
    );
}
