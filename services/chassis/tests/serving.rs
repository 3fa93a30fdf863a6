//! A service over HTTP: what every service answers, and each way to fail.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use chassis::{App, Call, Data, Migration, Reply, Server, Settings, StatusCode, Trouble};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

/// How soon a service ends on a busy machine: before the 20 s after which it waits for nobody.
const SOON: Duration = Duration::from_secs(10);

struct Echo;

impl App for Echo {
    const NAME: &'static str = "echo";
    const VERSION: &'static str = "1.2.3";
    const MIGRATIONS: &'static [Migration] = &[];
    const WRITES: bool = false;

    fn new(_: Arc<Data>) -> Self {
        Self
    }

    async fn answer(&self, call: &Call<'_>) -> Result<Reply, Trouble> {
        let trouble = match call.path {
            ["gone"] => Trouble::Gone("no route to 10.0.0.1".to_owned()),
            ["refused"] => Trouble::Refused("no table".to_owned()),
            path => {
                let body = json!({ "method": call.method.as_str(), "path": path, "bytes": call.body.len() });
                return Ok(Reply::json(StatusCode::OK, &body));
            }
        };
        Err(trouble)
    }
}

struct Started {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn start(settings: Settings) -> Started {
    let server = Server::<Echo>::bind(settings).await.expect("a port is free");
    let address = server.address();
    let (stop, stopped) = oneshot::channel();
    let ended = tokio::spawn(server.run(async {
        // Most tests never stop it and let go of the sender.
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
    }));
    Started { address, stop, ended }
}

async fn send(address: SocketAddr, request: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(request.as_bytes()).await.expect("it reads");
    stream
}

async fn read(mut stream: TcpStream) -> (u16, String) {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("it answers");
    let (head, body) = text.split_once("\r\n\r\n").expect("there is a head");
    let status = head.split(' ').nth(1).expect("there is a status");
    (status.parse().expect("it is a number"), body.to_owned())
}

async fn ask(address: SocketAddr, method: &str, path: &str, body: &str) -> (u16, String) {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: echo\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    read(send(address, &request).await).await
}

async fn get(address: SocketAddr, path: &str) -> (u16, String) {
    ask(address, "GET", path, "").await
}

fn parsed(body: &str) -> Value {
    serde_json::from_str(body).expect("it is JSON")
}

#[tokio::test]
async fn a_service_says_what_it_is() {
    let image = Some("ghcr.io/acme/echo@sha256:abc".to_owned());
    let address = start(Settings { image, ..Settings::default() }).await.address;

    let (status, body) = get(address, "/").await;

    assert_eq!(status, 200);
    assert_eq!(
        parsed(&body),
        json!({
            "service": "echo",
            "version": "1.2.3",
            "image": "ghcr.io/acme/echo@sha256:abc",
            "digest": "sha256:abc",
        })
    );
}

#[tokio::test]
async fn a_service_that_was_told_nothing_works() {
    let address = start(Settings::default()).await.address;

    assert_eq!(get(address, "/healthz").await.0, 200);
    let (status, body) = get(address, "/readyz").await;
    let expected = json!({
        "ready": true,
        "dependencies": [
            { "name": "embedded", "needed": true, "up": true },
            { "name": "cache", "needed": false, "up": true },
        ],
    });
    assert_eq!((status, parsed(&body)), (200, expected));
    let (status, body) = get(address, "/smoke").await;
    assert_eq!((status, &parsed(&body)["works"]), (200, &json!(true)));
    let (status, body) = ask(address, "POST", "/a//b?c=d", "four").await;
    let expected = json!({ "method": "POST", "path": ["a", "b"], "bytes": 4 });
    assert_eq!((status, parsed(&body)), (200, expected));
    assert_eq!(ask(address, "POST", "/", "").await.0, 405);
    assert_eq!(ask(address, "POST", "/healthz", "").await.0, 405);
    assert_eq!(ask(address, "HEAD", "/", "").await, (200, String::new()));
}

#[tokio::test]
async fn who_asks_learns_that_the_data_is_gone_and_nothing_of_where_it_is() {
    let address = start(Settings::default()).await.address;

    let (status, body) = get(address, "/gone").await;
    assert_eq!(
        (status, &parsed(&body)["error"]),
        (503, &json!("the database is gone; try again soon"))
    );
    let (status, body) = get(address, "/refused").await;
    assert_eq!(status, 500);
    assert!(!body.contains("no table"), "{body}");
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let address = start(Settings::default()).await.address;

    assert_eq!(ask(address, "POST", "/a", &"x".repeat(64 * 1024)).await.0, 200);
    assert_eq!(ask(address, "POST", "/a", &"x".repeat(64 * 1024 + 1)).await.0, 413);
}

#[tokio::test]
async fn health_and_smoke_fail_when_told_and_nothing_else() {
    let settings = Settings { fail_health: true, ..Settings::default() };
    let address = start(settings).await.address;
    assert_eq!(get(address, "/healthz").await.0, 503);
    assert_eq!(get(address, "/smoke").await.0, 200);
    assert_eq!(get(address, "/").await.0, 200);

    let settings = Settings { fail_smoke: true, ..Settings::default() };
    let address = start(settings).await.address;
    assert_eq!(get(address, "/smoke").await.0, 500);
    assert_eq!(get(address, "/healthz").await.0, 200);
    assert_eq!(get(address, "/").await.0, 200);
}

#[tokio::test]
async fn only_production_requests_fail_by_the_rate_and_are_counted() {
    let settings = Settings { fail_rate: 0.2, ..Settings::default() };
    let address = start(settings).await.address;

    let mut failed = 0;
    for _ in 0..20 {
        failed += u32::from(get(address, "/a").await.0 == 500);
        for probe in ["/healthz", "/readyz", "/smoke", "/metrics"] {
            assert_eq!(get(address, probe).await.0, 200, "{probe}");
        }
    }

    assert_eq!(failed, 4);
    let (_, metrics) = get(address, "/metrics").await;
    for line in [
        r#"http_requests_total{service="echo",status="200"} 16"#,
        r#"http_requests_total{service="echo",status="500"} 4"#,
        r#"http_request_duration_seconds_count{service="echo"} 20"#,
        r#"build_info{service="echo",version="1.2.3",image=""} 1"#,
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in\n{metrics}");
    }
}

#[tokio::test]
async fn only_production_requests_are_slow() {
    let settings = Settings { slow: Duration::from_secs(1), ..Settings::default() };
    let address = start(settings).await.address;

    let began = Instant::now();
    assert_eq!(get(address, "/healthz").await.0, 200);
    assert_eq!(get(address, "/smoke").await.0, 200);
    assert!(began.elapsed() < Duration::from_secs(1));
    assert_eq!(get(address, "/a").await.0, 200);
    assert!(began.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_stopping_service_accepts_nothing_more_and_finishes_what_it_began() {
    let settings = Settings { slow: Duration::from_secs(1), ..Settings::default() };
    let Started { address, stop, ended } = start(settings).await;
    let began = send(address, "GET /a HTTP/1.1\r\nhost: echo\r\n\r\n").await;
    sleep(Duration::from_millis(100)).await;

    stop.send(()).expect("it runs");
    sleep(Duration::from_millis(50)).await;

    assert!(!ended.is_finished(), "a request is being answered");
    assert!(TcpStream::connect(address).await.is_err(), "nothing more is accepted");
    assert_eq!(read(began).await.0, 200);
    timeout(SOON, ended).await.expect("it ends").expect("without a panic");
}

#[tokio::test]
async fn idle_connections_do_not_keep_a_service_from_stopping() {
    let Started { address, stop, ended } = start(Settings::default()).await;
    let silent = TcpStream::connect(address).await.expect("it listens");
    let mut idle = send(address, "GET /a HTTP/1.1\r\nhost: echo\r\n\r\n").await;
    let mut some = [0; 16];
    idle.read_exact(&mut some).await.expect("it answers");

    stop.send(()).expect("it runs");

    timeout(SOON, ended).await.expect("it ends").expect("without a panic");
    drop((silent, idle));
}
