//! The way in of HCP Terraform: from a notification to an event on the bus.

use domain::Failure;
use domain::secrets::Secrets;
use hcp::Refusal;
use hcp::notification::{self, Heard, LIMIT};
use hcp::signature::HEADER;
use shell::keys::Keys;
use shell::url::{Request, Response};
use workflow::Received;
use workflow::ports::{Bus, Clock};

use crate::lost::late;

/// What HCP Terraform is known by.
pub(crate) struct Runs<G> {
    pub(crate) keys: Keys<G>,
}

impl<G: AsyncFn() -> Result<Vec<String>, Failure>> Runs<G> {
    pub(crate) async fn take(
        &self,
        clock: &impl Clock,
        bus: &impl Bus,
        request: Request,
    ) -> Response {
        if request.method() != "POST" {
            let says = "the notifications of HCP Terraform are taken here, by POST";
            return Response::error(405, "MethodNotAllowed", says).with("allow", "POST");
        }
        let signed = request.headers().find(|(name, _)| name.eq_ignore_ascii_case(HEADER));
        let signed = signed.map(|(_, value)| value.to_owned());
        let body = match request.body() {
            Ok(body) => body,
            Err(problem) => return Response::error(400, "Invalid", &problem),
        };
        // A signature that does not fit may be by a secret newer than ours.
        let read = |secrets: &Secrets| {
            notification::read(secrets, LIMIT, signed.as_deref(), &body, clock.now())
        };
        let heard = match self.keys.read(read, |refusal| *refusal == Refusal::Forged).await {
            Ok(Ok(heard)) => heard,
            Ok(Err(refusal)) => {
                tracing::warn!("refused a notification: {refusal}");
                return Response::error(refusal.status(), refusal.name(), &refusal.to_string());
            }
            Err(failure) => return late(&failure),
        };

        let (status, answer) = (heard.status(), heard.answer());
        match heard {
            Heard::Verification => {}
            Heard::NotForUs { reason } => tracing::info!("passed by a notification: {reason}"),
            Heard::Run(run) => {
                if let Err(failure) = workflow::receive(bus, Received::Run(run)).await {
                    return late(&failure);
                }
            }
        }
        Response::json(status, &answer)
    }
}
