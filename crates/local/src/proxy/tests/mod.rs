//! The proxy between real sockets.

mod fixture;

use http::{Method, Request, header};
use http_body_util::{BodyExt, Full};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use self::fixture::{Proxy, get, send, upstream, vacant};
use super::counts::Failed;
use super::headers::REVISION;

const SOON: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_canary_gets_exactly_its_share() {
    let proxy = Proxy::start().await;
    proxy.forward(&[("blue", upstream().await, 900), ("green", upstream().await, 100)]);

    let mut green = 0;
    for _ in 0..50 {
        let answer = get(proxy.address, "/").await;
        assert_eq!(answer.status, 200);
        green += u32::from(answer.headers[REVISION] == "green");
    }

    assert_eq!(green, 5);
    assert_eq!(proxy.requests("green"), 5);
    assert_eq!(proxy.requests("blue"), 45);
    assert_eq!(proxy.counts.totals().served_by_image["image-of-green"], 5);
}

#[tokio::test]
async fn without_a_target_the_answer_is_503_and_counts_as_unanswered() {
    let proxy = Proxy::start().await;

    assert_eq!(get(proxy.address, "/").await.status, 503);
    assert_eq!(proxy.failed(Failed::Unavailable), 1);
}

#[tokio::test]
async fn a_target_that_refuses_is_502_and_one_that_is_silent_is_504() {
    let proxy = Proxy::start().await;

    proxy.forward(&[("blue", vacant().await, 1000)]);
    assert_eq!(get(proxy.address, "/").await.status, 502);

    proxy.forward(&[("blue", upstream().await, 1000)]);
    assert_eq!(get(proxy.address, "/silent").await.status, 504);

    assert_eq!(proxy.failed(Failed::BadGateway), 1);
    assert_eq!(proxy.failed(Failed::TimedOut), 1);
}

#[tokio::test]
async fn an_answer_that_breaks_off_breaks_off_for_the_client_too_and_is_counted() {
    let proxy = Proxy::start().await;
    proxy.forward(&[("blue", upstream().await, 1000)]);

    for path in ["/half", "/stalls"] {
        let request = Request::get(path).body(Full::default()).unwrap();
        assert!(send(proxy.address, request).await.is_err(), "{path}");
    }

    assert_eq!(proxy.failed(Failed::BrokenOff), 2);
}

#[tokio::test]
async fn a_request_over_a_connection_that_the_target_just_closed_is_sent_again() {
    let proxy = Proxy::start().await;
    proxy.forward(&[("blue", fixture::closes_on_the_second_request().await, 1000)]);

    for _ in 0..6 {
        assert_eq!(get(proxy.address, "/").await.status, 200);
    }

    assert_eq!(proxy.failed(Failed::BadGateway), 0);
}

#[tokio::test]
async fn a_request_that_may_have_had_an_effect_is_not_sent_again() {
    let proxy = Proxy::start().await;
    proxy.forward(&[("blue", fixture::closes_on_the_second_request().await, 1000)]);
    assert_eq!(get(proxy.address, "/").await.status, 200);

    let order = Request::post("/orders").body(Full::from("one")).unwrap();

    assert_eq!(send(proxy.address, order).await.unwrap().status, 502);
}

#[tokio::test]
async fn bodies_stream_both_ways_whole() {
    let proxy = Proxy::start().await;
    proxy.forward(&[("blue", upstream().await, 1000)]);
    let body: Vec<u8> = (0..3_000_000u32).map(|n| n.to_le_bytes()[0]).collect();

    let request = Request::post("/echo").body(Full::from(body.clone())).unwrap();
    let answer = send(proxy.address, request).await.unwrap();

    assert_eq!(answer.status, 200);
    assert!(answer.body == body, "{} bytes came back", answer.body.len());
}

#[tokio::test]
async fn a_head_request_keeps_the_length_of_what_it_did_not_ask_for() {
    let proxy = Proxy::start().await;
    proxy.forward(&[("blue", upstream().await, 1000)]);

    let request = Request::head("/").body(Full::default()).unwrap();
    let answer = send(proxy.address, request).await.unwrap();

    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers[header::CONTENT_LENGTH], "5");
    assert!(answer.body.is_empty());
}

#[tokio::test]
async fn connections_are_kept_alive_on_both_sides() {
    let proxy = Proxy::start().await;
    let (address, accepted) = fixture::counting_upstream().await;
    proxy.forward(&[("blue", address, 1000)]);

    let mut connection =
        super::connect::connect::<Full<bytes::Bytes>>(proxy.address).await.unwrap();
    for _ in 0..20 {
        connection.ready().await.unwrap();
        let request = Request::get("/").body(Full::default()).unwrap();
        let answer = connection.send_request(request).await.unwrap();
        answer.into_body().collect().await.unwrap();
    }

    let accepted = accepted.load(std::sync::atomic::Ordering::Relaxed);
    assert!(accepted <= 2, "{accepted} connections for 20 requests in a row");
}

#[tokio::test]
async fn another_protocol_is_refused_but_an_offer_of_http2_is_passed_over() {
    let proxy = Proxy::start().await;
    proxy.forward(&[("blue", upstream().await, 1000)]);
    let upgrade = |to: &'static str| {
        Request::get("/")
            .header(header::CONNECTION, "upgrade")
            .header(header::UPGRADE, to)
            .body(Full::default())
            .unwrap()
    };

    assert_eq!(send(proxy.address, upgrade("websocket")).await.unwrap().status, 501);
    assert_eq!(send(proxy.address, upgrade("h2c")).await.unwrap().status, 200);
    let mut tunnel = Request::new(Full::default());
    *tunnel.method_mut() = Method::CONNECT;
    *tunnel.uri_mut() = "example.org:443".parse().unwrap();
    assert_eq!(send(proxy.address, tunnel).await.unwrap().status, 501);
}

#[tokio::test]
async fn a_client_that_hangs_up_is_no_failure_of_the_service() {
    let proxy = Proxy::start().await;
    proxy.forward(&[("blue", upstream().await, 1000)]);

    let mut client = TcpStream::connect(proxy.address).await.unwrap();
    client.write_all(b"GET /silent HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(client);
    tokio::time::timeout(SOON, async {
        while proxy.requests("blue") == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .expect("it is counted");

    assert!(proxy.counts.totals().failed.is_empty());
}

#[tokio::test]
async fn a_deregistered_target_is_drained_when_its_slow_request_is_answered() {
    let proxy = Proxy::start().await;
    let blue = proxy.forward(&[("blue", upstream().await, 1000)]).remove(0);
    let address = proxy.address;
    let slow = tokio::spawn(async move { get(address, "/slow").await });
    while blue.target.in_flight() == 0 {
        tokio::task::yield_now().await;
    }

    blue.group.deregister(&blue.target);
    assert_eq!(get(proxy.address, "/").await.status, 503, "it gets nothing new");
    assert!(!slow.is_finished());
    blue.target.drained().await;

    assert_eq!(slow.await.unwrap().status, 200);
}

#[tokio::test]
async fn garbage_is_answered_with_400_or_a_closed_connection_and_harms_nobody() {
    let proxy = Proxy::start().await;
    proxy.forward(&[("blue", upstream().await, 1000)]);
    let mut garbage: Vec<Vec<u8>> = vec![
        b"\0\0\0\0\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\ncontent-length: -1\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nzz".to_vec(),
        b"POST /echo HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nxyz\r\n".to_vec(),
        b"GET http:// HTTP/1.1\r\n\r\n".to_vec(),
        b"OPTIONS * HTTP/1.1\r\n\r\n".to_vec(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        b"GET / HTTP/1.1\r\nconnection: \xff, host, ,;\r\nx-forwarded-for: \xff\r\n\r\n".to_vec(),
        [b"GET /".as_slice(), &[b'a'; 100_000], b" HTTP/1.1\r\n\r\n"].concat(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
    ];
    garbage.extend((0..50).map(|_| (0..200).map(|_| rand::random()).collect()));

    for bytes in garbage {
        let mut client = TcpStream::connect(proxy.address).await.unwrap();
        // The proxy may have closed already, which is an answer too.
        _ = client.write_all(&bytes).await;
        _ = client.shutdown().await;
        let mut answer = Vec::new();
        _ = tokio::time::timeout(SOON, client.read_to_end(&mut answer)).await.expect("it ends");
    }

    assert_eq!(get(proxy.address, "/").await.status, 200);
}

#[tokio::test]
async fn closing_a_listener_answers_what_is_in_flight_and_accepts_nothing_more() {
    let proxy = Proxy::start().await;
    proxy.forward(&[("blue", upstream().await, 1000)]);
    let address: SocketAddr = proxy.address;
    let slow = tokio::spawn(async move { get(address, "/slow").await });
    tokio::time::sleep(Duration::from_millis(50)).await;

    proxy.listener.close(SOON).await;

    assert_eq!(slow.await.unwrap().status, 200);
    assert!(TcpStream::connect(address).await.is_err());
}
