//! The scripted AWS while it listens.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region;
use hyper::body::{Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::answer::Sent;
use super::{Answer, Call, Script};

/// A scripted AWS that listens until it is dropped.
pub(crate) struct Aws {
    address: SocketAddr,
    script: Arc<Script>,
    calls: Arc<Mutex<Vec<Call>>>,
    listens: JoinHandle<()>,
}

impl Aws {
    pub(super) async fn listen(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let (script, calls) = (Arc::new(script), Arc::new(Mutex::new(Vec::new())));
        let listens = tokio::spawn(accept(listener, Arc::clone(&script), Arc::clone(&calls)));
        Self { address, script, calls, listens }
    }

    /// How a client of ours finds it: like the real one, except that it waits only milliseconds
    /// between its three tries.
    pub(crate) fn config(&self) -> aws::Config {
        self.sdk().into()
    }

    /// The same, for a client of the SDK itself.
    pub(crate) fn sdk(&self) -> SdkConfig {
        let backoff = Duration::from_millis(1);
        let retries = RetryConfig::standard()
            .with_max_attempts(3)
            .with_initial_backoff(backoff)
            .with_max_backoff(backoff);
        let timeouts =
            TimeoutConfig::builder().operation_attempt_timeout(self.script.patience()).build();
        let credentials = Credentials::new("AKIATEST", "secret", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::from_static("eu-central-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(format!("http://{}", self.address))
            .retry_config(retries)
            .timeout_config(timeouts)
            .build()
    }

    /// Everything that was asked so far, in order; a call that was tried three times is three.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no panic while it is held").clone()
    }

    /// What was asked for, in order.
    pub(crate) fn actions(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.action).collect()
    }

    /// What was said with the only call.
    pub(crate) fn only_call(&self) -> Call {
        let calls = self.calls();
        assert_eq!(calls.len(), 1, "{calls:#?}");
        calls.into_iter().next().expect("there is one")
    }
}

impl Drop for Aws {
    fn drop(&mut self) {
        self.listens.abort();
        let unscripted = self.script.unscripted();
        // A test that fails already says more of why.
        assert!(unscripted.is_empty() || std::thread::panicking(), "unscripted: {unscripted:?}");
    }
}

async fn accept(listener: TcpListener, script: Arc<Script>, calls: Arc<Mutex<Vec<Call>>>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&calls)));
    }
}

async fn serve(stream: TcpStream, script: Arc<Script>, calls: Arc<Mutex<Vec<Call>>>) {
    let service = service_fn(|request: Request<Incoming>| async {
        let call = Call::read(request).await;
        let answer = script.answer(&call);
        calls.lock().expect("no panic while it is held").push(call);
        respond(answer).await
    });
    let connection = hyper::server::conn::http1::Builder::new();
    // It ends in an error where the script cuts it.
    let _ = connection.serve_connection(TokioIo::new(stream), service).await;
}

/// The connection is to be cut.
#[derive(Debug)]
struct Cut;

impl std::fmt::Display for Cut {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("cut")
    }
}

impl std::error::Error for Cut {}

async fn respond(answer: Answer) -> Result<Response<Body>, Cut> {
    tokio::time::sleep(answer.delay).await;
    let mut response = Response::builder()
        .status(answer.status)
        .header("x-amzn-requestid", "00000000-0000-0000-0000-000000000000")
        .header("content-length", answer.body.len());
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    let mut bytes = answer.body;
    match answer.sent {
        Sent::Whole => {}
        Sent::Only(first) => bytes.truncate(first),
        Sent::Nothing => return Err(Cut),
    }
    let body = Body { bytes: Some(bytes.into()), breaks: answer.sent != Sent::Whole };
    Ok(response.body(body).expect("a script writes valid headers"))
}

/// A body that may break off before its end.
struct Body {
    bytes: Option<Bytes>,
    breaks: bool,
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Cut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Cut>>> {
        Poll::Ready(match self.bytes.take() {
            Some(bytes) => Some(Ok(Frame::data(bytes))),
            None if self.breaks => Some(Err(Cut)),
            None => None,
        })
    }
}
