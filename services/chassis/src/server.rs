//! Accepts connections until told to stop, and lets requests that are being answered finish.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};

use crate::answer::Running;
use crate::app::App;
use crate::data::Data;
use crate::settings::Settings;
use crate::stopped::Stopped;

/// How long requests may take to finish after the stop. ECS kills 30 s after SIGTERM.
const GRACE: Duration = Duration::from_secs(20);

/// A service that listens.
#[derive(Debug)]
pub struct Server<A> {
    listener: TcpListener,
    address: SocketAddr,
    running: Arc<Running<A>>,
}

impl<A: App> Server<A> {
    /// Listens where `settings` say, with the data that is where they say.
    pub async fn bind(settings: Settings) -> Result<Self, Stopped> {
        let data = Arc::new(Data::open(A::NAME, A::MIGRATIONS, &settings.places)?);

        let wanted = settings.address();
        let taken = |source| Stopped::System { what: format!("cannot listen on {wanted}"), source };
        let listener = TcpListener::bind(wanted).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;

        let running = Arc::new(Running::new(data, settings));
        Ok(Self { listener, address, running })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` completes, then accepts nothing more and finishes what was begun.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let connections = GracefulShutdown::new();
        tokio::select! {
            () = self.accept(&connections) => {}
            () = stop => {}
        }

        drop(self.listener);
        // A connection that keeps asking nothing must not keep the task from ending.
        let _ = timeout(GRACE, connections.shutdown()).await;
    }

    async fn accept(&self, connections: &GracefulShutdown) {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                // Out of file descriptors, most likely: some are soon closed.
                sleep(Duration::from_millis(20)).await;
                continue;
            };
            // Only a slower answer is lost if it cannot be set.
            let _ = stream.set_nodelay(true);

            let running = Arc::clone(&self.running);
            let service = service_fn(move |request| {
                let running = Arc::clone(&running);
                async move { Ok::<_, Infallible>(running.answer(request).await) }
            });
            // No timeout for headers: it would also close idle connections that the proxy keeps, at
            // the very moment it sends a request on one.
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // How a connection ends is its client's affair.
            tokio::spawn(connections.watch(connection));
        }
    }
}
