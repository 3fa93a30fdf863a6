//! Every message, as Slack gets it and as a person sees it.

use std::time::Duration;

use domain::approval::Approve;
use domain::outcome::End;
use local::plant::Share;
use local::simulated::{Behaviour, Smoke};
use serde_json::{Value, json};
use tests::World;

use crate::fake::{CHANNEL, Fake};
use crate::world::{checkout, telling};

const MINUTE: Duration = Duration::from_secs(60);

/// What a person sees, with the names of releases in place of digests.
fn seen(world: &World, fake: &Fake) -> String {
    let mut seen = fake.seen(CHANNEL);
    for tag in ["v1.0.0", "v1.1.0"] {
        let digest = world.digest("checkout", tag);
        seen = seen.replace(&format!("{tag} ({})", digest.short()), tag);
        seen = seen.replace(digest.short(), tag);
    }
    seen
}

/// The newest message as Slack has it.
fn newest(fake: &Fake) -> Value {
    fake.messages(CHANNEL).pop().expect("a message").0
}

#[tokio::test(start_paused = true)]
async fn a_good_release_is_one_message_and_its_story_below() {
    let (mut world, fake) = telling(vec![checkout(|_| {})]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(Duration::from_secs(90)).await;
    insta::assert_snapshot!("under_way", seen(&world, &fake));
    world.settle().await;

    insta::assert_snapshot!("deployed", seen(&world, &fake));
    insta::assert_json_snapshot!("deployed_json", newest(&fake));
    assert_eq!(fake.turned_away(CHANNEL), 0);
}

#[tokio::test(start_paused = true)]
async fn a_release_that_an_alarm_takes_back_says_why_and_offers_to_release_the_quarantine() {
    let (mut world, fake) = telling(vec![checkout(|_| {})]).await;
    let bad = Behaviour { error_rate: Share::ALL, ..Behaviour::default() };
    world.push("checkout", "v1.1.0", bad).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::RolledBack]);
    insta::assert_snapshot!("rolled_back", seen(&world, &fake));
    insta::assert_json_snapshot!("rolled_back_json", newest(&fake));
}

#[tokio::test(start_paused = true)]
async fn who_is_asked_finds_buttons_and_the_answer_takes_them_away() {
    let of = json!({ "before": "production", "of": ["cy"], "within": "4h" });
    let (mut world, fake) = telling(vec![checkout(|it| it["approval"] = of)]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.pass(MINUTE).await;
    insta::assert_snapshot!("asks", seen(&world, &fake));
    insta::assert_json_snapshot!("asks_json", newest(&fake));

    let word = Approve {
        service: "checkout".parse().expect("a name"),
        deployment: None,
        by: "cy".to_owned(),
        reason: None,
    };
    world.account.approve(word).await.expect("cy is asked");
    world.pass(Duration::from_secs(20)).await;
    insta::assert_snapshot!("approved", seen(&world, &fake));
    world.settle().await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_person_though_something_is_wrong_says_so() {
    let hold = |it: &mut Value| it["on_failure"] = json!("hold");
    let (mut world, fake) = telling(vec![checkout(hold)]).await;
    let bad = Behaviour { error_rate: Share::ALL, ..Behaviour::default() };
    world.push("checkout", "v1.1.0", bad).await;
    world.pass(2 * MINUTE).await;

    insta::assert_snapshot!("held", seen(&world, &fake));
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_told_though_it_was_never_planned() {
    let (world, fake) = telling(vec![checkout(|_| {})]).await;
    let ask = json!({ "service": "checkout", "tag": "v9.9.9", "by": "ada", "reason": "a try" });
    world.account.start("deployment", "checkout-try", ask).expect("a new name");
    world.settle().await;

    insta::assert_snapshot!("refused", fake.seen(CHANNEL));
    insta::assert_json_snapshot!("refused_json", newest(&fake));
}

#[tokio::test(start_paused = true)]
async fn what_is_stuck_calls_a_person_and_says_what_is_left_where() {
    let (mut world, fake) = telling(vec![checkout(|_| {})]).await;
    let blue = world.digest("checkout", "v1.0.0").clone();
    let bad = Behaviour { error_rate: Share::ALL, ..Behaviour::default() };
    world.push("checkout", "v1.1.0", bad).await;
    world.pass(Duration::from_secs(30)).await;
    world.account.plant().breaks_at(blue.as_str(), world.account.now());
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Stuck]);
    insta::assert_snapshot!("stuck", seen(&world, &fake));
    insta::assert_json_snapshot!("stuck_json", newest(&fake));
}

#[tokio::test(start_paused = true)]
async fn markup_and_mentions_of_others_are_shown_as_they_are_written() {
    let (mut world, fake) = telling(vec![checkout(|_| {})]).await;
    let reason = "<!channel> *bold* @here & <https://evil|click>\n\u{202e}new\u{7} строка リリース";
    world.image(
        "checkout",
        "v1.1.0",
        Behaviour { smoke: Smoke { status: 500, ..Smoke::default() }, ..Behaviour::default() },
    );
    let ask = json!({
        "service": "checkout", "tag": "v1.1.0", "by": "<!here>",
        "reason": format!("{reason} {}", "x".repeat(100_000))
    });
    world.account.start("deployment", "checkout-evil", ask).expect("a new name");
    world.settle().await;

    insta::assert_snapshot!("hostile", seen(&world, &fake));
    insta::assert_json_snapshot!("hostile_json", newest(&fake));
}

#[tokio::test(start_paused = true)]
async fn without_a_channel_in_its_document_a_service_is_not_told_of() {
    let quiet = checkout(|it| it["tell"] = json!({ "mail": false }));
    let (mut world, fake) = telling(vec![quiet]).await;
    world.push("checkout", "v1.1.0", Behaviour::default()).await;
    world.settle().await;

    assert_eq!(world.ends("checkout"), [End::Deployed]);
    assert_eq!(fake.seen(CHANNEL), "");
    assert_eq!(world.account.letters(), []);
}
