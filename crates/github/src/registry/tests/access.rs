//! Tokens and logins.

use workflow::ports::Registry as _;

use super::script::{Reply, Script, answer, manifest, token};
use super::{Login, ONE, TOKEN, ask, digest, expect, fails, impatient};

/// `robot:hush`, as Basic has it.
const BASIC: &str = "[Basic cm9ib3Q6aHVzaA==]";

fn robot(script: &Script) -> Login {
    Login::new("robot", "hush").to(script.registry())
}

#[tokio::test]
async fn a_token_is_fetched_and_used_until_it_ends() {
    let script = Script::begin([
        ("HEAD v1", Reply::Challenge),
        (TOKEN, token("t1")),
        ("HEAD v1 [Bearer t1]", manifest(ONE)),
        ("HEAD v1 [Bearer t1]", manifest(ONE)),
    ])
    .await;
    let registry = impatient(None);
    let (image, tag) = (script.image(), "v1".parse().unwrap());

    for _ in 0..2 {
        assert_eq!(registry.digest_of(&image, &tag).await, Ok(digest(ONE)));
    }
    script.end();
}

#[tokio::test]
async fn a_token_that_is_not_taken_any_more_is_replaced() {
    let script = Script::begin([
        ("HEAD v1", Reply::Challenge),
        (TOKEN, token("t1")),
        ("HEAD v1 [Bearer t1]", manifest(ONE)),
        ("HEAD v1 [Bearer t1]", Reply::Challenge),
        (TOKEN, token("t2")),
        ("HEAD v1 [Bearer t2]", manifest(ONE)),
    ])
    .await;
    let registry = impatient(None);
    let (image, tag) = (script.image(), "v1".parse().unwrap());

    for _ in 0..2 {
        assert_eq!(registry.digest_of(&image, &tag).await, Ok(digest(ONE)));
    }
    script.end();
}

#[tokio::test]
async fn a_token_that_ended_at_once_is_not_used_again() {
    let brief = answer("200 OK", &[], r#"{"access_token": "t1", "expires_in": 1}"#);
    let script = Script::begin([
        ("HEAD v1", Reply::Challenge),
        (TOKEN, brief),
        ("HEAD v1 [Bearer t1]", manifest(ONE)),
        ("HEAD v1", Reply::Challenge),
        (TOKEN, token("t2")),
        ("HEAD v1 [Bearer t2]", manifest(ONE)),
    ])
    .await;
    let registry = impatient(None);
    let (image, tag) = (script.image(), "v1".parse().unwrap());

    for _ in 0..2 {
        assert_eq!(registry.digest_of(&image, &tag).await, Ok(digest(ONE)));
    }
    script.end();
}

#[tokio::test]
async fn a_login_is_shown_to_the_realm_and_never_to_the_manifests() {
    let script = Script::begin([
        ("HEAD v1", Reply::Challenge),
        (&*format!("{TOKEN} {BASIC}"), token("t1")),
        ("HEAD v1 [Bearer t1]", manifest(ONE)),
    ])
    .await;

    assert_eq!(ask(&impatient(Some(robot(&script))), &script).await, Ok(digest(ONE)));
}

#[tokio::test]
async fn a_registry_that_wants_the_login_itself_gets_it() {
    let basic = answer("401 Unauthorized", &[("www-authenticate", "Basic realm=\"x\"")], "");
    let script =
        Script::begin([("HEAD v1", basic), (&*format!("HEAD v1 {BASIC}"), manifest(ONE))]).await;

    assert_eq!(ask(&impatient(Some(robot(&script))), &script).await, Ok(digest(ONE)));
}

#[tokio::test]
async fn a_login_is_not_shown_to_another_registry() {
    let script =
        Script::begin([("HEAD v1", Reply::Challenge), (TOKEN, answer("403 Forbidden", &[], ""))])
            .await;

    let answer = ask(&impatient(Some(Login::new("robot", "hush"))), &script).await;

    let says = format!("\"registry\": \"{}\"", script.registry());
    expect(answer, "Refused", &["the login at hand is for ghcr.io", &says]);
}

#[tokio::test]
async fn a_login_is_not_shown_to_a_realm_of_others() {
    let header = r#"Bearer realm="https://evil.example/token",service="registry""#;
    let elsewhere = answer("401 Unauthorized", &[("www-authenticate", header)], "");
    let script = Script::begin([("HEAD v1", elsewhere)]).await;

    let answer = ask(&impatient(Some(robot(&script))), &script).await;

    expect(answer, "Refused", &["wants its login sent to evil.example, and it was not"]);
}

#[tokio::test]
async fn who_has_no_login_is_told_what_it_needs() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let denied = answer(status, &[], r#"{"errors": [{"code": "DENIED"}]}"#);
        let script = Script::begin([("HEAD v1", Reply::Challenge), (TOKEN, denied)]).await;

        fails(&script, "Refused", &[status, "no login was given", "`read:packages`"]).await;
    }

    let basic = answer("401 Unauthorized", &[("www-authenticate", "Basic realm=\"x\"")], "");
    let script = Script::begin([("HEAD v1", basic)]).await;
    fails(&script, "Refused", &["no login was given"]).await;
}

#[tokio::test]
async fn a_login_that_is_not_enough_is_told_what_it_lacks() {
    for status in ["401 Unauthorized", "403 Forbidden"] {
        let script = Script::begin([
            ("HEAD v1", Reply::Challenge),
            (&*format!("{TOKEN} {BASIC}"), token("t1")),
            ("HEAD v1 [Bearer t1]", answer(status, &[], "")),
        ])
        .await;

        let answer = ask(&impatient(Some(robot(&script))), &script).await;

        expect(answer, "Refused", &[status, "the login lacks the right", "`read:packages`"]);
    }
}

#[tokio::test]
async fn a_token_without_the_right_is_not_kept() {
    let script = Script::begin([
        ("HEAD v1", Reply::Challenge),
        (TOKEN, token("t1")),
        ("HEAD v1 [Bearer t1]", answer("403 Forbidden", &[], "")),
        ("HEAD v1", Reply::Challenge),
        (TOKEN, token("t2")),
        ("HEAD v1 [Bearer t2]", manifest(ONE)),
    ])
    .await;
    let registry = impatient(None);
    let (image, tag) = (script.image(), "v1".parse().unwrap());

    assert!(registry.digest_of(&image, &tag).await.is_err());
    assert_eq!(registry.digest_of(&image, &tag).await, Ok(digest(ONE)));
    script.end();
}

#[tokio::test]
async fn a_realm_that_gives_no_token_is_told() {
    for body in ["{}", "no", r#"{"token": ""}"#] {
        let script =
            Script::begin([("HEAD v1", Reply::Challenge), (TOKEN, answer("200 OK", &[], body))])
                .await;

        fails(&script, "Unavailable", &["there is none in its answer"]).await;
    }
}

#[tokio::test]
async fn a_way_in_that_nobody_knows_is_told() {
    for header in [&[][..], &[("www-authenticate", "Negotiate")]] {
        let closed = answer("401 Unauthorized", header, "");
        let script = Script::begin([("HEAD v1", closed)]).await;

        fails(&script, "Unavailable", &["without a way in that we know"]).await;
    }
}
