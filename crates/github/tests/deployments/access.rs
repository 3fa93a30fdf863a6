//! What shows GitHub that we may show deployments.

use domain::marking::Light;
use jiff::SignedDuration;
use serde_json::json;
use workflow::ports::Statuses as _;

use super::github::{APP, GitHub, Hands};
use super::{begins, client, elsewhere, mark};
use github::deployments::{Access, Deployments};

fn app(github: &GitHub, id: &str, pkcs8: bool) -> Deployments<Hands> {
    let secret = json!({ "app": id, "private_key": github.private_key(pkcs8) });
    let access = Access::read(&secret.to_string()).expect("an App");
    assert!(!format!("{access:?}").contains("KEY"), "{access:?}");
    Deployments::new(&github.url, Some(access), github.clock.clone())
}

/// How often a token was asked for.
fn tokens(github: &GitHub) -> usize {
    github.asked().iter().filter(|line| line.ends_with("/access_tokens")).count()
}

#[tokio::test]
async fn an_app_asks_for_a_token_that_may_do_nothing_else_and_keeps_it() {
    for pkcs8 in [false, true] {
        let github = GitHub::open().await;
        let client = app(&github, APP, pkcs8);

        for _ in 0..3 {
            client.show(&begins()).await.expect("it is shown");
        }

        assert_eq!(tokens(&github), 1);
        assert!(github.refused().is_empty(), "{:?}", github.refused());
    }
}

#[tokio::test]
async fn a_token_is_renewed_five_minutes_before_its_end() {
    let github = GitHub::open().await;
    let client = app(&github, APP, false);

    for (minutes, asked) in [(0, 1), (54, 1), (1, 2), (54, 2), (1, 3)] {
        github.clock.forward(SignedDuration::from_mins(minutes));
        client.show(&begins()).await.expect("it is shown");
        assert_eq!(tokens(&github), asked, "after {minutes} minutes more");
    }
    assert!(github.refused().is_empty(), "{:?}", github.refused());
}

#[tokio::test]
async fn a_token_that_was_called_back_is_replaced_at_once() {
    let github = GitHub::open().await;
    let client = app(&github, APP, false);
    client.show(&begins()).await.expect("it is shown");

    github.revoke();
    client.show(&begins()).await.expect("it is shown");

    assert_eq!(tokens(&github), 2);
}

#[tokio::test]
async fn what_is_wrong_with_an_app_is_told_with_what_would_be_right() {
    let (github, other) = (GitHub::open().await, GitHub::open().await);
    let secret = json!({ "app": APP, "private_key": other.private_key(false) });
    let forged = Access::read(&secret.to_string()).expect("an App");
    let forged = Deployments::new(&github.url, Some(forged), github.clock.clone());

    for client in [forged, app(&github, "Iv23liAnother", false)] {
        let failure = client.show(&begins()).await.expect_err("it is not ours");
        assert_eq!(failure.name(), "Refused");
        assert!(
            failure.to_string().contains("the App's id or private key is not right"),
            "{failure}"
        );
    }
    github.uninstall("acme/checkout");
    let failure = app(&github, APP, false).show(&begins()).await.expect_err("not installed");
    assert!(
        failure.to_string().contains("install the App on acme/checkout, with *Dep"),
        "{failure}"
    );
    assert_eq!(github.seen(), "");
}

#[tokio::test]
async fn a_login_that_may_not_is_told_what_it_needs() {
    let github = GitHub::open().await;
    let with = |token: &str| {
        let access = Access::token(token).expect("a token");
        Deployments::new(&github.url, Some(access), github.clock.clone())
    };
    let nowhere = elsewhere(begins(), "acme/nowhere");
    let untagged = mark("checkout-1", "v9.9.9", Light::InProgress, "is about to begin");

    let nobody = Deployments::new(&github.url, None, github.clock.clone());
    for (client, mark, says) in [
        (nobody, begins(), "no login to GitHub was given; acme/checkout needs one with *Depl"),
        (with("old"), begins(), "401 Unauthorized: the login is not good any more"),
        (with("github_pat_reader"), begins(), "needs *Deployments: read and write* on acme/che"),
        (client(&github), nowhere, "acme/nowhere is not there, or the login lacks *Deploy"),
        (
            client(&github),
            untagged,
            "No ref found for: v9.9.9; acme/checkout needs the ref \"v9.9.9\", or `tell.github.ref`",
        ),
    ] {
        let failure = client.show(&mark).await.expect_err(says);
        assert_eq!(failure.name(), "Refused", "{failure}");
        assert!(failure.to_string().contains(says), "{failure}");
    }
    assert_eq!(github.seen(), "");
}
