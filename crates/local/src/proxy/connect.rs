//! A fresh HTTP/1.1 connection.

use http_body_util::BodyExt;
use hyper::body::Body;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use std::error::Error;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use tokio::net::TcpStream;
use tracing::trace;

/// Connects. The connection lives in a task of its own, until the returned half is dropped.
pub(crate) async fn connect<B>(address: SocketAddr) -> io::Result<SendRequest<B>>
where
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + 'static,
{
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;

    tokio::spawn(async move {
        if let Err(error) = connection.await {
            trace!(%address, %error, "the connection to {address} broke");
        }
    });
    Ok(sender)
}

/// Where to connect to reach what listens on `bound`, which may be the unspecified address.
pub(crate) fn reachable(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, bound.port())
}

/// Reads a body up to `limit` bytes, and stops there.
pub(crate) async fn read_up_to<B>(mut body: B, limit: usize) -> Result<Vec<u8>, B::Error>
where
    B: Body + Unpin,
{
    use bytes::Buf;

    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(mut data) = frame?.into_data() else { continue };
        while data.has_remaining() && read.len() < limit {
            let chunk = data.chunk();
            let taken = chunk.len().min(limit - read.len());
            read.extend_from_slice(&chunk[..taken]);
            data.advance(taken);
        }
        if read.len() >= limit {
            break;
        }
    }
    Ok(read)
}
