//! What a proxy adds to and takes from headers.

use http::header::{
    CONNECTION, EXPECT, HOST, HeaderName, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, Method, Request};
use jiff::Timestamp;
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PORT: HeaderName = HeaderName::from_static("x-forwarded-port");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const TRACE_ID: HeaderName = HeaderName::from_static("x-amzn-trace-id");

/// On answers: the last part of the revision's ARN.
pub(crate) const REVISION: HeaderName = HeaderName::from_static("x-cutover-revision");
/// On answers: the image, by digest.
pub(crate) const IMAGE: HeaderName = HeaderName::from_static("x-cutover-image");

/// The headers that concern one connection only (RFC 9110 §7.6.1).
const HOP_BY_HOP: [HeaderName; 9] = [
    CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// One client's connection, in the words of headers.
#[derive(Debug)]
pub(super) struct Client {
    address: HeaderValue,
    port: HeaderValue,
}

impl Client {
    /// A client at `peer` that connected to `port` of ours.
    pub(super) fn new(peer: IpAddr, port: u16) -> Self {
        let address = HeaderValue::from_str(&peer.to_canonical().to_string())
            .expect("an IP address is printable");
        Self { address, port: HeaderValue::from(port) }
    }

    /// Turns a client's headers into what the target is to see.
    pub(super) fn announce(&self, headers: &mut HeaderMap, target: SocketAddr, now: Timestamp) {
        strip(headers);
        // hyper answers `100 Continue` itself as soon as the body is wanted.
        headers.remove(EXPECT);

        let chain = match headers.get(&FORWARDED_FOR) {
            None => self.address.clone(),
            Some(_) => self.appended_to(headers),
        };
        headers.insert(FORWARDED_FOR, chain);
        headers.insert(FORWARDED_PORT, self.port.clone());
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static("http"));

        if !headers.contains_key(HOST)
            && let Ok(host) = HeaderValue::from_str(&target.to_string())
        {
            headers.insert(HOST, host);
        }
        if !headers.contains_key(&TRACE_ID) {
            headers.insert(TRACE_ID, trace_id(now));
        }
    }

    /// The addresses the request came by, the client's last.
    fn appended_to(&self, headers: &HeaderMap) -> HeaderValue {
        let before = headers.get_all(&FORWARDED_FOR).iter();
        let all: Vec<&[u8]> = before.chain([&self.address]).map(HeaderValue::as_bytes).collect();
        HeaderValue::from_bytes(&all.join(&b", "[..])).unwrap_or_else(|_| self.address.clone())
    }
}

/// Removes what concerns one connection only, and what the `Connection` header names as such.
pub(super) fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    for name in HOP_BY_HOP.iter().chain(&named) {
        headers.remove(name);
    }
}

/// Whether the client wants to leave HTTP/1.1. An offer of HTTP/2 (`h2c`) does not count: whoever
/// makes it goes on with HTTP/1.1 when nobody takes it up.
pub(super) fn wants_another_protocol<B>(request: &Request<B>) -> bool {
    request.method() == Method::CONNECT
        || request.headers().get_all(UPGRADE).iter().any(|it| !it.as_bytes().starts_with(b"h2c"))
}

/// `Root=1-<time>-<random>`, as a load balancer adds it
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-request-tracing.html>).
fn trace_id(now: Timestamp) -> HeaderValue {
    let unique: u128 = rand::random::<u128>() >> 32;
    HeaderValue::try_from(format!("Root=1-{:08x}-{unique:024x}", now.as_second()))
        .expect("hexadecimal digits are printable")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn announced(headers: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_static(value));
        }
        let client = Client::new("192.0.2.7".parse().unwrap(), 8080);
        let now = Timestamp::from_second(0x6789_1233).unwrap();
        client.announce(&mut map, "127.0.0.1:4001".parse().unwrap(), now);
        map
    }

    #[test]
    fn the_target_learns_who_asked_and_for_whom() {
        let headers = announced(&[("host", "shop.example"), ("x-forwarded-for", "203.0.113.1")]);

        assert_eq!(headers["host"], "shop.example");
        assert_eq!(headers["x-forwarded-for"], "203.0.113.1, 192.0.2.7");
        assert_eq!(headers["x-forwarded-port"], "8080");
        assert_eq!(headers["x-forwarded-proto"], "http");
        let trace = headers["x-amzn-trace-id"].to_str().unwrap();
        assert!(trace.starts_with("Root=1-67891233-") && trace.len() == 40, "{trace}");
    }

    #[test]
    fn a_trace_that_began_elsewhere_goes_on() {
        let headers = announced(&[("x-amzn-trace-id", "Root=1-1-1")]);

        assert_eq!(headers["x-amzn-trace-id"], "Root=1-1-1");
    }

    #[test]
    fn what_concerns_one_connection_stays_there() {
        let headers = announced(&[
            ("connection", "close, x-secret"),
            ("x-secret", "1"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("x-kept", "1"),
        ]);

        for name in ["connection", "x-secret", "keep-alive", "transfer-encoding"] {
            assert!(!headers.contains_key(name), "{name}");
        }
        assert_eq!(headers["x-kept"], "1");
    }
}
