//! Queries to servers on this machine.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Query;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::any;
use futures_util::stream;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::*;

/// Shows nothing of who asks.
async fn nobody(_: &Url) -> Result<Vec<Header>, String> {
    Ok(Vec::new())
}

/// A server that answers by what it is asked.
async fn server() -> String {
    let answer =
        async |Query(asked): Query<Vec<(String, String)>>, headers: HeaderMap| -> Response {
            let samples = |samples: serde_json::Value| {
                axum::Json(json!({ "status": "success",
                "data": { "resultType": "vector", "result": samples } }))
                .into_response()
            };
            match asked[0].1.as_str() {
                "up" => samples(json!([
                    { "metric": { "job": "a" }, "value": [1.5, "1"] },
                    { "metric": { "job": "b" }, "value": [1.5, "NaN"] }
                ])),
                "scalar(1)" => axum::Json(json!({ "status": "success",
                "data": { "resultType": "scalar", "result": [1.5, "0.25"] } }))
                .into_response(),
                "who asks?" => {
                    let who = headers["authorization"].to_str().expect("a header of text");
                    samples(json!([{ "metric": {}, "value": [1.5, who] }]))
                }
                "nothing" => samples(json!([])),
                "words" => samples(json!([{ "metric": {}, "value": [1.5, "many"] }])),
                "html" => Html("<html>log in, hunter2</html>").into_response(),
                "login" => Redirect::to("http://127.0.0.1:1/login").into_response(),
                "endless" => {
                    let part = || Ok::<_, std::io::Error>(vec![b' '; 64 * 1024]);
                    Body::from_stream(stream::repeat_with(part)).into_response()
                }
                "silent" => {
                    tokio::time::sleep(Duration::from_secs(60)).await;
                    StatusCode::OK.into_response()
                }
                _ => {
                    let error = json!({ "status": "error", "errorType": "bad_data",
                    "error": "1:5: parse error: unexpected end of input" });
                    (StatusCode::BAD_REQUEST, axum::Json(error)).into_response()
                }
            }
        };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let router = Router::new().route("/prometheus/api/v1/query", any(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/prometheus/")
}

#[tokio::test]
async fn the_samples_of_now_are_told() {
    let server = server().await;
    let ask = async |query: &str| Servers::default().ask(&server, query, nobody).await;

    let up = ask("up").await.expect("samples");
    assert!(up.len() == 2 && (up[0] - 1.0).abs() < 1e-9 && up[1].is_nan(), "{up:?}");
    assert_eq!(ask("scalar(1)").await, Ok(vec![0.25]));
    assert_eq!(ask("nothing").await, Ok(vec![]));
}

#[tokio::test]
async fn who_asks_is_shown_by_headers_for_the_very_address() {
    let server = server().await;
    let sign = async |address: &Url| {
        assert_eq!(address.query(), Some("query=who%20asks%3F"));
        Ok(vec![("authorization".to_owned(), "41".to_owned())])
    };
    assert_eq!(Servers::default().ask(&server, "who asks?", sign).await, Ok(vec![41.0]));

    let refuses = async |_: &Url| Err("no credentials".to_owned());
    let failure = Servers::default().ask(&server, "up", refuses).await.expect_err("unsigned");
    assert!(failure.to_string().ends_with(": no credentials"), "{failure}");
}

#[tokio::test]
async fn what_is_no_answer_is_told_for_what_it_is() {
    let server = server().await;
    let servers = Servers { patience: Duration::from_secs(1), ..Servers::default() };

    let began = Instant::now();
    for (query, says) in [
        ("html", "it answered 200 OK with text/html; charset=utf-8, and not as Prometheus does"),
        ("login", "it answered 303 See Other with nothing that says what it is, and not as"),
        ("endless", "it answers with more than 1048576 bytes"),
        ("silent", "no whole answer in 1 s"),
        ("rate(", "it says bad_data: 1:5: parse error: unexpected end of input"),
        ("words", "many is no number"),
    ] {
        let failure = servers.ask(&server, query, nobody).await.expect_err(query);
        let told = failure.to_string();
        assert_eq!(failure.name(), "Unavailable");
        assert!(told.contains(says) && !told.contains("hunter2"), "{query}: {told}");
    }
    let unheard =
        servers.ask("http://127.0.0.1:1", "up", nobody).await.expect_err("nobody is there");
    assert!(unheard.to_string().starts_with("could not ask http://127.0.0.1:1: "), "{unheard}");
    assert!(began.elapsed() < Duration::from_secs(20), "nothing is waited for for long");
}
