//! The door on AWS: from a request at the function's URL to events on the bus.

use std::time::Duration;

use alertmanager::Refusal;
use alertmanager::sns::Heard;
use alertmanager::webhook::{self, LIMIT, Told};
use domain::Failure;
use domain::alert::Alerts;
use domain::secrets::Secrets;
use serde_json::json;
use shell::keys::Keys;
use shell::url::{Request, Response};
use tokio::time::timeout;
use workflow::ports::{Bus, Clock};

use crate::sns::Sns;

/// How long hearing may take. Alertmanager waits for as long as its receiver's `timeout`, or until
/// the next notification of the group.
const PATIENCE: Duration = Duration::from_secs(8);

/// Whom the door needs.
pub(crate) struct Door<B, F, C, G> {
    pub(crate) bus: B,
    /// What Alertmanager shows, if there is one.
    pub(crate) keys: Option<Keys<F>>,
    pub(crate) topic: Option<Sns<C, G>>,
}

impl<B, F, C, G> Door<B, F, C, G>
where
    B: Bus,
    F: AsyncFn() -> Result<Vec<String>, Failure>,
    C: Clock,
    G: AsyncFn(&str) -> Result<Vec<u8>, Failure>,
{
    /// Answers a request, whatever it is, while Alertmanager still listens.
    pub(crate) async fn hear(&self, request: Request) -> Response {
        let answer = timeout(PATIENCE, self.take(request)).await;

        answer.unwrap_or_else(|_| late(&Failure::Unavailable("it took too long".into())))
    }

    async fn take(&self, request: Request) -> Response {
        if request.method() != "POST" {
            let says = "what Alertmanager or its topic tells is taken here, by POST";
            return Response::error(405, "MethodNotAllowed", says).with("allow", "POST");
        }
        let header = |wanted: &str| {
            let found = request.headers().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.to_owned())
        };
        let (shown, by_sns) = (header("authorization"), header("x-amz-sns-message-type").is_some());
        let body = match request.body() {
            Ok(body) => body,
            Err(problem) => return Response::error(400, "Invalid", &problem),
        };
        let heard = match by_sns {
            true => self.listen_to_topic(&body).await,
            false => self.listen(shown.as_deref(), &body).await.map(|it| it.map(Heard::Alerts)),
        };
        let heard = match heard {
            Ok(Ok(Heard::Alerts(heard))) => heard,
            Ok(Ok(Heard::Confirm(_))) => return Response::json(202, &json!({ "confirmed": true })),
            Ok(Ok(Heard::Unsubscribed)) => {
                tracing::warn!("the topic tells us nothing any more");
                return Response::json(202, &json!({ "unsubscribed": true }));
            }
            Ok(Err(refusal)) => {
                tracing::warn!("refused a delivery: {refusal}");
                return Response::error(refusal.status(), refusal.name(), &refusal.to_string());
            }
            Err(failure) => return late(&failure),
        };

        let answer = heard.answer();
        match workflow::alert(&self.bus, Alerts { alerts: heard.alerts }).await {
            Ok(()) => Response::json(202, &answer),
            Err(failure) => late(&failure),
        }
    }

    /// What a message of SNS says.
    async fn listen_to_topic(&self, body: &[u8]) -> Result<Result<Heard, Refusal>, Failure> {
        match &self.topic {
            Some(topic) => topic.listen(body).await,
            None => Ok(Err(Refusal::Foreign)),
        }
    }

    /// What the delivery says. A token that does not fit may be newer than ours.
    async fn listen(
        &self,
        shown: Option<&str>,
        body: &[u8],
    ) -> Result<Result<Told, Refusal>, Failure> {
        let Some(keys) = &self.keys else { return Ok(Err(Refusal::Forged)) };
        let read = |tokens: &Secrets| webhook::read(tokens, LIMIT, shown, body);
        keys.read(read, |refusal| *refusal == Refusal::Forged).await
    }
}

/// Whatever the reason, it is ours: Alertmanager tries again what ends with 5xx.
fn late(failure: &Failure) -> Response {
    tracing::error!(failure = failure.name(), "lost a delivery: {failure}");
    Response::error(503, "Unavailable", &failure.to_string())
}
