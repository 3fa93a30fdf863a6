//! The door on AWS: from a request at the function's URL to what somebody is told.

use domain::Failure;
use domain::people::{Answer, Ask};
use domain::secrets::Secrets;
use serde_json::json;
use shell::keys::Keys;
use shell::url::{Request, Response};
use slack::Replies;
use slack::inbound::{self, Heard, PATIENCE, Refusal};
use tokio::time::timeout;
use workflow::ports::Clock;

/// Whom the door needs.
pub(crate) struct Door<C, P, F> {
    pub(crate) clock: C,
    pub(crate) keys: Keys<F>,
    pub(crate) replies: Replies,
    /// Does what somebody wants.
    pub(crate) press: P,
}

impl<C, P, F> Door<C, P, F>
where
    C: Clock,
    P: AsyncFn(Ask) -> Result<Answer, Failure>,
    F: AsyncFn() -> Result<Vec<String>, Failure>,
{
    /// Answers a request, whatever it is.
    pub(crate) async fn hear(&self, request: Request) -> Response {
        if request.method() != "POST" {
            let says = "the buttons and commands of Slack are taken here, by POST";
            return Response::error(405, "MethodNotAllowed", says).with("allow", "POST");
        }
        let headers: Vec<(String, String)> =
            request.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let body = match request.body() {
            Ok(body) => body,
            Err(problem) => return Response::error(400, "Invalid", &problem),
        };

        match self.listen(&headers, &body).await {
            Ok(Ok(heard)) => self.answer(heard).await,
            Ok(Err(refusal)) => {
                tracing::warn!("refused a request: {refusal}");
                Response::error(refusal.status(), refusal.name(), &refusal.to_string())
            }
            Err(failure) => {
                tracing::error!(failure = failure.name(), "lost a request: {failure}");
                Response::error(503, "Unavailable", &failure.to_string())
            }
        }
    }

    /// Does what was heard, while Slack still listens.
    async fn answer(&self, heard: Heard) -> Response {
        match heard {
            Heard::Asked(ask) => Response::json(200, &inbound::reply(&self.press(ask).await)),
            Heard::Pressed { wish, answer_at } => {
                let said = inbound::reply(&self.press(Ask::Wish(wish)).await);
                let sent = self.replies.send(answer_at.as_deref().unwrap_or_default(), &said).await;
                if let Err(failure) = sent {
                    tracing::warn!(failure = failure.name(), "{failure}");
                }
                Response::json(200, &json!({}))
            }
            Heard::Lost(usage) => Response::json(200, &inbound::usage(&usage)),
            Heard::NotForUs(why) => {
                tracing::info!("passed by a request: {why}");
                Response::json(200, &json!({}))
            }
        }
    }

    async fn press(&self, ask: Ask) -> Result<Answer, Failure> {
        let answered = timeout(PATIENCE, (self.press)(ask)).await;
        let answered =
            answered.unwrap_or_else(|_| Err(Failure::Unavailable("it took too long".into())));
        answered.inspect_err(|failure| {
            tracing::warn!(failure = failure.name(), "did not do what was wanted: {failure}");
        })
    }

    /// What the request says. A signature that does not fit may be by a secret newer than ours.
    async fn listen(
        &self,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<Result<Heard, Refusal>, Failure> {
        let read = |secrets: &Secrets| {
            let headers = headers.iter().map(|(name, value)| (name, value));
            inbound::read(secrets, self.clock.now(), headers, body)
        };
        self.keys.read(read, |refusal| *refusal == Refusal::Forged).await
    }
}
