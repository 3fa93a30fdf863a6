//! A GitHub that is busy, broken, slow or gone.

use jiff::SignedDuration;
use tokio::net::TcpListener;
use workflow::ports::Statuses as _;

use super::github::GitHub;
use super::{begins, client};

#[tokio::test]
async fn a_limit_that_is_used_up_is_kept_until_the_hour_is_over() {
    let github = GitHub::open().await;
    let client = client(&github);
    github.leave(2);

    let failure = client.show(&begins()).await.expect_err("the third request is one too many");
    assert_eq!(failure.name(), "Unavailable");
    let says = "GitHub takes no more requests until 2026-03-01T04:00:00Z";
    assert_eq!(failure.to_string(), says);
    for _ in 0..5 {
        github.clock.forward(SignedDuration::from_mins(11));
        assert_eq!(client.show(&begins()).await.expect_err("still").to_string(), says);
    }
    assert_eq!(github.asked().len(), 3, "GitHub is left alone");

    github.clock.forward(SignedDuration::from_mins(5));
    client.show(&begins()).await.expect("the hour is over");
    assert_eq!(github.seen().matches("in_progress").count(), 1);
}

#[tokio::test]
async fn a_limit_of_the_other_kind_is_kept_as_long_as_github_says_or_a_minute() {
    let secondary = "You have exceeded a secondary rate limit";
    for (status, headers, until) in [
        (403, vec![("retry-after", "90".to_owned())], "03:01:30"),
        (429, vec![("retry-after", "90".to_owned())], "03:01:30"),
        (403, vec![], "03:01:00"),
        (429, vec![], "03:01:00"),
    ] {
        let github = GitHub::open().await;
        let client = client(&github);
        github.instead((status, headers, secondary));

        let failure = client.show(&begins()).await.expect_err("too much").to_string();

        assert!(failure.contains(&format!("until 2026-03-01T{until}Z")), "{failure}");
        github.clock.forward(SignedDuration::from_secs(59));
        assert!(client.show(&begins()).await.is_err(), "not yet");
        github.clock.forward(SignedDuration::from_secs(31));
        client.show(&begins()).await.expect("it is over");
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_what_may_not_says_why() {
    for (status, name, says) in [
        (500, "Unavailable", "GitHub answered 500 Internal Server Error: boom"),
        (502, "Unavailable", "GitHub answered 502 Bad Gateway: boom"),
        (301, "Refused", "acme/checkout has another name by now; correct `tell.github.reposit"),
        (200, "Unavailable", "the answer of GitHub cannot be read"),
    ] {
        let github = GitHub::open().await;
        github.instead((status, vec![], "boom"));

        let failure = client(&github).show(&begins()).await.expect_err(says);

        assert_eq!(failure.name(), name, "{failure}");
        assert!(failure.to_string().contains(says), "{failure}");
        assert_eq!(github.seen(), "");
    }
}

#[tokio::test]
async fn a_github_that_is_gone_is_told() {
    let github = GitHub::open().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);

    let failure = client(&github.at(gone)).status(&begins()).await.expect_err("nobody is there");

    assert_eq!(failure.name(), "Unavailable");
    assert!(failure.to_string().contains("could not reach GitHub: "), "{failure}");
}
