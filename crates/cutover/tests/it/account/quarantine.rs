//! What must not be deployed: shown, put there, and lifted.

use domain::outcome::End;
use domain::quarantine::{QUARANTINE, Quarantine};
use serde_json::json;

use super::aws::Aws;
use super::world::{at, concluded, digest, record};

const REGION: &str = "--region eu-central-1";

/// `v1.1.0` serves, and an alarm took `v1.2.0` back.
fn account() -> Aws {
    let aws = Aws::new();
    let serving = record("v1.0.0", "v1.1.0", 5, "push", End::Deployed);
    let bad = record("v1.1.0", "v1.2.0", 9, "push", End::RolledBack);
    let since = jiff::Timestamp::now();
    let quarantine = Quarantine {
        digest: digest("v1.2.0"),
        why: "alarm checkout-errors rings".into(),
        by: None,
        deployment: Some(bad.deployment.clone()),
        since,
        until: QUARANTINE.after(since),
    };
    {
        let mut state = aws.state();
        state.desk = Some(concluded(&serving, "v1.0.0").quarantine(quarantine));
        state.records.extend([serving, bad]);
    }
    aws
}

#[test]
fn a_release_is_put_there_by_its_tag_and_stands_with_who_and_why() {
    let aws = account();

    let run = aws.run(&format!("quarantine checkout v1.1.0 --reason receipts {REGION}"));
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.out.starts_with("111111111111 is in quarantine until "), "{run}");

    let all = aws.run(&format!("quarantine checkout --json {REGION}")).json();
    let serving = aws.state().records[1].deployment.to_string();
    assert_eq!(all.as_array().map(Vec::len), Some(2), "{all}");
    for (field, value) in [
        ("digest", json!(digest("v1.1.0"))),
        ("tag", json!("v1.1.0")),
        ("why", json!("receipts")),
        ("by", json!("ada")),
        ("deployment", json!(serving)),
    ] {
        assert_eq!(all[1][field], value, "{field}");
    }
    let table = aws.run(&format!("quarantine checkout {REGION}")).out;
    for word in ["121212121212", "alarm checkout-errors rings", "v1.1.0", "receipts", "ada"] {
        assert!(table.contains(word), "{word} is missing in\n{table}");
    }
    let status = aws.run(&format!("status checkout {REGION}"));
    assert!(status.out.contains("quarantine: 2 releases"), "{status}");
    let told = aws.run(&format!("history checkout --deployment {serving} {REGION}")).out;
    assert!(told.contains("quarantined 111111111111 until"), "{told}");

    let again = aws.run(&format!("quarantine checkout v1.1.0 --reason again {REGION}"));
    assert_eq!(again.code, Some(0), "{again}");
    assert!(again.out.starts_with("111111111111 is in quarantine already"), "{again}");
    assert!(again.out.ends_with(": receipts\n"), "{again}");
}

#[test]
fn a_release_is_lifted_by_a_persons_word_and_by_that_alone() {
    let aws = account();
    let bad = aws.state().records[2].deployment.to_string();

    let silent = aws.run(&format!("release-quarantine checkout 1212121 {REGION}"));
    assert_eq!(silent.code, Some(2), "{silent}");
    assert!(silent.errors.contains("--reason <TEXT>"), "{silent}");

    let run = aws.run(&format!("release-quarantine checkout 1212121 --reason database {REGION}"));
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.out.starts_with("121212121212 may be deployed again"), "{run}");
    assert!(run.out.ends_with(": alarm checkout-errors rings\n"), "{run}");
    let told = aws.run(&format!("history checkout --deployment {bad} {REGION}")).out;
    assert!(told.contains("ada lifted the quarantine: database"), "{told}");
    let list = aws.run(&format!("quarantine checkout {REGION}"));
    assert_eq!(list.out, "nothing of checkout is in quarantine\n");
}

#[test]
fn what_is_not_in_quarantine_or_not_known_is_told_so() {
    let aws = account();

    insta::assert_snapshot!(aws.run(&format!("release-quarantine checkout v1.1.0 --reason x {REGION}")), @"
    --- standard error
    error: cannot release v1.1.0 of checkout from quarantine: v1.1.0 is not in quarantine; of checkout are: 121212121212
    --- exit code 1
    ");
    insta::assert_snapshot!(aws.run(&format!("quarantine checkout v9.9.9 --reason x {REGION}")), @r#"
    --- standard error
    error: no release of checkout that Cutover knows is called "v9.9.9"; give its digest, at least 7 of the first digits, or the tag it was deployed by
       at put v9.9.9 of checkout into quarantine
    --- exit code 2
    "#);
    assert_eq!(aws.asked("UpdateItem").len(), 0);
}

#[test]
fn what_waits_to_go_back_is_told() {
    let aws = account();
    let waiter = json!({
        "deployment": "checkout-back", "title": "checkout v1.0.0", "explicit": true, "urgent": true,
        "height": { "version": null, "pushed_at": at(0) }, "token": "token-back"
    });
    if let Some(desk) = &mut aws.state().desk {
        desk.urgent = serde_json::from_value(waiter).expect("a waiter");
    }

    let status = aws.run(&format!("status checkout {REGION}"));

    assert!(status.out.contains("waiting to go back: checkout v1.0.0"), "{status}");
    assert!(status.out.contains("quarantine: 121212121212"), "{status}");
    let told = aws.run(&format!("status checkout --json {REGION}")).json();
    assert_eq!(told[0]["urgent"]["deployment"], "checkout-back", "{told}");
    assert_eq!(told[0]["quarantined"][0]["digest"], json!(digest("v1.2.0")), "{told}");
}
