//! Objects by version: S3.

mod pipe;

use std::io::Read;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use domain::Failure;
use workflow::ports::{ObjectName, Objects};

use crate::Config;
use crate::config::client;
use crate::failure::failure;
use pipe::Fed;

/// The objects that we may read.
#[derive(Debug, Clone)]
pub struct S3 {
    client: Client,
}

/// The longest that an object takes to come which is read piece by piece.
const STREAM: Duration = Duration::from_secs(40);

/// The longest that the bytes of an object take to come, once S3 has answered.
const BODY: Duration = Duration::from_secs(15);

impl S3 {
    /// S3 of the account and region that `config` names.
    pub fn new(config: &Config) -> Self {
        Self { client: client!(config, aws_sdk_s3) }
    }
}

impl S3 {
    /// Asks for an object; none if it is not there.
    async fn get(&self, name: &ObjectName, most: u64) -> Result<Option<GetObjectOutput>, Failure> {
        let found = self
            .client
            .get_object()
            .bucket(&name.bucket)
            .key(&name.key)
            .set_version_id(name.version.clone())
            .send()
            .await;
        let found = match found {
            Ok(found) => found,
            Err(error) if gone(&error) => return Ok(None),
            Err(error) => return Err(failure(&format!("read {name}"), &error)),
        };
        let told = found.content_length().and_then(|length| u64::try_from(length).ok());
        match told.filter(|length| *length > most) {
            Some(length) => Err(too_large(name, &format!("{length} bytes"), most)),
            None => Ok(Some(found)),
        }
    }
}

impl Objects for S3 {
    /// Without the permission `s3:ListBucket` an object that is not there is refused as
    /// `AccessDenied`: S3 does not tell a stranger which objects there are.
    async fn object(&self, name: &ObjectName, most: u64) -> Result<Option<Vec<u8>>, Failure> {
        let what = format!("read {name}");
        let Some(found) = self.get(name, most).await? else { return Ok(None) };
        match tokio::time::timeout(BODY, read(found.body, most)).await {
            Ok(Ok(Some(bytes))) => Ok(Some(bytes)),
            Ok(Ok(None)) => Err(too_large(name, "more", most)),
            Ok(Err(why)) => {
                Err(Failure::Unavailable(format!("could not {what} to its end: {why}")))
            }
            Err(_) => Err(Failure::Unavailable(format!(
                "could not {what} to its end: it took more than {} s",
                BODY.as_secs()
            ))),
        }
    }

    async fn stream<T: Send + 'static>(
        &self,
        name: &ObjectName,
        most: u64,
        reader: impl FnOnce(&mut dyn Read) -> T + Send + 'static,
    ) -> Result<Option<T>, Failure> {
        let Some(found) = self.get(name, most).await? else { return Ok(None) };

        let (pieces, mut pipe) = pipe::pipe();
        let reading = tokio::task::spawn_blocking(move || reader(&mut pipe));
        let fed = tokio::time::timeout(STREAM, pipe::feed(found.body, pieces, most)).await;
        let made = reading
            .await
            .map_err(|lost| Failure::Unavailable(format!("{name} could not be read: {lost}")))?;
        match fed {
            Ok(Ok(())) => Ok(Some(made)),
            Ok(Err(Fed::TooMuch)) => Err(too_large(name, "more", most)),
            Ok(Err(Fed::Broken(why))) => {
                Err(Failure::Unavailable(format!("could not read {name} to its end: {why}")))
            }
            Err(_) => Err(Failure::Unavailable(format!(
                "could not read {name} to its end: it took more than {} s",
                STREAM.as_secs()
            ))),
        }
    }
}

/// Whether there is no such object or no such version, or the version says that it was deleted.
///
/// Source: `GetObject`, "If the specified version is a delete marker, the response returns a 405
/// (Method Not Allowed) error and `x-amz-delete-marker: true`".
fn gone<E: ProvideErrorMetadata>(error: &SdkError<E>) -> bool {
    let marker = || error.raw_response()?.headers().get("x-amz-delete-marker");
    match error.code() {
        Some("NoSuchKey" | "NoSuchVersion") => true,
        Some("MethodNotAllowed") => marker() == Some("true"),
        _ => false,
    }
}

/// The bytes of an object; none if they are more than `most`, whatever its length was told to be.
async fn read(mut body: ByteStream, most: u64) -> Result<Option<Vec<u8>>, String> {
    let mut bytes = Vec::new();
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| error.to_string())?;
        if (bytes.len() + part.len()) as u64 > most {
            return Ok(None);
        }
        bytes.extend_from_slice(&part);
    }
    Ok(Some(bytes))
}

fn too_large(name: &ObjectName, has: &str, most: u64) -> Failure {
    Failure::Refused(format!(
        "{name} is too large to be read: {has}, where {most} bytes were expected at most"
    ))
}
