//! A listening socket and its connections.

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use super::clock::Clock;
use super::counts::Counts;
use super::forward::Forwarder;
use super::headers::Client;
use super::router::Router;

/// A listener of a service. Dropping it stops it at once; [`Listener::close`] does so politely.
#[derive(Debug)]
pub(crate) struct Listener {
    address: SocketAddr,
    stop: CancellationToken,
    connections: TaskTracker,
}

impl Listener {
    /// Answers on `socket` with what `router` chooses. Requests are counted in `counts`, if given.
    /// A side that is silent for as long as `idle` in the middle of an exchange is given up, and so
    /// is a connection that waits that long for a next request.
    pub(crate) fn serve(
        socket: TcpListener,
        router: Arc<Router>,
        counts: Option<Arc<Counts>>,
        clock: Clock,
        idle: Duration,
    ) -> std::io::Result<Self> {
        let address = socket.local_addr()?;
        let stop = CancellationToken::new();
        let connections = TaskTracker::new();
        let forwarder = Arc::new(Forwarder { router, counts, clock, idle });

        connections.spawn(accept(socket, address, forwarder, stop.clone(), connections.clone()));
        Ok(Self { address, stop, connections })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts nothing more, and waits for requests that are in flight up to `patience`.
    pub(crate) async fn close(&self, patience: Duration) {
        self.stop.cancel();
        self.connections.close();
        if tokio::time::timeout(patience, self.connections.wait()).await.is_err() {
            debug!(address = %self.address, "connections to {} were still busy", self.address);
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn accept(
    socket: TcpListener,
    address: SocketAddr,
    forwarder: Arc<Forwarder>,
    stop: CancellationToken,
    connections: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            () = stop.cancelled() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                let client = Client::new(peer.ip(), address.port());
                connections.spawn(converse(stream, client, Arc::clone(&forwarder), stop.clone()));
            }
            Err(error) => {
                // Mostly "too many open files", which only time heals; looping would burn a core.
                warn!(%address, %error, "cannot accept a connection on {address}: {error}");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn converse(
    stream: TcpStream,
    client: Client,
    forwarder: Arc<Forwarder>,
    stop: CancellationToken,
) {
    // Answers leave in one write; waiting for more to send would add 40 ms to each.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let answer =
        service_fn(async |request| Ok::<_, Infallible>(forwarder.forward(&client, request).await));
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(forwarder.idle)
            .serve_connection(TokioIo::new(stream), answer)
    );

    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        debug!(%error, "a client's connection ended badly: {error}");
    }
}
