//! The client, against the same Slack on a socket.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use axum::routing::post;
use domain::Failure;
use domain::desk::Desk;
use domain::record::Record;
use domain::seconds::Seconds;
use domain::telling::{Message, Telling};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};
use slack::Slack;
use tokio::net::TcpListener;
use tokio::time::Instant;
use workflow::ports::{Chat, Said};

use crate::fake::{CHANNEL, Fake, TOKEN};

/// Opens a Slack, and answers where its methods are.
async fn open(fake: &Arc<Fake>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let app = Router::new().route("/api/{method}", post(answer)).with_state(Arc::clone(fake));
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}/api/")
}

async fn answer(
    State(fake): State<Arc<Fake>>,
    Path(method): Path<String>,
    headers: HeaderMap,
    axum::Json(body): axum::Json<Value>,
) -> impl IntoResponse {
    let token = headers["authorization"].to_str().expect("a text");
    let token = token.strip_prefix("Bearer ").expect("a bearer");
    let answer = fake.call(&method, token, &body, Timestamp::now());
    let mut headers = HeaderMap::new();
    if let Some(after) = answer.retry_after {
        headers.insert("retry-after", after.into());
    }
    let status = StatusCode::from_u16(answer.status).expect("a status");
    (status, headers, axum::Json(answer.body))
}

/// What is told of a deployment that was only asked for.
fn telling() -> Telling {
    let mut record =
        Record::new("checkout-1".parse().expect("it"), "checkout".parse().expect("it"));
    let request = json!({ "what": "requested", "request": { "service": "checkout", "tag": "v1" } });
    record.append(serde_json::from_value(request).expect("an entry"), Timestamp::UNIX_EPOCH);
    Telling::of(&record, &Desk::new("checkout".parse().expect("it")), Timestamp::UNIX_EPOCH)
}

#[tokio::test]
async fn a_message_is_posted_changed_and_has_lines_below_it_at_the_pace_that_slack_keeps() {
    let fake = Arc::new(Fake::with(&[CHANNEL]));
    let slack = Slack::at(&open(&fake).await, TOKEN).expect("a client").with_buttons();
    let telling = telling();
    let say = async |message: Message| slack.say(CHANNEL, &telling, &message).await;

    let began = Instant::now();
    let Ok(Said::As(ts)) = say(Message::First).await else { panic!("it is not posted") };
    assert!(began.elapsed().as_secs() < 1, "of ours it takes less than a second");
    let changed = Message::Changed(ts.clone());
    assert_eq!(say(changed.clone()).await, Ok(Said::NotBefore(Seconds(1))));
    tokio::time::sleep(std::time::Duration::from_millis(1_010)).await;
    assert_eq!(say(changed).await, Ok(Said::As(ts.clone())));
    tokio::time::sleep(std::time::Duration::from_millis(1_010)).await;
    let line = serde_json::from_value(json!({ "at": "2026-03-01T03:00:00Z", "text": "it began" }));
    let below = Message::Below(ts, vec![line.expect("a line")]);
    assert!(matches!(say(below).await, Ok(Said::As(_))));
    tokio::time::sleep(std::time::Duration::from_millis(1_010)).await;
    assert_eq!(say(Message::Changed("0.1".into())).await, Ok(Said::Gone));

    let seen = fake.seen(CHANNEL);
    assert!(seen.starts_with("■ waiting: checkout v1\n"), "{seen}");
    assert!(seen.contains("    ↳   03:00:00 it began"), "{seen}");
}

#[tokio::test]
async fn what_slack_will_not_do_is_told_with_its_name_and_a_remedy() {
    let fake = Arc::new(Fake::with(&[CHANNEL]));
    let url = open(&fake).await;
    let telling = telling();
    for (token, channel, says) in [
        ("xoxb-wrong", CHANNEL, "invalid_auth; the bot's token is not taken"),
        (TOKEN, "C0ELSEWHERE", "channel_not_found; is it the channel's id"),
    ] {
        let slack = Slack::at(&url, token).expect("a client");
        let Err(Failure::Refused(why)) = slack.say(channel, &telling, &Message::First).await else {
            panic!("it is refused")
        };
        assert!(why.contains(says), "{why}");
        assert!(!why.contains("xoxb"), "{why}");
    }
}

#[tokio::test]
async fn nobody_there_may_be_there_later() {
    let slack = Slack::at("http://127.0.0.1:9/api", TOKEN).expect("a client");

    let lost = slack.say(CHANNEL, &telling(), &Message::First).await;

    assert!(
        matches!(&lost, Err(Failure::Unavailable(why)) if !why.contains("127.0.0.1")),
        "{lost:?}"
    );
}

#[tokio::test]
async fn an_incoming_webhook_says_only_what_calls_people_and_what_ended() {
    let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
    let hears = Arc::clone(&heard);
    let app = Router::new().route(
        "/services/T/B/hush",
        post(async move |axum::Json(body): axum::Json<Value>| {
            hears.lock().push(body);
            "ok"
        }),
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, app).await });
    let slack = Slack::webhook(&format!("http://{address}/services/T/B/hush")).expect("a client");

    let waiting = telling();
    let mut stuck = telling();
    stuck.state = serde_json::from_value(json!({ "is": "ended", "end": "Stuck" })).expect("it");
    for (telling, message) in [
        (&waiting, Message::First),
        (&waiting, Message::Below("webhook".into(), vec![])),
        (&stuck, Message::Changed("webhook".into())),
    ] {
        assert_eq!(slack.say(CHANNEL, telling, &message).await, Ok(Said::As("webhook".into())));
    }

    let heard = heard.lock();
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0]["text"], "Stuck: checkout v1");
    let blocks = heard[0]["blocks"].to_string();
    assert!(!blocks.contains("actions"), "nobody would answer its buttons: {blocks}");
}
