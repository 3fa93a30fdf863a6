//! Steady load on a listener.
//!
//! The load is open: requests are due at fixed times, whether or not those before were answered, and
//! an answer's time counts from when its request was due. So a target that stops for a second is
//! seen as that, and not as a second with few requests.

mod report;

pub use report::{LoadReport, Tally};

use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1::SendRequest;
use parking_lot::Mutex;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use self::report::Outcome;
use crate::proxy::connect::{connect, reachable};
use crate::proxy::headers::{IMAGE, REVISION};

/// How long a client waits for a whole answer.
const PATIENCE: Duration = Duration::from_secs(30);

type Connection = SendRequest<Empty<&'static [u8]>>;

/// What to ask, and how often.
#[derive(Debug, Clone)]
pub struct LoadPlan {
    /// Where to connect.
    pub target: SocketAddr,
    /// Paths, asked for in turn with `GET`.
    pub paths: Vec<Uri>,
    /// How many requests are due in a second; at least one.
    pub requests_per_second: u32,
    /// How many clients share them, each with a kept-alive connection; at least one.
    pub connections: usize,
}

/// A load that goes on until it is stopped or dropped.
#[derive(Debug)]
pub struct Load {
    shared: Arc<Shared>,
    clients: JoinSet<()>,
}

#[derive(Debug)]
struct Shared {
    plan: LoadPlan,
    began: Instant,
    /// The number of the next request nobody took.
    next: AtomicU64,
    stop: CancellationToken,
    report: Mutex<LoadReport>,
}

impl Load {
    /// Starts the clients of `plan`.
    pub fn start(mut plan: LoadPlan) -> Self {
        plan.target = reachable(plan.target);
        plan.requests_per_second = plan.requests_per_second.max(1);
        if plan.paths.is_empty() {
            plan.paths.push(Uri::from_static("/"));
        }
        let clients = plan.connections.max(1);
        let shared = Arc::new(Shared {
            plan,
            began: Instant::now(),
            next: AtomicU64::new(0),
            stop: CancellationToken::new(),
            report: Mutex::default(),
        });
        let clients = (0..clients).map(|_| client(Arc::clone(&shared))).collect();
        Self { shared, clients }
    }

    /// What the clients saw until now.
    pub fn report(&self) -> LoadReport {
        self.shared.report.lock().clone()
    }

    /// Sends no more, waits for the answers that are due, and tells what the clients saw.
    pub async fn stop(mut self) -> LoadReport {
        self.shared.stop.cancel();
        while self.clients.join_next().await.is_some() {}
        self.report()
    }
}

async fn client(shared: Arc<Shared>) {
    let mut connection = None;
    loop {
        let number = shared.next.fetch_add(1, Ordering::Relaxed);
        let due = shared.due(number);
        tokio::select! {
            biased;
            () = shared.stop.cancelled() => return,
            () = sleep_until(due) => {}
        }

        shared.report.lock().sent(shared.second());
        let outcome = timeout(PATIENCE, ask(&shared, number, &mut connection)).await;
        let outcome = outcome.unwrap_or_else(|_| {
            connection = None;
            Outcome::Failed("no answer in time")
        });
        let micros = u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX);
        shared.report.lock().count(shared.second(), &outcome, micros);
    }
}

impl Shared {
    fn due(&self, number: u64) -> Instant {
        let rate = u64::from(self.plan.requests_per_second);
        let nanos = (number % rate) * 1_000_000_000 / rate;
        self.began + Duration::from_secs(number / rate) + Duration::from_nanos(nanos)
    }

    fn second(&self) -> usize {
        usize::try_from(self.began.elapsed().as_secs()).unwrap_or(usize::MAX)
    }

    fn request(&self, number: u64) -> Request<Empty<&'static [u8]>> {
        let paths = &self.plan.paths;
        let at = usize::try_from(number).unwrap_or_default() % paths.len();
        let mut request = Request::new(Empty::new());
        *request.uri_mut() = paths[at].clone();
        request.headers_mut().insert(header::HOST, HeaderValue::from_static("load.cutover"));
        request
    }
}

/// Sends one request over the connection that waits, or a fresh one when the server closed that.
async fn ask(shared: &Shared, number: u64, kept: &mut Option<Connection>) -> Outcome {
    let mut request = shared.request(number);
    if let Some(mut connection) = kept.take()
        && connection.ready().await.is_ok()
    {
        match connection.try_send_request(request).await {
            Ok(response) => return read(response, connection, kept).await,
            Err(mut error) => match error.take_message() {
                Some(unsent) => request = unsent,
                None => return Outcome::Failed("connection closed without an answer"),
            },
        }
    }

    let Ok(mut connection) = connect(shared.plan.target).await else {
        return Outcome::Failed("connection refused");
    };
    match connection.send_request(request).await {
        Ok(response) => read(response, connection, kept).await,
        Err(_) => Outcome::Failed("connection closed without an answer"),
    }
}

async fn read(
    response: Response<Incoming>,
    connection: Connection,
    kept: &mut Option<Connection>,
) -> Outcome {
    let (head, mut body) = response.into_parts();
    while let Some(frame) = body.frame().await {
        if frame.is_err() {
            return Outcome::Failed("answer broke off");
        }
    }
    *kept = Some(connection);

    let text = |name| Some(head.headers.get(name)?.to_str().ok()?.to_owned());
    Outcome::Answered { status: head.status.as_u16(), revision: text(REVISION), image: text(IMAGE) }
}
