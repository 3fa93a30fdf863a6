//! Smoke requests to listeners on this machine.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::routing::any;
use domain::Failure;
use domain::evidence::Answer;
use domain::service::{ServiceDocument, Smoke};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use workflow::ports::Probe;

use super::{BODY, TestListener};

/// A service whose test listener is at `test_url`, with one smoke request.
fn document(test_url: &str, smoke: &Value) -> (ServiceDocument, Smoke) {
    let document = json!({
        "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": "*" },
        "cluster": "shop", "strategy": { "blue_green": {} },
        "checks": { "test_url": test_url, "smoke": [smoke] },
    });
    let document = ServiceDocument::read(&document.to_string()).expect("a document");
    let smoke = document.checks.smoke[0].clone();
    (document, smoke)
}

async fn ask(test_url: &str, smoke: Value) -> Result<Result<Answer, String>, Failure> {
    let (document, smoke) = document(test_url, &smoke);
    TestListener::new().ask(&document, &smoke).await
}

/// Green's answer to a request.
async fn answer(green: SocketAddr, smoke: Value) -> Result<Answer, String> {
    ask(&format!("http://{green}"), smoke).await.expect("nothing is wrong with the document")
}

/// Green, which tells what it was asked.
async fn green() -> SocketAddr {
    let tell = async |method: Method, uri: Uri, headers: HeaderMap| {
        let header = |name| headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or("-");
        format!("{method} {uri} host={} x-tenant={}", header("host"), header("x-tenant"))
    };
    let moved = async || (StatusCode::FOUND, [("location", "/healthz")], "moved");
    let slow = async || tokio::time::sleep(Duration::from_secs(60)).await;
    let large = async || "x".repeat(1024 * 1024);
    let router = Router::new()
        .route("/moved", any(moved))
        .route("/slow", any(slow))
        .route("/large", any(large))
        .fallback(tell);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

#[tokio::test]
async fn green_is_asked_as_the_document_says() {
    let green = green().await;

    let smoke =
        json!({ "method": "POST", "path": "/orders?dry=1", "headers": { "x-tenant": "a" } });
    let answer = answer(green, smoke).await.unwrap();

    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, format!("POST /orders?dry=1 host={green} x-tenant=a"));
}

#[tokio::test]
async fn a_host_may_be_named() {
    let smoke = json!({ "path": "/", "headers": { "host": "shop.example.com" } });

    let answer = answer(green().await, smoke).await.unwrap();

    assert!(answer.body.contains("host=shop.example.com "), "{}", answer.body);
}

#[tokio::test]
async fn the_test_listener_may_be_below_a_path() {
    let green = green().await;
    for (test_url, asked) in [("", "/healthz"), ("/", "/healthz"), ("/a/", "/a/healthz")] {
        let test_url = format!("http://{green}{test_url}");

        let answer = ask(&test_url, json!({ "path": "/healthz" })).await.unwrap().unwrap();

        assert!(answer.body.starts_with(&format!("GET {asked} ")), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_redirect_is_an_answer() {
    let answer = answer(green().await, json!({ "path": "/moved" })).await.unwrap();

    assert_eq!((answer.status, answer.body.as_str()), (302, "moved"));
}

#[tokio::test]
async fn a_long_body_is_read_to_its_limit() {
    let answer = answer(green().await, json!({ "path": "/large" })).await.unwrap();

    assert_eq!((answer.status, answer.body.len()), (200, BODY));
}

#[tokio::test]
async fn an_answer_that_never_comes_is_greens_fault() {
    let slow = answer(green().await, json!({ "path": "/slow", "within_ms": 10 })).await;

    assert_eq!(slow.unwrap_err(), "no whole answer within 1000 ms");
}

/// A listener that reads a request, says this, waits, says that, and closes.
async fn says(first: &'static str, wait: Duration, second: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // The other side may be gone; what it makes of that is what is tested.
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(first.as_bytes()).await;
            tokio::time::sleep(wait).await;
            let _ = stream.write_all(second.as_bytes()).await;
        }
    });
    address
}

#[tokio::test]
async fn the_time_is_that_to_the_last_byte() {
    let wait = Duration::from_millis(300);
    let green = says("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\no", wait, "k").await;

    let answer = answer(green, json!({ "path": "/" })).await.unwrap();

    assert_eq!(answer.body, "ok");
    assert!((300..900).contains(&answer.millis), "{} ms", answer.millis);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_greens_fault() {
    let now = Duration::ZERO;
    let half = says("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\no", now, "k").await;
    let broke = answer(half, json!({ "path": "/" })).await.unwrap_err();
    assert!(broke.starts_with("the answer broke off: "), "{broke}");

    let none = says("", now, "").await;
    let silent = answer(none, json!({ "path": "/" })).await.unwrap_err();
    assert!(silent.contains("connection"), "{silent}");
}

#[tokio::test]
async fn a_listener_that_is_gone_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = listener.local_addr().unwrap();
    drop(listener);

    let refused = answer(gone, json!({ "path": "/" })).await.unwrap_err();

    assert!(refused.starts_with(&format!("cannot connect to {gone}: ")), "{refused}");
}

#[tokio::test]
async fn a_document_without_the_address_is_told_what_to_write() {
    let (mut document, smoke) = document("http://localhost", &json!({ "path": "/" }));
    document.checks.test_url = None;

    let failure = TestListener::new().ask(&document, &smoke).await.unwrap_err();

    assert_eq!(failure.name(), "Invalid");
    assert_eq!(
        failure.to_string(),
        "at `checks.test_url`: checkout has smoke requests, and no address to send them to; write where the test listener answers, such as \"https://test.example.com:8443\""
    );
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_invalid() {
    for wrong in [
        "test.example.com",
        "ftp://test.example.com",
        "https://",
        "https://robot:hush@test.example.com",
        "https://test.example.com/?a=b",
        "https://test.example.com/#a",
    ] {
        let failure = ask(wrong, json!({ "path": "/" })).await.unwrap_err();

        assert_eq!(failure.name(), "Invalid", "{wrong}");
        assert!(failure.to_string().starts_with("at `checks.test_url`: "), "{failure}");
    }
}

#[tokio::test]
async fn a_header_that_cannot_be_sent_is_invalid() {
    let smoke = json!({ "path": "/", "headers": { "x-tenant": "a\nb" } });

    let failure = ask("http://127.0.0.1:1", smoke).await.unwrap_err();

    assert_eq!(failure.name(), "Invalid");
    assert!(failure.to_string().contains("`x-tenant`"), "{failure}");
}

/// A listener with TLS whose certificate is for `name`, good for so many days from now.
async fn with_tls(name: &str, expired: bool) -> (SocketAddr, CertificateDer<'static>) {
    let mut wanted = rcgen::CertificateParams::new([name.to_owned()]).expect("a name");
    if expired {
        wanted.not_after = rcgen::date_time_ymd(2001, 1, 1);
    }
    let key = rcgen::KeyPair::generate().expect("a key");
    let certificate = wanted.self_signed(&key).expect("a certificate").der().clone();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks them")
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .expect("the key fits the certificate");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // Who does not trust the certificate breaks off here.
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok").await;
            let _ = stream.shutdown().await;
        }
    });
    (address, certificate)
}

/// Asks `test.example` at this address, trusting `certificate` if there is one.
async fn ask_with_tls(
    address: SocketAddr,
    certificate: Option<&CertificateDer<'static>>,
) -> Result<Answer, String> {
    let mut builder = outbound::http().resolve("test.example", address);
    if let Some(certificate) = certificate {
        builder = builder.tls_backend_preconfigured(outbound::trusting([certificate.clone()]));
    }
    let test_url = format!("https://test.example:{}", address.port());
    let (document, smoke) = document(&test_url, &json!({ "path": "/" }));
    let answer = TestListener::with(builder).ask(&document, &smoke).await;
    answer.expect("nothing is wrong with the document")
}

#[tokio::test]
async fn green_is_asked_by_tls() {
    let (address, certificate) = with_tls("test.example", false).await;

    let answer = ask_with_tls(address, Some(&certificate)).await.unwrap();

    assert_eq!((answer.status, answer.body.as_str()), (200, "ok"));
}

#[tokio::test]
async fn what_is_wrong_with_a_certificate_is_told() {
    let (address, _) = with_tls("test.example", false).await;
    let unknown = ask_with_tls(address, None).await.unwrap_err();
    assert!(unknown.ends_with("is issued by nobody who is trusted here"), "{unknown}");

    let (address, certificate) = with_tls("other.example", false).await;
    let other = ask_with_tls(address, Some(&certificate)).await.unwrap_err();
    assert!(other.contains("not valid for name \"test.example\""), "{other}");
    assert!(other.contains("other.example"), "{other}");

    let (address, certificate) = with_tls("test.example", true).await;
    let expired = ask_with_tls(address, Some(&certificate)).await.unwrap_err();
    assert!(expired.contains("is not good: certificate expired"), "{expired}");
}

#[tokio::test]
async fn a_listener_without_tls_is_told() {
    let plain = ask_with_tls(green().await, None).await.unwrap_err();

    assert!(plain.contains("does not speak TLS"), "{plain}");
}
