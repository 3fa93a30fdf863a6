//! Requests to servers on this machine, by TLS, as AWS is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::retry::ErrorKind;
use hyper_util::client::proxy::matcher::Matcher;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ServerConfig, SupportedProtocolVersion};

use super::connect::Connect;
use super::{Connector, client};

/// What a server says to a request, in full, or in part, or after which it hangs up.
const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine";
const HALF: &str = "HTTP/1.1 200 OK\r\ncontent-le";
const SILENCE: &str = "";

/// A server `localhost` that says the same to all, and counts who comes.
struct Server {
    port: u16,
    certificate: CertificateDer<'static>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    async fn saying(words: &'static str) -> Self {
        Self::speaking(&[&TLS12, &TLS13], words).await
    }

    async fn speaking(versions: &[&'static SupportedProtocolVersion], words: &'static str) -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".into()]).expect("a certificate");
        let certificate = made.cert.der().clone();
        let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(versions)
            .expect("ring speaks them")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key.into())
            .expect("the key fits the certificate");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                counted.fetch_add(1, SeqCst);
                tokio::spawn(async move {
                    // Who does not trust the certificate breaks off here.
                    let Ok(mut stream) = acceptor.accept(stream).await else { return };
                    while heard(&mut stream).await.is_some() {
                        if words == SILENCE {
                            tokio::time::sleep(Duration::from_secs(60)).await;
                        }
                        let _ = stream.write_all(words.as_bytes()).await;
                        if words == HALF {
                            break;
                        }
                    }
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self { port, certificate, connections }
    }

    /// Who trusts the server, and waits two tenths of a second for an answer to begin.
    fn trusted(&self, proxies: Matcher) -> Connector {
        let tls = outbound::trusting([self.certificate.clone()]);
        let connect = Connect::with(tls, proxies, Some(Duration::from_secs(5)));
        Connector::new(Some(Duration::from_millis(200)), connect)
    }

    fn connections(&self) -> usize {
        self.connections.load(SeqCst)
    }

    /// A request to it, and by what the SDK would give up the connection.
    fn asked(&self) -> (HttpRequest, CaptureSmithyConnection) {
        let mut request = HttpRequest::empty();
        request.set_uri(format!("https://localhost:{}/", self.port)).expect("an address");
        let connection = CaptureSmithyConnection::new();
        request.add_extension(connection.clone());
        (request, connection)
    }
}

/// The head of a request, if one comes.
async fn heard(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// No proxy.
fn straight() -> Matcher {
    Matcher::builder().build()
}

async fn ask(connector: &Connector, server: &Server) -> Result<String, ConnectorError> {
    let answer = connector.call(server.asked().0).await?;
    let body = ByteStream::new(answer.into_body()).collect().await.expect("a whole body");
    Ok(String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn aws_is_asked_by_either_version_of_tls() {
    for version in [&TLS12, &TLS13] {
        let server = Server::speaking(&[version], FINE).await;

        assert_eq!(ask(&server.trusted(straight()), &server).await.expect("an answer"), "fine");
    }
}

#[tokio::test]
async fn who_cannot_show_who_they_are_hears_nothing() {
    let (server, other) = (Server::saying(FINE).await, Server::saying(FINE).await);

    let error = ask(&other.trusted(straight()), &server).await.expect_err("not trusted");

    assert!(error.is_io(), "{error:?}");
    assert!(format!("{error:?}").contains("InvalidCertificate"), "{error:?}");
}

#[tokio::test]
async fn a_connection_is_kept_until_the_sdk_gives_it_up() {
    let server = Server::saying(FINE).await;
    let connector = server.trusted(straight());

    for _ in 0..3 {
        assert_eq!(ask(&connector, &server).await.expect("an answer"), "fine");
    }
    assert_eq!(server.connections(), 1);

    let (request, connection) = server.asked();
    let answer = connector.call(request).await.expect("an answer");
    connection.get().expect("a connection").poison();
    ByteStream::new(answer.into_body()).collect().await.expect("a whole body");
    assert_eq!(server.connections(), 1, "it was given up after its answer");

    assert_eq!(ask(&connector, &server).await.expect("an answer"), "fine");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn who_says_nothing_is_not_waited_for() {
    let server = Server::saying(SILENCE).await;

    let error = ask(&server.trusted(straight()), &server).await.expect_err("silence");

    assert!(error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn who_hangs_up_in_the_middle_may_be_asked_again() {
    let server = Server::saying(HALF).await;

    let error = ask(&server.trusted(straight()), &server).await.expect_err("half an answer");

    assert_eq!(error.as_other(), Some(ErrorKind::TransientError), "{error:?}");
}

#[tokio::test]
async fn nobody_there_is_told_as_such() {
    let mut server = Server::saying(FINE).await;
    let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    server.port = nobody.local_addr().expect("an address").port();
    drop(nobody);

    let error = ask(&server.trusted(straight()), &server).await.expect_err("nobody is there");

    assert!(error.is_io(), "{error:?}");
    assert!(format!("{error:?}").contains("ConnectionRefused"), "{error:?}");
}

/// What takes connections and does not speak TLS has no limit but ours.
#[tokio::test]
async fn a_connection_that_is_taken_and_left_alone_has_a_limit() {
    let server = Server::saying(FINE).await;
    let deaf = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = deaf.local_addr().expect("an address").port();
    let tls = outbound::trusting([server.certificate.clone()]);
    let connect = Connect::with(tls, straight(), Some(Duration::from_millis(200)));
    let connector = Connector::new(None, connect);

    let began = Instant::now();
    let error = ask(&connector, &Server { port, ..server }).await.expect_err("no handshake");

    assert!(error.is_timeout(), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(5));
}

/// A proxy that leads where it is told to, if who asks logs in; and tells what it was asked.
async fn proxy() -> (u16, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let (tell, told) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let tell = tell.clone();
            tokio::spawn(async move {
                let asked = heard(&mut near).await.expect("a request");
                let to = asked.split(' ').nth(1).expect("where to").to_owned();
                tell.send(asked).expect("the test listens");
                let mut far = TcpStream::connect(to).await.expect("it is there");
                near.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.expect("it is heard");
                joined(&mut near, &mut far).await;
            });
        }
    });
    (port, told)
}

async fn joined(near: &mut (impl AsyncRead + AsyncWrite + Unpin), far: &mut TcpStream) {
    // However it ends, both are gone with this task.
    let _ = tokio::io::copy_bidirectional(near, far).await;
}

#[tokio::test]
async fn a_proxy_leads_to_aws_and_reads_nothing() {
    let server = Server::saying(FINE).await;
    let (port, mut told) = proxy().await;
    let proxies = Matcher::builder().https(format!("http://ada:hush@localhost:{port}")).build();

    assert_eq!(ask(&server.trusted(proxies), &server).await.expect("an answer"), "fine");

    let asked = told.recv().await.expect("the proxy was asked");
    assert!(asked.starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", server.port)));
    assert!(asked.contains("\r\nProxy-Authorization: Basic YWRhOmh1c2g=\r\n"), "{asked}");
}

#[tokio::test]
async fn what_is_no_way_for_a_proxy_is_not_asked_through_it() {
    let server = Server::saying(FINE).await;
    let (port, mut told) = proxy().await;
    let proxy = format!("http://localhost:{port}");

    let excepted = Matcher::builder().https(&*proxy).no("localhost").build();
    assert_eq!(ask(&server.trusted(excepted), &server).await.expect("an answer"), "fine");

    // An emulator, or the credentials of a container: neither speaks TLS.
    let plain = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let at = plain.local_addr().expect("an address");
    tokio::spawn(async move {
        let (mut stream, _) = plain.accept().await.expect("somebody comes");
        heard(&mut stream).await.expect("a request");
        stream.write_all(FINE.as_bytes()).await.expect("it is heard");
    });
    let mut request = HttpRequest::empty();
    request.set_uri(format!("http://{at}/")).expect("an address");
    let all = Matcher::builder().all(&*proxy).build();
    let answer = server.trusted(all).call(request).await.expect("an answer");

    assert!(answer.status().is_success());
    assert!(told.try_recv().is_err(), "the proxy was asked");
}

#[tokio::test]
async fn a_proxy_of_another_kind_is_refused_in_words() {
    let server = Server::saying(FINE).await;
    let proxies = Matcher::builder().https("socks5://ada:hush@localhost:1").build();

    let error = ask(&server.trusted(proxies), &server).await.expect_err("no such proxy");

    let told = format!("{error:?}");
    assert!(told.contains("has to begin with http://, not with socks5://"), "{told}");
    assert!(!told.contains("hush"), "{told}");
}

/// The clients of all services share what one of them has made.
#[test]
fn there_is_one_connector_for_one_patience() {
    use aws_smithy_runtime_api::client::http::{HttpClient as _, HttpConnectorSettings};
    use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;

    let shared = super::AtFirstCall::default();
    let components = RuntimeComponentsBuilder::for_tests().build().expect("components");
    let patient = HttpConnectorSettings::builder().build();
    let hasty = HttpConnectorSettings::builder().connect_timeout(Duration::from_secs(1)).build();

    for settings in [&patient, &hasty, &patient] {
        let _ = shared.http_connector(settings, &components);
    }

    assert_eq!(shared.0.lock().expect("nobody panics").len(), 2);
    assert!(format!("{:?}", client()).contains("AtFirstCall"));
}
