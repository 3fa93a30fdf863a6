//! The one HTTP client of a process, which all clients of AWS services share.
//!
//! The SDK's own brings a second version of HTTP, and a library of cryptography that is larger than a
//! step: together a fifth of what a function weighed. This one is made of the same parts, `hyper` and
//! `rustls`, without those two. What it must do besides is what the SDK asks of any: keep to the
//! patience that it is given, say of a failure whether another try may help, and leave a connection
//! alone that the SDK has given up.

mod connect;
mod failure;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

use connect::Connect;

/// The client to build a configuration with.
pub(crate) fn client() -> SharedHttpClient {
    SharedHttpClient::new(AtFirstCall::default())
}

/// Connectors, each made when the first call with its patience is.
///
/// Left alone, the client of each service makes one of its own when it is built, with all certificates
/// of the system read into it, sees that this can be done, and throws it away; that is more than half of
/// what a function needs to start.
#[derive(Debug, Default)]
struct AtFirstCall(Mutex<HashMap<Patience, SharedHttpConnector>>);

/// How long is waited: for a connection, and for an answer to begin. Without a limit as long as it takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Patience {
    connect: Option<Duration>,
    read: Option<Duration>,
}

impl HttpClient for AtFirstCall {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let patience =
            Patience { connect: settings.connect_timeout(), read: settings.read_timeout() };
        // Nothing panics with the lock, and what is in it is whole.
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let connector = || {
            SharedHttpConnector::new(Connector::new(
                patience.read,
                Connect::of_system(patience.connect),
            ))
        };
        made.entry(patience).or_insert_with(connector).clone()
    }

    /// What the SDK tells AWS about us.
    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        Some(ConnectorMetadata::new("hyper", Some("1.x".into())))
    }
}

/// Sends requests by HTTP/1.1, on connections that are kept.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    client: Client<Connect, SdkBody>,
    read: Option<Duration>,
}

impl Connector {
    /// A connector without limits of its own: who asks has one for the whole.
    pub(crate) fn patient() -> Self {
        Self::new(None, Connect::of_system(None))
    }

    fn new(read: Option<Duration>, connect: Connect) -> Self {
        let mut pool = Client::builder(TokioExecutor::new());
        Self { client: pool.pool_timer(TokioTimer::new()).build(connect), read }
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        let used = capture_connection(&mut request);
        if let Some(captured) = request.extensions().get::<CaptureSmithyConnection>() {
            captured.set_connection_retriever(move || given_up_with(&used));
        }
        let asked = self.client.request(request);
        let read = self.read;
        HttpConnectorFuture::new(async move {
            let answer = match read {
                Some(limit) => timeout(limit, asked)
                    .await
                    .map_err(|late| ConnectorError::timeout(late.into()))?,
                None => asked.await,
            };
            let answer = answer.map_err(failure::told)?.map(SdkBody::from_body_1_x);
            HttpResponse::try_from(answer)
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The connection of a request, which no other request gets once the SDK has given it up: after an
/// answer that may come of a broken server, the next try goes to another.
fn given_up_with(used: &CaptureConnection) -> Option<ConnectionMetadata> {
    let proxied = used.connection_metadata().as_ref()?.is_proxied();
    let used = used.clone();
    let give_up = move || {
        if let Some(connection) = used.connection_metadata().as_ref() {
            connection.poison();
        }
    };
    Some(ConnectionMetadata::builder().proxied(proxied).poison_fn(give_up).build())
}
