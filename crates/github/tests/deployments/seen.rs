//! What people see at GitHub.

use domain::marking::{Light, Mark};
use serde_json::json;
use workflow::ports::Statuses as _;

use super::github::GitHub;
use super::{begins, client, mark};

#[tokio::test]
async fn a_release_that_serves_and_the_next_that_is_taken_back_are_seen() {
    let github = GitHub::open().await;
    let client = client(&github).with_logs("https://console.example.com/");
    let serves = mark("checkout-1", "v1.0.0", Light::Success, "checkout v1.0.0 serves");
    let goes_on = mark("checkout-2", "v1.1.0", Light::InProgress, "serves 100 % of production");
    let back = mark("checkout-2", "v1.1.0", Light::Failure, "RolledBack: checkout-errors rings");

    for mark in [begins(), serves, goes_on, back] {
        client.show(&mark).await.expect("it is shown");
        assert_eq!(client.status(&mark).await, Ok(Some(mark.status)));
    }

    insta::assert_snapshot!(github.seen(), @r"
    production v1.1.0
      failure     RolledBack: checkout-errors rings <https://shop.example.com> <https://console.example.com/checkout-2>
      in_progress serves 100 % of production <https://shop.example.com> <https://console.example.com/checkout-2>
    production v1.0.0
      success     checkout v1.0.0 serves <https://shop.example.com> <https://console.example.com/checkout-1>
      in_progress is about to begin <https://shop.example.com> <https://console.example.com/checkout-1>
    ");
    assert!(github.refused().is_empty(), "{:?}", github.refused());
}

#[tokio::test]
async fn asking_twice_finds_the_same_deployment() {
    let github = GitHub::open().await;

    for _ in 0..2 {
        client(&github).show(&begins()).await.expect("it is shown");
    }

    insta::assert_snapshot!(github.seen(), @r"
    production v1.0.0
      in_progress is about to begin <https://shop.example.com>
      in_progress is about to begin <https://shop.example.com>
    ");
}

#[tokio::test]
async fn of_two_that_were_shown_at_the_same_moment_one_is_put_out() {
    let github = GitHub::open().await;
    let client = client(&github);
    let begins = begins();

    let (one, other) = tokio::join!(client.show(&begins), client.show(&begins));
    one.and(other).expect("both are shown");
    assert_eq!(github.seen().matches("production").count(), 2, "both found nothing");
    for _ in 0..2 {
        let serves = mark("checkout-1", "v1.0.0", Light::Success, "it serves");
        client.show(&serves).await.expect("it is shown");
    }

    insta::assert_snapshot!(github.seen(), @r"
    production v1.0.0
      inactive    is shown elsewhere <https://shop.example.com>
      in_progress is about to begin <https://shop.example.com>
    production v1.0.0
      success     it serves <https://shop.example.com>
      success     it serves <https://shop.example.com>
      in_progress is about to begin <https://shop.example.com>
    ");
}

#[tokio::test]
async fn only_what_served_before_of_the_same_service_is_replaced() {
    let github = GitHub::open().await;
    let client = client(&github);
    let payload =
        |service: &str| json!({ "cutover": { "deployment": "catalog-1", "service": service } });
    github.shown_by_others("production", &json!("deployed by hand"));
    github.shown_by_others("production", &json!({ "cutover": 7 }));
    github.shown_by_others("production", &payload("catalog"));
    github.shown_by_others("staging", &payload("checkout"));
    let serves = |deployment: &str, tag: &str| mark(deployment, tag, Light::Success, "it serves");
    let failed = mark("checkout-2", "v1.1.0", Light::Failure, "RolledBack: it rings");
    for mark in [serves("checkout-1", "v1.0.0"), failed] {
        client.show(&mark).await.expect("it is shown");
    }

    let next = serves("checkout-3", "v1.1.0");
    for _ in 0..2 {
        client.replace(&next).await.expect("it is replaced");
    }
    client.show(&next).await.expect("it is shown");

    insta::assert_snapshot!(github.seen(), @r"
    production v1.1.0
      success     it serves <https://shop.example.com>
    production v1.1.0
      failure     RolledBack: it rings <https://shop.example.com>
    production v1.0.0
      inactive    another release serves since <https://shop.example.com>
      success     it serves <https://shop.example.com>
    staging main
      success
    production main
      success
    production main
      success
    production main
      success
    ");
}

#[tokio::test]
async fn what_is_not_shown_has_no_status() {
    let github = GitHub::open().await;
    let client = client(&github);

    assert_eq!(client.status(&begins()).await, Ok(None));
    client.show(&begins()).await.expect("it is shown");
    assert_eq!(client.status(&begins()).await, Ok(Some(begins().status)));
}

#[tokio::test]
async fn whatever_a_reason_says_it_is_one_short_line() {
    let github = GitHub::open().await;
    let client = client(&github);
    let why = format!("Stuck: @acme/everybody <script>\n{}", "long ".repeat(100));
    let stuck = mark("checkout-1", "v1.0.0", Light::Error, &why);
    let title = Mark { title: "checkout ".repeat(100), ..stuck };

    client.show(&title).await.expect("it is shown");

    let shown = client.status(&title).await.expect("an answer").expect("a status");
    assert_eq!(shown.description.chars().count(), 140);
    assert!(!shown.description.contains('\n'));
    assert!(github.refused().is_empty(), "{:?}", github.refused());
}
