//! Objects: the version that was asked for, whole, or not at all.

use std::time::Duration;

use aws::S3;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use domain::Failure;
use workflow::ports::{ObjectName, Objects};

use crate::account::Account;
use crate::line::Fault;
use crate::support::{Answer, Script};

fn state(version: Option<&str>) -> ObjectName {
    ObjectName {
        bucket: "terraform".into(),
        key: "shop/prod.tfstate".into(),
        version: version.map(str::to_owned),
    }
}

/// A bucket that keeps versions, and the client that writes to it.
async fn bucket() -> (Account, aws_sdk_s3::Client) {
    let account = Account::new().await;
    let client = aws_sdk_s3::Client::new(&account.sdk);
    let config = aws_sdk_s3::types::CreateBucketConfiguration::builder()
        .location_constraint(aws_sdk_s3::types::BucketLocationConstraint::EuWest1)
        .build();
    let create = client.create_bucket().bucket("terraform").create_bucket_configuration(config);
    create.send().await.expect("a bucket");
    let versioning =
        VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    let keep = client.put_bucket_versioning().bucket("terraform");
    keep.versioning_configuration(versioning).send().await.expect("versions are kept");
    (account, client)
}

async fn put(client: &aws_sdk_s3::Client, body: &'static [u8]) -> String {
    let put = client.put_object().bucket("terraform").key("shop/prod.tfstate");
    let put = put.body(ByteStream::from_static(body)).send().await.expect("put");
    put.version_id.expect("a version")
}

#[tokio::test]
async fn an_object_is_read_by_its_version_or_the_newest() {
    let (account, client) = bucket().await;
    let first = put(&client, b"serial 1").await;
    let second = put(&client, b"serial 22").await;
    let s3 = S3::new(&account.config);

    assert_eq!(s3.object(&state(Some(&first)), 100).await, Ok(Some(b"serial 1".to_vec())));
    assert_eq!(s3.object(&state(Some(&second)), 100).await, Ok(Some(b"serial 22".to_vec())));
    assert_eq!(s3.object(&state(None), 9).await, Ok(Some(b"serial 22".to_vec())));
}

#[tokio::test]
async fn one_that_is_gone_is_none_and_its_old_versions_stay() {
    let (account, client) = bucket().await;
    let s3 = S3::new(&account.config);
    assert_eq!(s3.object(&state(None), 100).await, Ok(None));

    let first = put(&client, b"serial 1").await;
    let delete = client.delete_object().bucket("terraform").key("shop/prod.tfstate");
    delete.send().await.expect("deleted");

    assert_eq!(s3.object(&state(None), 100).await, Ok(None));
    assert_eq!(s3.object(&state(Some(&first)), 100).await, Ok(Some(b"serial 1".to_vec())));
    let elsewhere = ObjectName { bucket: "nobodys".into(), ..state(None) };
    let failure = s3.object(&elsewhere, 100).await.expect_err("no such bucket");
    assert_eq!(failure.name(), "Refused");
    assert!(failure.to_string().contains("NoSuchBucket"), "{failure}");
}

#[tokio::test]
async fn one_that_is_too_large_is_refused_by_its_name() {
    let (account, client) = bucket().await;
    let version = put(&client, b"serial 22").await;
    let s3 = S3::new(&account.config);

    let failure = s3.object(&state(Some(&version)), 8).await.expect_err("nine bytes");

    let says = format!(
        "s3://terraform/shop/prod.tfstate (version {version}) is too large to be read: 9 bytes, where 8 bytes were expected at most"
    );
    assert_eq!(failure, Failure::Refused(says));
}

const GET: &str = "GET /terraform/shop/prod.tfstate?x-id=GetObject&versionId=v7";
const MARKER: &str = "x-amz-delete-marker";

/// S3 has its errors without the envelope that the query protocol puts around them.
fn refusal(status: u16, code: &str) -> Answer {
    Answer::xml(format!("<Error><Code>{code}</Code><Message>no</Message></Error>")).status(status)
}

/// The emulator tells a missing version and a delete marker as a missing key; these are the words of
/// the S3 API Reference, "Error responses" and `GetObject`.
#[tokio::test]
async fn a_version_that_is_not_there_or_says_deleted_is_none() {
    let gone = refusal(404, "NoSuchVersion");
    let not_allowed = refusal(405, "MethodNotAllowed");
    for (answer, found) in [
        (gone, Ok(None)),
        (not_allowed.clone().header(MARKER, "true"), Ok(None)),
        (not_allowed, Err("Refused")),
        (refusal(403, "AccessDenied"), Err("Refused")),
        (refusal(503, "SlowDown"), Err("Unavailable")),
        (Answer::cut(), Err("Unavailable")),
        (Answer::bytes("text/plain", "late").after(Duration::from_secs(2)), Err("Unavailable")),
    ] {
        let script = Script::new().turns(GET, [answer]).waiting_only(Duration::from_millis(300));
        let aws = script.play().await;

        let object = S3::new(&aws.config()).object(&state(Some("v7")), 100).await;

        assert_eq!(object.as_ref().map_err(Failure::name), found.as_ref().map_err(|name| *name));
    }
}

#[tokio::test]
async fn half_an_object_is_none_at_all() {
    let (account, client) = bucket().await;
    let version = put(&client, b"serial 22").await;
    account.line.fails(|_| Fault::Torn);

    let failure = S3::new(&account.config).object(&state(Some(&version)), 100).await;

    let failure = failure.expect_err("the connection was cut");
    assert_eq!(failure.name(), "Unavailable");
    let says =
        format!("could not read s3://terraform/shop/prod.tfstate (version {version}) to its end");
    assert!(failure.to_string().starts_with(&says), "{failure}");
}
