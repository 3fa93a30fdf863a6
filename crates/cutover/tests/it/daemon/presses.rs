//! People who act from Slack, and a Slack that cannot be reached.

use std::time::Duration;

use serde_json::json;
use tokio::time::{Instant, sleep};

use super::host::{Host, SOON};
use super::slack::{Slack, say};

/// Looks until something is there.
async fn soon<T>(slack: &Slack, look: impl Fn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(began.elapsed() < SOON, "still {:#?}", slack.heard());
        sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_person_approves_and_goes_back_from_slack_and_the_message_says_who() {
    let slack = Slack::open().await;
    let host = Host::with(600, |config| {
        config["slack_signing_secrets"] =
            json!([{ "environment": "CUTOVER_SLACK_SIGNING_SECRET" }]);
        let document = &mut config["services"][0]["document"];
        document["tell"] = json!({ "slack": { "channel": "C0DEPLOYS" } });
        document["approval"] = json!({ "of": ["cy"] });
        document["people"] = json!({ "U2CY": { "name": "cy", "may": ["approve", "roll_back"] } });
    });
    let _running = host.start_with(&["--slack-url", &slack.url]);
    let before = host.settled().await;
    let door = host.url("/slack");
    host.push("v1.1.0", "").await;

    let approve = soon(&slack, || slack.button("approve")).await;
    slack.press(&door, "U9EVE", &approve).await;
    let told = slack.replied().expect("who presses is answered");
    assert!(told.starts_with("checkout does not know you, ask cy"), "{told}");
    slack.press(&door, "U2CY", &approve).await;
    let told = slack.replied().expect("who presses is answered");
    assert!(told.ends_with("cy approves: by a button in Slack"), "{told}");
    host.until(|it| it["traffic"][0]["release"]["tags"] == json!(["v1.1.0"])).await;

    let back = soon(&slack, || slack.button("roll_back")).await;
    slack.press(&door, "U2CY", &back).await;
    host.until(|it| it["last"]["end"] == "RolledBack").await;
    assert_eq!(host.settled().await["traffic"], before["traffic"]);
    let shows = |why: &str| {
        let heard = slack.heard();
        let shown = heard.iter().map(|(_, body)| &body["blocks"][1]["text"]["text"]);
        shown.filter(|shown| *shown == why).count().checked_sub(1)
    };
    soon(&slack, || shows("cy went back: by a button in Slack")).await;

    let history = say(&door, "U2CY", "history checkout").await;
    assert!(history.contains("RolledBack") && history.contains("cy went back"), "{history}");
    let unsigned = host.client.post(&door).body("command=%2Fcutover&user_id=U2CY&text=status");
    let refused = unsigned.send().await.expect("an answer");
    assert_eq!(refused.status().as_u16(), 401);
}

#[tokio::test]
async fn without_a_signing_secret_nobody_is_heard_and_there_are_no_buttons() {
    let slack = Slack::open().await;
    let host = Host::with(1, |config| {
        config["services"][0]["document"]["tell"] = json!({ "slack": { "channel": "C0DEPLOYS" } });
    });
    let _running = host.start_with(&["--slack-url", &slack.url]);
    host.settled().await;
    host.push("v1.1.0", "").await;
    host.until(|it| it["last"]["end"] == "Deployed").await;

    let typed =
        |(_, body): &(String, serde_json::Value)| body.to_string().contains("cutover rollback");
    soon(&slack, || slack.heard().iter().any(typed).then_some(())).await;
    assert!(!slack.heard().iter().any(|(_, body)| body.to_string().contains("action_id")));
    let asked = host.client.post(host.url("/slack")).body("payload=%7B%7D");
    assert_eq!(asked.send().await.expect("an answer").status().as_u16(), 503);
}

#[tokio::test]
async fn a_slack_that_is_down_holds_nothing_up_and_whoever_runs_the_daemon_reads_why() {
    let host = Host::with(1, |config| {
        config["services"][0]["document"]["tell"] = json!({ "slack": { "channel": "C0DEPLOYS" } });
    });
    let _running = host.start_with(&["--slack-url", "http://127.0.0.1:1/hush/"]);
    host.settled().await;
    host.push("v1.1.0", "").await;
    host.until(|it| it["last"]["end"] == "Deployed").await;

    let errors = std::fs::read_to_string(host.world.path().join("errors")).expect("its log");

    let says = |line: &str| line.contains("post: could not") && line.contains("Connection refused");
    assert!(errors.lines().any(says), "{errors}");
    assert!(!errors.contains("hush") && !errors.contains('\u{1b}'), "{errors}");
}
