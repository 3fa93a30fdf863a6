//! How we behave where we ask by HTTP.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

#[tokio::test]
async fn we_say_who_we_are_and_are_not_led_on() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("somebody comes");
        let mut heard = vec![0; 4096];
        let length = stream.read(&mut heard).await.expect("a request");
        let moved = "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(moved.as_bytes()).await.expect("it is heard");
        String::from_utf8_lossy(&heard[..length]).into_owned()
    });

    let client = outbound::http().build().expect("a client");
    let answer = client.get(format!("http://{address}/")).send().await.expect("an answer");

    assert_eq!(answer.status(), 302);
    let heard = heard.await.expect("somebody came");
    assert!(heard.contains(concat!("user-agent: cutover/", env!("CARGO_PKG_VERSION"))), "{heard}");
}

#[tokio::test]
async fn why_nothing_came_is_told_without_the_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}/hush", listener.local_addr().expect("an address"));
    let client = outbound::http().timeout(Duration::from_millis(300)).build().expect("a client");
    let told = async || {
        let error = client.get(&address).send().await.expect_err("nobody answers");
        assert!(error.to_string().contains("hush"), "what has to be left out: {error}");
        outbound::cause(&error)
    };

    assert_eq!(told().await, "operation timed out");
    drop(listener);
    let refused = told().await;
    assert!(refused.starts_with("Connection refused"), "{refused}");

    let error = client.get("http://127.0.0.1:0/hush").header("a\n", "b").build();
    assert_eq!(outbound::cause(&error.expect_err("no header")), "invalid HTTP header name");
}

#[tokio::test]
async fn an_error_that_has_no_cause_but_the_address_keeps_that_to_itself() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}/hush", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("somebody comes");
        let _ = stream.read(&mut [0; 4096]).await;
        let refused = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n";
        stream.write_all(refused).await.expect("it is heard");
    });

    let client = outbound::http().build().expect("a client");
    let answer = client.get(&address).send().await.expect("an answer");
    let error = answer.error_for_status().expect_err("403");

    assert!(error.to_string().contains("hush"), "{error}");
    assert_eq!(outbound::cause(&error), "the request failed");
}
