//! People act from Slack: by the buttons of the message, and by commands.

use std::time::Duration;

use domain::outcome::End;
use domain::service::ServiceDocument;
use local::simulated::{Behaviour, Once, Smoke};
use serde_json::{Value, json};
use slack::inbound::Refusal;
use tests::{World, document};

use crate::fake::{CHANNEL, Fake};
use crate::person::{buttons, press, press_old, say};
use crate::world::{checkout, telling};

const MINUTE: Duration = Duration::from_secs(60);

/// `mia` may do all, `ben` may hold, and anybody else nothing.
fn people(document: &mut Value) {
    document["people"] = json!({
        "U1MIA": {
            "name": "mia",
            "may": ["approve", "roll_back", "hold", "freeze", "release_quarantine"]
        },
        "U2CY": { "name": "cy", "may": ["approve"] },
        "U3BEN": { "name": "ben", "may": ["hold"] }
    });
}

/// A service for which `mia` or `cy` has to agree.
fn approved(count: u32) -> ServiceDocument {
    checkout(|document| {
        people(document);
        document["approval"] = json!({ "of": ["mia", "cy"], "count": count });
    })
}

/// What is said to who asked, and whether the channel hears it.
fn told(answer: Result<Value, Refusal>) -> (String, bool) {
    let answer = answer.expect("Slack signed it");
    let text = answer["blocks"][0]["text"]["text"].as_str().expect("a text");
    (text.to_owned(), answer["response_type"] == "in_channel")
}

/// What the message shows: its headline and why.
fn shown(fake: &Fake) -> String {
    let messages = fake.messages(CHANNEL);
    let (message, _) = messages.last().expect("a message");
    let text = |block: usize| message["blocks"][block]["text"]["text"].as_str().unwrap_or_default();
    format!("{}: {}", text(0), text(1))
}

/// What may be pressed now.
fn offered(fake: &Fake) -> Vec<String> {
    let messages = fake.messages(CHANNEL);
    let (message, _) = messages.last().expect("a message");
    let named = |button: &Value| button["action_id"].as_str().expect("a name").to_owned();
    buttons(message).iter().map(named).collect()
}

fn serves(world: &World) -> String {
    world.traffic(&document("checkout", |_| {}))[0].0.clone()
}

#[tokio::test(start_paused = true)]
async fn a_deployment_goes_on_when_enough_people_pressed_approve() {
    let (mut world, fake) = telling(vec![approved(2)]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(5 * MINUTE).await;
    assert_eq!(offered(&fake), ["approve", "reject", "hold"], "{}", fake.seen(CHANNEL));
    let old = buttons(&fake.messages(CHANNEL)[0].0)[0].clone();

    let (heard, aloud) = told(press(&world, &fake, "U1MIA", "approve").arrive(&world).await);
    assert!(heard.ends_with("mia approves: by a button in Slack") && aloud, "{heard}");
    world.pass(MINUTE).await;
    assert_eq!(serves(&world), "v1.0.0");
    let (again, aloud) = told(press(&world, &fake, "U1MIA", "approve").arrive(&world).await);
    assert!(again.starts_with("mia said so at 03:") && !aloud, "{again}");

    told(press(&world, &fake, "U2CY", "approve").arrive(&world).await);
    world.pass(MINUTE).await;
    assert_eq!(serves(&world), "v1.1.0");
    assert!(fake.seen(CHANNEL).contains("cy approves: by a button in Slack"));
    let (late, _) = told(press_old(&world, "U2CY", &old).arrive(&world).await);
    assert_eq!(late, "it waits for nobody any more, and goes on");

    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
    let (late, _) = told(press_old(&world, "U2CY", &old).arrive(&world).await);
    assert!(late.starts_with("it ended before you pressed, as Deployed"), "{late}");
}

#[tokio::test(start_paused = true)]
async fn what_is_rejected_is_taken_back_and_the_message_says_by_whom() {
    let (mut world, fake) = telling(vec![approved(1)]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(5 * MINUTE).await;

    let (heard, aloud) = told(press(&world, &fake, "U2CY", "reject").arrive(&world).await);
    assert!(heard.ends_with("goes back") && !aloud, "{heard}");
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::RolledBack], "{}", world.story());
    let message = shown(&fake);
    assert!(message.starts_with("🔴 RolledBack: checkout v1.1.0"), "{message}");
    assert!(message.ends_with("cy stopped it: rejected by a button in Slack"), "{message}");
}

#[tokio::test(start_paused = true)]
async fn what_bakes_is_rolled_back_by_a_button_once() {
    let (mut world, fake) = telling(vec![checkout(people)]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(MINUTE).await;
    assert_eq!(serves(&world), "v1.1.0");
    let old = press(&world, &fake, "U1MIA", "roll_back");

    told(old.arrive(&world).await);
    world.pass(Duration::from_secs(5)).await;
    let (again, _) = told(old.arrive(&world).await);
    world.settle().await;

    assert!(again.contains("mia went back: by a button in Slack"), "{again}");
    assert_eq!(world.ends("checkout"), [End::RolledBack], "{}", world.story());
    assert_eq!(serves(&world), "v1.0.0");
    assert!(shown(&fake).ends_with("mia went back: by a button in Slack"), "{}", shown(&fake));
}

#[tokio::test(start_paused = true)]
async fn what_serves_is_left_by_a_button_and_released_from_quarantine_by_another() {
    let (mut world, fake) = telling(vec![checkout(people)]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;
    let left = fake.messages(CHANNEL)[0].0.clone();
    assert_eq!(offered(&fake), ["roll_back"]);

    let (heard, _) = told(press(&world, &fake, "U1MIA", "roll_back").arrive(&world).await);
    assert!(heard.starts_with("checkout goes back to checkout "), "{heard}");
    world.settle().await;
    assert_eq!(serves(&world), "v1.0.0");
    let (late, _) = told(press_old(&world, "U1MIA", &buttons(&left)[0]).arrive(&world).await);
    assert!(late.contains("serves since; press at its message"), "{late}");

    let mut release = buttons(&left)[0].clone();
    release["action_id"] = json!("release_quarantine");
    let (heard, aloud) = told(press_old(&world, "U1MIA", &release).arrive(&world).await);
    assert!(heard.starts_with("checkout: mia lets ") && aloud, "{heard}");
    assert_eq!(world.desk("checkout").quarantined, []);
    let (again, _) = told(press_old(&world, "U1MIA", &release).arrive(&world).await);
    assert!(again.ends_with("is not in quarantine any more"), "{again}");
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_back_may_come_again_when_somebody_says_so_at_its_message() {
    let (mut world, fake) = telling(vec![checkout(people)]).await;
    let smoke = Smoke { status: 500, ..Smoke::default() };
    let ill = Behaviour { smoke, ..Behaviour::default() };
    world.push("checkout", "v1.1.0", ill).await;
    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::RolledBack], "{}", world.story());
    assert_eq!(offered(&fake), ["release_quarantine"], "{}", fake.seen(CHANNEL));

    let pressed = press(&world, &fake, "U1MIA", "release_quarantine");
    told(pressed.arrive(&world).await);

    assert_eq!(world.desk("checkout").quarantined, []);
    let lifted = "lifted the quarantine";
    assert!(world.story().contains(lifted), "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_hold_lets_nothing_new_begin_for_two_hours() {
    let (mut world, fake) = telling(vec![checkout(people)]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(MINUTE).await;

    let (heard, aloud) = told(press(&world, &fake, "U3BEN", "hold").arrive(&world).await);
    assert!(heard.starts_with("checkout: ben has it frozen until ") && aloud, "{heard}");
    let (again, aloud) = told(press(&world, &fake, "U3BEN", "hold").arrive(&world).await);
    assert!(again.starts_with("nothing new begins anyway: checkout is") && !aloud, "{again}");
    world.push("checkout", "v1.2.0", Behaviour::default()).await;
    world.pass(60 * MINUTE).await;
    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
    assert_eq!(serves(&world), "v1.1.0");

    world.settle().await;
    assert_eq!(serves(&world), "v1.2.0");
    assert!(world.extent().seconds > 2 * 3600);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_is_told_who_may_and_nothing_is_done() {
    let (mut world, fake) = telling(vec![checkout(people)]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(MINUTE).await;

    for (user, button, says) in [
        ("U3BEN", "roll_back", "ben may not roll back checkout, ask mia"),
        ("U9EVE", "roll_back", "checkout does not know you, ask mia"),
        ("U2CY", "hold", "cy may not hold new releases of checkout, ask mia or ben"),
    ] {
        let (heard, aloud) = told(press(&world, &fake, user, button).arrive(&world).await);
        assert!(heard.starts_with(says) && !aloud, "{heard}");
    }
    let (heard, _) = told(say(&world, "U3BEN", "freeze checkout 2h the fair").arrive(&world).await);
    assert!(heard.starts_with("ben may not freeze or thaw checkout, ask mia"), "{heard}");
    let (heard, _) = told(say(&world, "U1MIA", "rollback books").arrive(&world).await);
    assert_eq!(heard, "there is no service books under Cutover");

    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn what_slack_did_not_sign_or_signed_six_minutes_ago_does_nothing() {
    let (mut world, fake) = telling(vec![checkout(|document| {
        people(document);
        document["bake"] = json!("20m");
    })])
    .await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(MINUTE).await;

    let forged = press(&world, &fake, "U1MIA", "roll_back").forged();
    assert_eq!(forged.arrive(&world).await, Err(Refusal::Forged));
    let recorded = press(&world, &fake, "U1MIA", "roll_back");
    world.pass(6 * MINUTE).await;
    let replayed = recorded.arrive(&world).await;
    assert_eq!(replayed, Err(Refusal::Stale { seconds: 360, most: 300 }));

    world.settle().await;
    assert_eq!(world.ends("checkout"), [End::Deployed], "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn commands_tell_freeze_thaw_and_go_back() {
    let (mut world, _) = telling(vec![checkout(people)]).await;
    let asks =
        async |world: &World, text: &str| told(say(world, "U1MIA", text).arrive(world).await);
    let nothing = asks(&world, "history checkout").await.0;
    assert_eq!(nothing, "nothing of checkout was deployed by Cutover yet");
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(MINUTE).await;
    let under_way = asks(&world, "status").await.0;
    world.settle().await;

    let mut said = vec![under_way];
    for text in [
        "freeze checkout 2h the fair",
        "status checkout",
        "thaw checkout it is over",
        "thaw checkout it is over",
        "rollback checkout receipts are wrong",
    ] {
        said.push(asks(&world, text).await.0);
    }
    world.settle().await;
    said.push(asks(&world, "rollback checkout").await.0);
    said.push(asks(&world, "status").await.0);
    said.push(asks(&world, "history checkout").await.0);
    said.push(asks(&world, "rollback").await.0);

    assert_eq!(serves(&world), "v1.0.0");
    insta::assert_snapshot!(said.join("\n"), @"
    checkout v1.1.0 (f12304c4e74f): under way at 100% of production, all is well at POST_PRODUCTION_TRAFFIC_SHIFT, watched for 1m 12s more; d794576230c3 served before
    checkout: mia has it frozen until 2026-03-01T05:12:05Z: the fair
    checkout: v1.1.0 (f12304c4e74f) was deployed last
        frozen until 2026-03-01T05:12:05Z: the fair
    checkout: mia thaws it: it is over
    checkout is not frozen
    checkout goes back to checkout d794576230c3
    nothing that Cutover knows was good before in checkout; say `to`: a tag, a digest, or the deployment that brought it
    checkout: d794576230c3 was deployed last
        f12304c4e74f is in quarantine until 2026-03-31T03:12:05Z: mia went back: receipts are wrong
    2026-03-01 03:12 UTC checkout d794576230c3: Deployed after 2s, mia (rollback): ECS tells that this release serves
    2026-03-01 03:10 UTC checkout v1.1.0 (f12304c4e74f): Deployed after 2m 2s, ada (push): ECS tells that this release serves
    say which service:
    /cutover status [service]
    /cutover history service
    /cutover rollback service [to v1.4.2] [reason]
    /cutover freeze service 2h reason
    /cutover thaw service reason
    ");
}

#[tokio::test(start_paused = true)]
async fn a_deployment_that_did_not_begin_is_stopped_by_a_command() {
    let (mut world, _) = telling(vec![checkout(|document| {
        people(document);
        document["migration"] = json!({ "command": ["./migrate", "up"], "within": "30m" });
    })])
    .await;
    let once = Once { takes: 20 * MINUTE, ..Once::default() };
    let slow = Behaviour { once, ..Behaviour::default() };
    world.push("checkout", "v1.1.0", slow).await;
    world.pass(MINUTE).await;
    assert!(world.desk("checkout").unlaunched().is_some(), "{}", world.story());

    let (heard, _) = told(say(&world, "U1MIA", "rollback checkout wait").arrive(&world).await);
    world.settle().await;

    assert!(heard.ends_with("goes back"), "{heard}");
    assert_eq!(world.ends("checkout"), [End::Refused], "{}", world.story());
    assert!(world.story().contains("mia went back: wait"), "{}", world.story());
}

#[tokio::test(start_paused = true)]
async fn a_press_may_run_twice() {
    let (mut world, fake) = telling(vec![approved(1)]).await;
    world.account.repeat_steps(true);
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(5 * MINUTE).await;

    told(press(&world, &fake, "U2CY", "approve").arrive(&world).await);
    world.settle().await;
    assert_eq!(serves(&world), "v1.1.0");
    told(say(&world, "U1MIA", "rollback checkout").arrive(&world).await);
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed, End::Deployed], "{}", world.story());
    assert_eq!(serves(&world), "v1.0.0");
}
