//! The line between the SDK and the account in process, and all that can go wrong on it.
//!
//! It mends two things of winterbaume-dynamodb 0.3 that the ledger stands on:
//! a conditional write is checked and made in two steps there, so the line lets one call through at a
//! time; and a failed condition does not say what stands (`ReturnValuesOnConditionCheckFailure`), so
//! the line looks before anybody else can write, and adds it.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use hyper::body::{Body, Bytes, Frame};
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What goes wrong with one try of a call.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// AWS turns it away: a status, a code and a message.
    Says(u16, &'static str, &'static str),
    /// The connection is cut before the request arrives.
    Cut,
    /// It takes effect, and the connection is cut before the answer arrives.
    Lost,
    /// It takes effect, and the connection is cut in the middle of the answer.
    Torn,
    /// It takes effect, and what arrives as the answer is not one.
    Garbled,
    /// It takes effect, the test is told and does what it likes, and then the connection is cut.
    Held(Arc<Notify>, Arc<Notify>),
    /// No answer comes.
    Silence,
}

/// One try of a call.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// `UpdateItem`.
    pub(crate) operation: String,
    /// The same for all tries of one call.
    pub(crate) invocation: String,
    /// What is asked.
    pub(crate) body: Value,
}

type Script = Box<dyn FnMut(&Call) -> Fault + Send>;

/// The line. Its clones are the same line.
#[derive(Clone)]
pub(crate) struct Line {
    account: SharedHttpClient,
    state: Arc<State>,
}

struct State {
    one_at_a_time: tokio::sync::Mutex<()>,
    script: Mutex<Script>,
    calls: Mutex<Vec<Call>>,
    page: Mutex<Option<usize>>,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}

impl Line {
    /// A line on which nothing goes wrong.
    pub(crate) fn to(account: SharedHttpClient) -> Self {
        let state = State {
            one_at_a_time: tokio::sync::Mutex::new(()),
            script: Mutex::new(Box::new(|_| Fault::None)),
            calls: Mutex::new(Vec::new()),
            page: Mutex::new(None),
        };
        Self { account, state: Arc::new(state) }
    }

    /// From now on `script` says what goes wrong with each try.
    pub(crate) fn fails(&self, script: impl FnMut(&Call) -> Fault + Send + 'static) {
        *self.state.script.lock().expect("no test panics with it") = Box::new(script);
    }

    /// From now on these go wrong with the tries of `operation`, one after the other, then nothing.
    pub(crate) fn fails_at(&self, operation: &'static str, faults: Vec<Fault>) {
        let mut faults = faults.into_iter();
        self.fails(move |call| match call.operation == operation {
            true => faults.next().unwrap_or(Fault::None),
            false => Fault::None,
        });
    }

    /// From now on a page of a query has so many items: a megabyte is a lot to write in a test.
    pub(crate) fn pages_of(&self, items: usize) {
        *self.state.page.lock().expect("no test panics with it") = Some(items);
    }

    /// Every try so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.state.calls.lock().expect("no test panics with it").clone()
    }

    /// How often `operation` was tried.
    pub(crate) fn tries(&self, operation: &str) -> usize {
        self.calls().iter().filter(|call| call.operation == operation).count()
    }
}

impl HttpClient for Line {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let account = self.account.http_connector(settings, components);
        SharedHttpConnector::new(Connected { account, state: self.state.clone() })
    }
}

#[derive(Clone)]
struct Connected {
    account: SharedHttpConnector,
    state: Arc<State>,
}

impl fmt::Debug for Connected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Connected")
    }
}

impl HttpConnector for Connected {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move { this.carry(request).await })
    }
}

impl Connected {
    async fn carry(&self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let call = read(&request);
        self.state.calls.lock().expect("no test panics with it").push(call.clone());
        let fault = (self.state.script.lock().expect("no test panics with it"))(&call);
        // A call takes a while, during which others are made.
        tokio::time::sleep(Duration::from_millis(1)).await;

        match fault {
            Fault::None => self.effect(request, &call).await,
            Fault::Says(status, code, message) => Ok(turned_away(status, code, message)),
            Fault::Cut => Err(cut()),
            Fault::Lost => {
                self.effect(request, &call).await?;
                Err(cut())
            }
            Fault::Torn => {
                let mut answer = self.effect(request, &call).await?;
                let body = answer.body().bytes().unwrap_or_default();
                let half = Bytes::copy_from_slice(&body[..body.len().div_ceil(2)]);
                *answer.body_mut() = SdkBody::from_body_1_x(Half(Some(half)));
                Ok(answer)
            }
            Fault::Garbled => {
                let mut answer = self.effect(request, &call).await?;
                *answer.body_mut() = SdkBody::from("<html>Welcome</html>");
                Ok(answer)
            }
            Fault::Held(done, go_on) => {
                self.effect(request, &call).await?;
                done.notify_one();
                go_on.notified().await;
                Err(cut())
            }
            Fault::Silence => std::future::pending().await,
        }
    }

    async fn effect(
        &self,
        mut request: HttpRequest,
        call: &Call,
    ) -> Result<HttpResponse, ConnectorError> {
        let _alone = self.state.one_at_a_time.lock().await;
        let page = *self.state.page.lock().expect("no test panics with it");
        if let Some(items) =
            page.filter(|_| call.operation == "Query" && call.body["Limit"].is_null())
        {
            let mut body = call.body.clone();
            body["Limit"] = json!(items);
            *request.body_mut() = SdkBody::from(body.to_string());
        }
        let look = request.try_clone();
        let mut answer = self.account.call(request).await?;

        let wants_old = call.body["ReturnValuesOnConditionCheckFailure"] == "ALL_OLD";
        let mut said: Value = answer.body().bytes().map(json_of).unwrap_or_default();
        let failed = said["__type"]
            .as_str()
            .is_some_and(|code| code.ends_with("ConditionalCheckFailedException"));
        if let Some(mut look) = look.filter(|_| wants_old && failed) {
            let key = json!({ "TableName": call.body["TableName"], "Key": call.body["Key"] });
            look.headers_mut().insert("x-amz-target", "DynamoDB_20120810.GetItem");
            *look.body_mut() = SdkBody::from(key.to_string());
            let stands = self.account.call(look).await?;
            said["Item"] = stands.body().bytes().map(json_of).unwrap_or_default()["Item"].take();
            *answer.body_mut() = SdkBody::from(said.to_string());
        }
        Ok(answer)
    }
}

fn read(request: &HttpRequest) -> Call {
    let header = |name| request.headers().get(name).unwrap_or_default().to_owned();
    let target = header("x-amz-target");
    Call {
        operation: target.rsplit('.').next().unwrap_or_default().to_owned(),
        invocation: header("amz-sdk-invocation-id"),
        body: request.body().bytes().map(json_of).unwrap_or_default(),
    }
}

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_default()
}

fn turned_away(status: u16, code: &str, message: &str) -> HttpResponse {
    let body = json!({ "__type": format!("com.amazonaws#{code}"), "message": message });
    let status = status.try_into().expect("a status of HTTP");
    HttpResponse::new(status, SdkBody::from(body.to_string()))
}

fn cut() -> ConnectorError {
    ConnectorError::io("the connection was cut".into())
}

/// The first half of a body, behind which the connection is cut.
struct Half(Option<Bytes>);

impl Body for Half {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let cut = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        Poll::Ready(Some(self.0.take().map(Frame::data).ok_or(cut)))
    }
}
