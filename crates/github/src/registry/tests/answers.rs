//! Answers about manifests: good ones, missing ones, and those that cannot be trusted.

use domain::name::Digest;
use domain::platform::Platform;
use sha2::{Digest as _, Sha256};
use workflow::ports::Registry as _;

use super::script::{Reply, Script, answer, manifest};
use super::{ONE, TWO, ask, digest, fails, impatient};

const INDEX: (&str, &str) = ("content-type", "application/vnd.oci.image.index.v1+json");

#[tokio::test]
async fn a_tag_is_the_digest_that_the_registry_names() {
    let script = Script::begin([("HEAD v1", manifest(ONE))]).await;

    assert_eq!(ask(&impatient(None), &script).await, Ok(digest(ONE)));
}

#[tokio::test]
async fn a_tag_that_was_moved_is_asked_for_anew() {
    let script = Script::begin([("HEAD v1", manifest(ONE)), ("HEAD v1", manifest(TWO))]).await;
    let registry = impatient(None);
    let (image, tag) = (script.image(), "v1".parse().unwrap());

    assert_eq!(registry.digest_of(&image, &tag).await, Ok(digest(ONE)));
    assert_eq!(registry.digest_of(&image, &tag).await, Ok(digest(TWO)));
    script.end();
}

#[tokio::test]
async fn a_registry_that_names_no_digest_is_measured() {
    let body = r#"{"schemaVersion": 2}"#;
    let nameless = answer("200 OK", &[INDEX], body);
    let script = Script::begin([("HEAD v1", nameless.clone()), ("GET v1", nameless)]).await;

    let found = ask(&impatient(None), &script).await;

    let measured = format!("sha256:{}", hex::encode(Sha256::digest(body)));
    assert_eq!(found, Ok(digest(&measured)));
}

#[tokio::test]
async fn a_digest_that_is_there_is_there() {
    let script = Script::begin([(&*format!("HEAD {ONE}"), manifest(ONE))]).await;

    assert_eq!(impatient(None).has(&script.image(), &digest(ONE)).await, Ok(()));
    script.end();
}

#[tokio::test]
async fn an_answer_with_another_digest_is_not_taken() {
    let script = Script::begin([(&*format!("HEAD {ONE}"), manifest(TWO))]).await;

    let failure = impatient(None).has(&script.image(), &digest(ONE)).await.unwrap_err();

    assert_eq!(failure.name(), "Unavailable");
    assert!(failure.to_string().contains(TWO), "{failure}");
}

#[tokio::test]
async fn what_is_not_there_is_refused_by_its_name() {
    for code in ["MANIFEST_UNKNOWN", "NAME_UNKNOWN", "NOT_FOUND"] {
        let unknown = format!(r#"{{"errors": [{{"code": "{code}", "message": "no"}}]}}"#);
        let missing = answer("404 Not Found", &[("content-type", "application/json")], &unknown);
        let script = Script::begin([("HEAD v1", missing.clone()), ("GET v1", missing)]).await;

        fails(&script, "Refused", &[&format!("there is no {}:v1 ({code})", script.image())]).await;
    }
}

#[tokio::test]
async fn a_404_of_somebody_else_says_nothing_about_the_tag() {
    for body in ["", "<html>not here</html>", "{}", r#"{"errors": []}"#] {
        let missing = answer("404 Not Found", &[], body);
        let script = Script::begin([("HEAD v1", missing.clone()), ("GET v1", missing)]).await;

        fails(&script, "Unavailable", &["404 Not Found, but not as a registry does"]).await;
    }
}

#[tokio::test]
async fn a_digest_that_is_none_is_not_trusted() {
    for wrong in ["sha256:12", "latest", "sha512:00", &ONE.to_uppercase()] {
        let script = Script::begin([("HEAD v1", manifest(wrong))]).await;

        fails(&script, "Unavailable", &["cannot be trusted", "is not a digest"]).await;
    }
}

#[tokio::test]
async fn two_digests_are_not_trusted() {
    let name = "docker-content-digest";
    let two = answer("200 OK", &[INDEX, (name, ONE), (name, TWO)], "");
    let script = Script::begin([("HEAD v1", two)]).await;

    fails(&script, "Unavailable", &["cannot be trusted: two digests at once"]).await;
}

#[tokio::test]
async fn a_page_is_no_manifest() {
    let named = [("content-type", "text/html; charset=utf-8"), ("docker-content-digest", ONE)];
    let script = Script::begin([("HEAD v1", answer("200 OK", &named, "<html>"))]).await;
    fails(&script, "Unavailable", &["text/html; charset=utf-8", "no image"]).await;

    let nameless = answer("200 OK", &[], "<html>");
    let script = Script::begin([("HEAD v1", nameless.clone()), ("GET v1", nameless)]).await;
    fails(&script, "Unavailable", &["neither a digest nor a media type"]).await;
}

#[tokio::test]
async fn a_manifest_with_the_digest_of_another_is_not_trusted() {
    let nameless = answer("200 OK", &[INDEX], "{}");
    let wrong = answer("200 OK", &[INDEX, ("docker-content-digest", ONE)], "{}");
    let script = Script::begin([("HEAD v1", nameless), ("GET v1", wrong)]).await;

    fails(&script, "Unavailable", &["does not have the digest it names"]).await;
}

#[tokio::test]
async fn a_manifest_is_read_to_its_limit() {
    let nameless = answer("200 OK", &[INDEX], "");
    let long = answer("200 OK", &[INDEX], &"x".repeat(4 * 1024 * 1024 + 1));
    let script = Script::begin([("HEAD v1", nameless), ("GET v1", long)]).await;

    fails(&script, "Unavailable", &["is longer than 4194304 bytes"]).await;
}

#[tokio::test]
async fn an_answer_of_another_kind_is_told() {
    for status in ["400 Bad Request", "405 Method Not Allowed", "204 No Content"] {
        let script = Script::begin([("HEAD v1", answer(status, &[], ""))]).await;

        fails(&script, "Unavailable", &[status]).await;
    }
}

#[tokio::test]
async fn nonsense_is_not_an_answer() {
    let nonsense = Reply::Bytes("SSH-2.0-OpenSSH\r\n\r\n".into());
    let script = Script::begin([("HEAD v1", nonsense.clone()), ("HEAD v1", nonsense)]).await;

    fails(&script, "Unavailable", &["could not reach"]).await;
}

/// A manifest of these bytes, and its digest.
fn described(body: &str) -> (Digest, Reply) {
    let named = format!("sha256:{}", hex::encode(Sha256::digest(body)));
    (digest(&named), answer("200 OK", &[INDEX], body))
}

#[tokio::test]
async fn an_image_is_built_for_what_its_index_names() {
    let of = |os: &str, cpu: &str| {
        format!(r#"{{"digest": "{ONE}", "platform": {{"os": "{os}", "architecture": "{cpu}"}}}}"#)
    };
    let index = format!(
        r#"{{"manifests": [{}, {}, {}, {}, {{"digest": "{TWO}"}}]}}"#,
        of("linux", "arm64"),
        of("linux", "amd64"),
        of("linux", "amd64"),
        of("unknown", "unknown")
    );
    let linux = |cpu| Platform::new("linux", cpu);
    for (body, platforms) in [
        (index.as_str(), vec![linux("amd64"), linux("arm64")]),
        (r#"{"config": {}, "layers": []}"#, vec![]),
    ] {
        let (digest, reply) = described(body);
        let script = Script::begin([(&*format!("GET {digest}"), reply)]).await;

        let told = impatient(None).platforms(&script.image(), &digest).await;

        assert_eq!(told, Ok(platforms), "{body}");
        script.end();
    }
}

#[tokio::test]
async fn an_index_of_another_digest_says_nothing_of_the_image() {
    let (_, reply) = described(r#"{"manifests": []}"#);
    let script = Script::begin([(&*format!("GET {ONE}"), reply)]).await;

    let failure = impatient(None).platforms(&script.image(), &digest(ONE)).await.unwrap_err();

    assert_eq!(failure.name(), "Unavailable");
    assert!(failure.to_string().contains("does not have the digest it names"), "{failure}");
}
