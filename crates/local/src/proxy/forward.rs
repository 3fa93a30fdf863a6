//! One request, from the client to a target and back.

use http::{HeaderValue, Method, Request, Response, StatusCode, Uri, Version, header};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use jiff::Timestamp;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until, timeout};
use tracing::debug;

use super::clock::Clock;
use super::connect::connect;
use super::counts::{Counts, Failed};
use super::download::Download;
use super::headers::{self, Client};
use super::pending::Pending;
use super::router::{Choice, Router};
use super::target::Target;
use super::upload::{Progress, Upload};

/// How long a connection to a target may take, as at a load balancer of AWS.
const CONNECT: Duration = Duration::from_secs(10);

/// What forwards the requests of one listener.
pub(super) struct Forwarder {
    pub(super) router: Arc<Router>,
    /// `None` on the test listener.
    pub(super) counts: Option<Arc<Counts>>,
    pub(super) clock: Clock,
    /// How long either side may be silent in the middle of an exchange.
    pub(super) idle: Duration,
}

/// Why there is no answer from the target.
enum Unanswered {
    Target(Failed),
    ClientTooSlow,
}

impl Forwarder {
    /// Answers a client. Never fails: what goes wrong is an answer too.
    pub(super) async fn forward(
        &self,
        client: &Client,
        request: Request<Incoming>,
    ) -> Response<Download> {
        if headers::wants_another_protocol(&request) {
            return refuse(StatusCode::NOT_IMPLEMENTED, "This proxy speaks HTTP/1.1 only.\n");
        }

        let (group, in_flight) = match self.router.choose() {
            Choice::Target(group, in_flight) => (group, in_flight),
            Choice::Nobody(group) => {
                Pending::new(self.counts.clone(), group).failed(Failed::Unavailable);
                return refuse(StatusCode::SERVICE_UNAVAILABLE, "No target is registered.\n");
            }
        };
        let mut pending = Pending::new(self.counts.clone(), Some(Arc::clone(&group)));

        let target = in_flight.target();
        let (request, progress) = outbound(request, client, target, (self.clock)());
        let mut response = match self.exchange(target, request, progress.as_deref()).await {
            Ok((response, connection)) => {
                pending.answered(response.status().as_u16());
                response
                    .map(|body| Download::relay(body, connection, in_flight, pending, self.idle))
            }
            Err(Unanswered::ClientTooSlow) => {
                pending.refused(StatusCode::REQUEST_TIMEOUT.as_u16());
                refuse(StatusCode::REQUEST_TIMEOUT, "The request did not arrive in time.\n")
            }
            Err(Unanswered::Target(why)) => {
                pending.failed(why);
                refuse_for(why)
            }
        };
        headers::strip(response.headers_mut());
        response.headers_mut().insert(headers::REVISION, group.revision_header.clone());
        response.headers_mut().insert(headers::IMAGE, group.image_header.clone());
        *response.version_mut() = Version::HTTP_11;
        response
    }

    /// Sends a request over a connection that waited or a fresh one.
    ///
    /// A connection that waited may have been closed by the target just now, which says nothing of
    /// this request: it is sent again over a fresh one, once, and only if the target cannot have
    /// acted on it (hyper gives it back unsent) or acting twice is as good as once (an idempotent
    /// method without a body; RFC 9110 §9.2.2).
    async fn exchange(
        &self,
        target: &Target,
        mut request: Request<Upload>,
        progress: Option<&Progress>,
    ) -> Result<(Response<Incoming>, SendRequest<Upload>), Unanswered> {
        if let Some(mut waiting) = target.pool.take() {
            let again = repeatable(&request, progress).then(|| copy_without_body(&request));
            let answer = self.patiently(progress, waiting.try_send_request(request)).await?;
            let mut error = match answer {
                Ok(response) => return answered(response, waiting),
                Err(error) => error,
            };
            debug!(target = %target.address, error = %error.error(), "a connection was stale");
            request = match (error.take_message(), again) {
                (Some(unsent), _) => unsent,
                (None, Some(copy)) if !error.error().is_parse() => copy,
                _ => return Err(Unanswered::Target(Failed::BadGateway)),
            };
        }

        let mut fresh = match timeout(CONNECT, connect(target.address)).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(_)) => return Err(Unanswered::Target(Failed::BadGateway)),
            Err(_) => return Err(Unanswered::Target(Failed::TimedOut)),
        };
        match self.patiently(progress, fresh.try_send_request(request)).await? {
            Ok(response) => answered(response, fresh),
            Err(error) => {
                debug!(target = %target.address, error = %error.error(), "no answer");
                Err(Unanswered::Target(Failed::BadGateway))
            }
        }
    }

    /// Waits for an answer's head until both sides were silent for too long.
    async fn patiently<T>(
        &self,
        progress: Option<&Progress>,
        answer: impl Future<Output = T>,
    ) -> Result<T, Unanswered> {
        let began = Instant::now();
        let mut answer = std::pin::pin!(answer);
        loop {
            let last = progress.map_or(began, |progress| progress.last().max(began));
            tokio::select! {
                biased;
                answer = &mut answer => return Ok(answer),
                () = sleep_until(last + self.idle) => {}
            }
            match progress {
                Some(progress) if progress.last() > last => {}
                Some(progress) if !progress.is_done() => return Err(Unanswered::ClientTooSlow),
                _ => return Err(Unanswered::Target(Failed::TimedOut)),
            }
        }
    }
}

/// The request as the target gets it.
fn outbound(
    request: Request<Incoming>,
    client: &Client,
    target: &Target,
    now: Timestamp,
) -> (Request<Upload>, Option<Arc<Progress>>) {
    let (mut head, body) = request.into_parts();
    let (upload, progress) = Upload::new(body);

    // Clients may ask a proxy for `http://host/path`; a server wants `/path`.
    if head.uri.scheme().is_some() {
        head.uri = head.uri.path_and_query().map_or_else(Uri::default, |path| path.clone().into());
    }
    head.version = Version::HTTP_11;
    client.announce(&mut head.headers, target.address, now);

    (Request::from_parts(head, upload), progress)
}

fn answered(
    response: Response<Incoming>,
    connection: SendRequest<Upload>,
) -> Result<(Response<Incoming>, SendRequest<Upload>), Unanswered> {
    // No upgrade was asked for, so a target that switches protocols speaks no HTTP any more.
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        return Err(Unanswered::Target(Failed::BadGateway));
    }
    Ok((response, connection))
}

fn repeatable(request: &Request<Upload>, progress: Option<&Progress>) -> bool {
    const IDEMPOTENT: [Method; 6] =
        [Method::GET, Method::HEAD, Method::OPTIONS, Method::PUT, Method::DELETE, Method::TRACE];
    progress.is_none() && IDEMPOTENT.contains(request.method())
}

fn copy_without_body(request: &Request<Upload>) -> Request<Upload> {
    let mut copy = Request::new(Upload::NONE);
    *copy.method_mut() = request.method().clone();
    *copy.uri_mut() = request.uri().clone();
    *copy.headers_mut() = request.headers().clone();
    copy
}

fn refuse_for(why: Failed) -> Response<Download> {
    match why {
        Failed::Unavailable => {
            refuse(StatusCode::SERVICE_UNAVAILABLE, "No target is registered.\n")
        }
        Failed::TimedOut => {
            refuse(StatusCode::GATEWAY_TIMEOUT, "The target did not answer in time.\n")
        }
        Failed::BadGateway | Failed::BrokenOff => {
            refuse(StatusCode::BAD_GATEWAY, "The target gave no valid answer.\n")
        }
    }
}

fn refuse(status: StatusCode, text: &'static str) -> Response<Download> {
    let mut response = Response::new(Download::own(text));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
