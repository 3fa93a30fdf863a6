//! How a connection is made: straight, or through the proxy that the environment names.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector as Tcp;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;
type BoxError = Box<dyn Error + Send + Sync>;

/// Makes connections, with TLS where the address says https, within a limit.
#[derive(Clone)]
pub(super) struct Connect {
    secured: HttpsConnector<Transport>,
    limit: Option<Duration>,
}

impl Connect {
    /// Trusts whom the system trusts, and takes the proxy that `HTTPS_PROXY`, `ALL_PROXY` and
    /// `NO_PROXY` name.
    pub(super) fn of_system(limit: Option<Duration>) -> Self {
        Self::with(outbound::tls(), Matcher::from_env(), limit)
    }

    pub(super) fn with(
        tls: outbound::ClientConfig,
        proxies: Matcher,
        limit: Option<Duration>,
    ) -> Self {
        let mut tcp = Tcp::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let transport = Transport { tcp, proxies: Arc::new(proxies) };
        Self { secured: HttpsConnector::from((transport, tls)), limit }
    }
}

impl Service<Uri> for Connect {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.secured.poll_ready(context)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let connected = self.secured.call(to);
        match self.limit {
            // All of it: a proxy, or a server that is overloaded, may take a connection and say nothing.
            Some(limit) => Box::pin(async move { timeout(limit, connected).await? }),
            None => connected,
        }
    }
}

/// What TLS is spoken on.
#[derive(Clone)]
struct Transport {
    tcp: Tcp,
    proxies: Arc<Matcher>,
}

impl Transport {
    /// The proxy between us and there. Only for TLS: what is asked without is on this machine, or, as
    /// credentials of a container or an instance are, next to it, where no proxy leads.
    fn proxy(&self, to: &Uri) -> Option<Intercept> {
        self.proxies.intercept(to).filter(|_| to.scheme_str() == Some("https"))
    }
}

impl Service<Uri> for Transport {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Connecting<Self::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, to: Uri) -> Self::Future {
        let Some(proxy) = self.proxy(&to) else {
            let connected = self.tcp.call(to);
            return Box::pin(async move { Ok(connected.await?) });
        };
        if proxy.uri().scheme_str() != Some("http") {
            let scheme = proxy.uri().scheme_str().unwrap_or_default().to_owned();
            return Box::pin(async move {
                let told = "the proxy of HTTPS_PROXY, or ALL_PROXY, has to begin with http://";
                Err(format!("{told}, not with {scheme}://").into())
            });
        }
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.tcp.clone());
        if let Some(login) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(login.clone());
        }
        let connected = tunnel.call(to);
        Box::pin(async move { Ok(connected.await?) })
    }
}
