//! The door on AWS: from a request at the function's URL to an event on the bus.

use domain::Failure;
use domain::secrets::Secrets;
use github::Refusal;
use github::webhook::{self, Heard, LIMIT, PATIENCE};
use shell::keys::Keys;
use shell::url::{Request, Response};
use tokio::time::timeout;
use workflow::Received;
use workflow::ports::{Bus, Clock};

use crate::lost::late;
use crate::runs::Runs;

/// Whom the door needs.
pub(crate) struct Door<C, B, F, G> {
    pub(crate) clock: C,
    pub(crate) bus: B,
    pub(crate) keys: Keys<F>,
    /// The way in of HCP Terraform, if it tells us.
    pub(crate) runs: Option<Runs<G>>,
}

impl<C, B, F, G> Door<C, B, F, G>
where
    C: Clock,
    B: Bus,
    F: AsyncFn() -> Result<Vec<String>, Failure>,
    G: AsyncFn() -> Result<Vec<String>, Failure>,
{
    /// Answers a request, whatever it is, while whoever sent it still listens.
    pub(crate) async fn hear(&self, request: Request) -> Response {
        let is_terraform = request.path().trim_end_matches('/') == "/terraform";
        let answer = async {
            match &self.runs {
                _ if !is_terraform => self.take(request).await,
                Some(runs) => runs.take(&self.clock, &self.bus, request).await,
                None => {
                    let says = "nobody listens to HCP Terraform here: set `hcp_signing_secret`";
                    Response::error(404, "NotFound", says)
                }
            }
        };
        let answer = timeout(PATIENCE, answer).await;

        answer.unwrap_or_else(|_| late(&Failure::Unavailable("it took too long".into())))
    }

    async fn take(&self, request: Request) -> Response {
        if request.method() != "POST" {
            let says = "GitHub's webhook is taken here, by POST";
            return Response::error(405, "MethodNotAllowed", says).with("allow", "POST");
        }
        let headers: Vec<(String, String)> =
            request.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let body = match request.body() {
            Ok(body) => body,
            Err(problem) => return Response::error(400, "Invalid", &problem),
        };
        let heard = match self.listen(&headers, &body).await {
            Ok(Ok(heard)) => heard,
            Ok(Err(refusal)) => {
                tracing::warn!(delivery = delivery(&headers), "refused a delivery: {refusal}");
                return Response::error(refusal.status(), refusal.name(), &refusal.to_string());
            }
            Err(failure) => return late(&failure),
        };

        let (status, answer) = (heard.status(), heard.answer());
        match heard {
            Heard::Ping { .. } => {}
            Heard::NotForUs { reason } => {
                tracing::info!(delivery = delivery(&headers), "passed by a delivery: {reason}");
            }
            Heard::Pushed(push) => {
                let pushed = match push.pushed(self.clock.now()) {
                    Ok(pushed) => pushed,
                    Err(failure) => {
                        return Response::error(400, failure.name(), &failure.to_string());
                    }
                };
                if let Err(failure) = workflow::receive(&self.bus, Received::Image(pushed)).await {
                    return late(&failure);
                }
            }
        }
        Response::json(status, &answer)
    }

    /// What the delivery says. A signature that does not fit may be by a secret newer than ours.
    async fn listen(
        &self,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<Result<Heard, Refusal>, Failure> {
        let read = |secrets: &Secrets| {
            let headers = headers.iter().map(|(name, value)| (name, value));
            webhook::read(secrets, LIMIT, headers, body)
        };
        self.keys.read(read, |refusal| *refusal == Refusal::Forged).await
    }
}

/// GitHub's id of the delivery, for finding it again. It is not signed, so it may be anything.
fn delivery(headers: &[(String, String)]) -> Option<&str> {
    let header = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-github-delivery"));
    header.map(|(_, id)| id.as_str()).filter(|id| id.len() <= 100)
}
