//! What AWS keeps at addresses that anybody may ask: the certificate by which SNS signs, and the end
//! of subscribing.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::byte_stream::ByteStream;
use domain::Failure;
use tokio::time::timeout;

use crate::http::Connector;

/// How long an answer is waited for: whoever tells us waits too.
const PATIENCE: Duration = Duration::from_secs(4);

/// Asks for what is at an address, as AWS is asked.
#[derive(Debug)]
pub struct Addresses(Connector);

impl Addresses {
    /// Reads the certificates of the system, by which it knows whom it asks.
    pub fn new() -> Self {
        Self(Connector::patient())
    }

    /// What is at an address.
    ///
    /// # Errors
    /// [`Failure::Invalid`] if it is none; [`Failure::Unavailable`] without a good answer.
    pub async fn get(&self, address: &str) -> Result<Vec<u8>, Failure> {
        let mut request = HttpRequest::empty();
        request
            .set_uri(address)
            .map_err(|error| Failure::Invalid(format!("{address:?} is no address: {error}")))?;
        let unavailable = |why: String| Failure::Unavailable(format!("{address}: {why}"));

        let asked = async {
            let answer =
                self.0.call(request).await.map_err(|error| unavailable(error.to_string()))?;
            if !answer.status().is_success() {
                return Err(unavailable(format!("answered {}", answer.status().as_u16())));
            }
            let body = ByteStream::new(answer.into_body()).collect().await;
            Ok(body.map_err(|error| unavailable(error.to_string()))?.to_vec())
        };
        timeout(PATIENCE, asked)
            .await
            .unwrap_or_else(|_| Err(unavailable("did not answer in time".into())))
    }
}

impl Default for Addresses {
    fn default() -> Self {
        Self::new()
    }
}
