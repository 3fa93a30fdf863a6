//! A proxy in front of small servers of this process.

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::{Sleep, sleep};

use crate::proxy::connect::connect;
use crate::proxy::counts::{Counts, Failed};
use crate::proxy::group::Group;
use crate::proxy::listener::Listener;
use crate::proxy::router::Router;
use crate::proxy::target::Target;

/// A production listener on a free port, which gives silence half a second.
pub(super) struct Proxy {
    pub(super) address: SocketAddr,
    pub(super) listener: Listener,
    pub(super) counts: Arc<Counts>,
    router: Arc<Router>,
}

/// One target in a group of its own.
pub(super) struct Registered {
    pub(super) group: Arc<Group>,
    pub(super) target: Arc<Target>,
}

impl Proxy {
    pub(super) async fn start() -> Self {
        let clock: crate::proxy::Clock = Arc::new(|| Timestamp::UNIX_EPOCH);
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let counts = Arc::new(Counts::new(Arc::clone(&clock)));
        let router = Arc::new(Router::new());
        let listener = Listener::serve(
            socket,
            Arc::clone(&router),
            Some(Arc::clone(&counts)),
            clock,
            Duration::from_millis(500),
        )
        .unwrap();
        Self { address: listener.address(), listener, counts, router }
    }

    /// Forwards to these targets, each the healthy one of its revision.
    pub(super) fn forward(&self, to: &[(&str, SocketAddr, u16)]) -> Vec<Registered> {
        let register = |(revision, address, _): &(&str, SocketAddr, u16)| {
            let group = Group::new(revision, &format!("image-of-{revision}"));
            let target = Target::new(*address);
            target.set_healthy(true);
            group.register(Arc::clone(&target));
            Registered { group, target }
        };
        let registered: Vec<_> = to.iter().map(register).collect();
        let groups = registered.iter().map(|it| Arc::clone(&it.group));
        self.router.forward(groups.zip(to.iter().map(|(_, _, weight)| *weight)));
        registered
    }

    pub(super) fn requests(&self, revision: &str) -> u64 {
        let traffic = self.counts.traffic(Some(revision), Timestamp::MIN, Timestamp::MAX);
        traffic.map_or(0, |traffic| traffic.requests)
    }

    pub(super) fn failed(&self, why: Failed) -> u64 {
        self.counts.totals().failed.get(&why).copied().unwrap_or_default()
    }
}

/// A whole answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

pub(super) async fn get(address: SocketAddr, path: &str) -> Answer {
    let request = Request::get(path).body(Full::default()).unwrap();
    send(address, request).await.expect("an answer")
}

/// Sends a request over a fresh connection.
pub(super) async fn send(
    address: SocketAddr,
    mut request: Request<Full<Bytes>>,
) -> Result<Answer, hyper::Error> {
    let mut connection = connect(address).await.expect("the proxy listens");
    request.headers_mut().insert("host", "test".parse().unwrap());
    let (head, body) = connection.send_request(request).await?.into_parts();
    let body = body.collect().await?.to_bytes().to_vec();
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
}

/// An address on which nobody listens.
pub(super) async fn vacant() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

/// A server whose paths behave well or badly.
pub(super) async fn upstream() -> SocketAddr {
    counting_upstream().await.0
}

/// The same, and how many connections it accepted.
pub(super) async fn counting_upstream() -> (SocketAddr, Arc<AtomicUsize>) {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let accepted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&accepted);
    tokio::spawn(async move {
        loop {
            let (stream, _) = socket.accept().await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
            let served = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(behave));
            tokio::spawn(served);
        }
    });
    (address, accepted)
}

async fn behave(
    request: Request<Incoming>,
) -> Result<Response<BoxBody<Bytes, &'static str>>, Infallible> {
    let text = |text: &'static str| Full::from(text).map_err(|never| match never {}).boxed();
    let body = match request.uri().path() {
        "/echo" => request.into_body().map_err(|_| "the request broke off").boxed(),
        "/slow" => {
            tokio::time::sleep(Duration::from_millis(300)).await;
            text("slow")
        }
        "/silent" => std::future::pending().await,
        "/half" => BoxBody::new(Half::that_breaks()),
        "/stalls" => BoxBody::new(Half::that_stalls()),
        _ => text("hello"),
    };
    Ok(Response::new(body))
}

/// Half an answer, and then an error or nothing more.
struct Half {
    sent: bool,
    breaks: Option<Pin<Box<Sleep>>>,
}

impl Half {
    /// Breaks off a moment later, when the half has surely left.
    fn that_breaks() -> Self {
        Self { sent: false, breaks: Some(Box::pin(sleep(Duration::from_millis(50)))) }
    }

    fn that_stalls() -> Self {
        Self { sent: false, breaks: None }
    }
}

impl hyper::body::Body for Half {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        if !std::mem::replace(&mut self.sent, true) {
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"half")))));
        }
        let Some(breaks) = &mut self.breaks else { return Poll::Pending };
        breaks.as_mut().poll(context).map(|()| Some(Err("the other half is lost")))
    }
}

/// A server that answers the first request of each connection, promises to keep it, and closes it
/// without an answer when the second one comes: what a stale connection looks like at its worst.
pub(super) async fn closes_on_the_second_request() -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = socket.accept().await.unwrap();
            tokio::spawn(async move {
                let mut buffer = [0; 4096];
                _ = stream.read(&mut buffer).await;
                _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
                _ = stream.read(&mut buffer).await;
            });
        }
    });
    address
}
