//! Registries that are busy, broken, slow or gone.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::Instant;
use workflow::ports::Registry as _;

use super::script::{Reply, Script, answer, manifest};
use super::{ONE, TOKEN, ask, digest, expect, fails, impatient};

#[tokio::test]
async fn a_short_wait_is_waited_once() {
    let busy = answer("429 Too Many Requests", &[("retry-after", "0")], "");
    let script = Script::begin([("HEAD v1", busy.clone()), ("HEAD v1", manifest(ONE))]).await;
    assert_eq!(ask(&impatient(None), &script).await, Ok(digest(ONE)));

    let script = Script::begin([("HEAD v1", busy.clone()), ("HEAD v1", busy)]).await;
    fails(&script, "Unavailable", &["takes no more requests for the next 0 s"]).await;
}

#[tokio::test]
async fn a_long_wait_is_left_to_who_asked() {
    let busy = answer("429 Too Many Requests", &[("retry-after", "30")], "");
    let script = Script::begin([("HEAD v1", busy)]).await;
    fails(&script, "Unavailable", &["takes no more requests for the next 30 s"]).await;

    let vague = answer("429 Too Many Requests", &[], "");
    let script = Script::begin([("HEAD v1", vague)]).await;
    fails(&script, "Unavailable", &["does not say until when"]).await;
}

#[tokio::test]
async fn a_registry_that_fails_is_told() {
    for status in ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable"] {
        let script = Script::begin([("HEAD v1", answer(status, &[], ""))]).await;

        fails(&script, "Unavailable", &[status]).await;
    }
}

#[tokio::test]
async fn a_realm_that_fails_is_told() {
    let script = Script::begin([
        ("HEAD v1", Reply::Challenge),
        (TOKEN, answer("503 Service Unavailable", &[], "")),
    ])
    .await;

    fails(&script, "Unavailable", &["the realm 127.0.0.1 answered 503"]).await;
}

#[tokio::test]
async fn nobody_is_followed_elsewhere() {
    let moved = answer("307 Temporary Redirect", &[("location", "https://evil.example/v2/")], "");
    let script = Script::begin([("HEAD v1", moved)]).await;

    fails(&script, "Unavailable", &["sends us on to evil.example, which is not followed"]).await;
}

#[tokio::test]
async fn a_connection_that_broke_is_tried_once_more() {
    let script = Script::begin([("HEAD v1", Reply::Cut), ("HEAD v1", manifest(ONE))]).await;
    assert_eq!(ask(&impatient(None), &script).await, Ok(digest(ONE)));

    let script = Script::begin([("HEAD v1", Reply::Cut), ("HEAD v1", Reply::Cut)]).await;
    fails(&script, "Unavailable", &["could not reach 127.0.0.1"]).await;
}

#[tokio::test]
async fn a_manifest_that_breaks_off_has_no_digest() {
    let index = ("content-type", "application/vnd.oci.image.index.v1+json");
    let nameless = answer("200 OK", &[index], "");
    let Reply::Bytes(whole) = answer("200 OK", &[index], "{}") else { panic!("bytes") };
    let half = Reply::Bytes(whole[..whole.len() - 1].into());
    let script = Script::begin([("HEAD v1", nameless), ("GET v1", half)]).await;

    fails(&script, "Unavailable", &["broke off"]).await;
}

#[tokio::test]
async fn silence_ends_in_time() {
    let script = Script::begin([("HEAD v1", Reply::Silence)]).await;
    let began = Instant::now();

    fails(&script, "Unavailable", &["gave no answer within 1 s"]).await;

    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_registry_that_is_gone_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = format!("{}/acme/checkout", listener.local_addr().unwrap());
    drop(listener);

    let answer = impatient(None).digest_of(&gone.parse().unwrap(), &"v1".parse().unwrap()).await;

    expect(answer, "Unavailable", &["could not reach 127.0.0.1", "refused"]);
}
