//! A Slack that remembers: it checks tokens, limits and names as Slack does, and shows at the end
//! what a person would see.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};

pub(crate) const TOKEN: &str = "xoxb-hush-slack-token";
pub(crate) const CHANNEL: &str = "C0DEPLOYS";

/// How Slack answers: a status, after how many seconds to come back, and a body.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: Value,
}

#[derive(Debug, Clone)]
struct Message {
    ts: String,
    body: Value,
    replies: Vec<Value>,
    /// How often it was changed.
    changed: usize,
}

#[derive(Debug, Default)]
struct Channel {
    messages: Vec<Message>,
    last: Option<Timestamp>,
    /// When something was taken.
    taken: Vec<Timestamp>,
    turned_away: usize,
}

/// The state of a team.
#[derive(Debug)]
pub(crate) struct Fake(Mutex<BTreeMap<String, Channel>>);

impl Fake {
    /// A team with these channels.
    pub(crate) fn with(channels: &[&str]) -> Self {
        let channels = channels.iter().map(|it| ((*it).to_owned(), Channel::default()));
        Self(Mutex::new(channels.collect()))
    }

    /// A call of a method.
    pub(crate) fn call(&self, method: &str, token: &str, body: &Value, now: Timestamp) -> Answer {
        let mut channels = self.0.lock();
        let no = |error: &str| Answer {
            status: 200,
            retry_after: None,
            body: json!({ "ok": false, "error": error }),
        };
        if token != TOKEN {
            return no("invalid_auth");
        }
        let Some(channel) = channels.get_mut(body["channel"].as_str().unwrap_or_default()) else {
            return no("channel_not_found");
        };
        if let Err(error) = drawable(body) {
            return no(&format!("invalid_blocks: {error}"));
        }
        let apart = |last: &Timestamp| now.duration_since(*last).as_millis() >= 1_000;
        if channel.last.as_ref().is_some_and(|last| !apart(last)) {
            channel.turned_away += 1;
            return Answer { status: 429, retry_after: Some(1), body: json!({ "ok": false }) };
        }

        let ts = match (method, body["thread_ts"].as_str()) {
            ("chat.postMessage", None) => {
                let ts = format!("{}.{:06}", now.as_second(), channel.messages.len());
                let body = body.clone();
                let message = Message { ts: ts.clone(), body, replies: vec![], changed: 0 };
                channel.messages.push(message);
                ts
            }
            ("chat.postMessage", Some(above)) => {
                let found = channel.messages.iter_mut().find(|it| it.ts == above);
                let Some(message) = found else { return no("thread_not_found") };
                message.replies.push(body.clone());
                format!("{}.9{:05}", now.as_second(), message.replies.len())
            }
            ("chat.update", _) => {
                let ts = body["ts"].as_str().unwrap_or_default().to_owned();
                let found = channel.messages.iter_mut().find(|it| it.ts == ts);
                let Some(message) = found else { return no("message_not_found") };
                message.body = body.clone();
                message.changed += 1;
                ts
            }
            _ => return no("unknown_method"),
        };
        channel.last = Some(now);
        channel.taken.push(now);
        let body = json!({ "ok": true, "channel": body["channel"], "ts": ts });
        Answer { status: 200, retry_after: None, body }
    }

    /// Somebody deletes the newest message.
    pub(crate) fn delete(&self, channel: &str) {
        self.0.lock().get_mut(channel).and_then(|it| it.messages.pop()).expect("a message");
    }

    /// How often a channel was asked too early.
    pub(crate) fn turned_away(&self, channel: &str) -> usize {
        self.0.lock()[channel].turned_away
    }

    /// When a channel took something.
    pub(crate) fn taken(&self, channel: &str) -> Vec<Timestamp> {
        self.0.lock()[channel].taken.clone()
    }

    /// The messages of a channel as they stand, with how often each was changed.
    pub(crate) fn messages(&self, channel: &str) -> Vec<(Value, usize)> {
        let channels = self.0.lock();
        channels[channel].messages.iter().map(|it| (it.body.clone(), it.changed)).collect()
    }

    /// What a person sees in a channel.
    pub(crate) fn seen(&self, channel: &str) -> String {
        let channels = self.0.lock();
        let mut seen = String::new();
        for message in &channels[channel].messages {
            let _ = write!(seen, "{}", drawn(&message.body));
            for reply in &message.replies {
                let also =
                    if reply["reply_broadcast"] == true { " (also in the channel)" } else { "" };
                let lines = drawn(reply);
                for line in lines.lines() {
                    let _ = writeln!(seen, "    ↳ {line}");
                }
                if !also.is_empty() {
                    let _ = writeln!(seen, "    ↳{also}");
                }
            }
        }
        seen
    }
}

/// Whether Slack would draw it. Source: Slack, "Blocks reference".
fn drawable(body: &Value) -> Result<(), String> {
    let text = body["text"].as_str().ok_or("no text")?;
    if text.contains('<') || text.chars().count() > 4_000 {
        return Err(format!("text {text:?}"));
    }
    let blocks = body["blocks"].as_array().ok_or("no blocks")?;
    if blocks.is_empty() || blocks.len() > 50 {
        return Err(format!("{} blocks", blocks.len()));
    }
    for block in blocks {
        match block["type"].as_str() {
            Some("header") => short(&block["text"], 150)?,
            Some("section") => {
                let fields = block["fields"].as_array().cloned().unwrap_or_default();
                if fields.len() > 10 || (fields.is_empty() && block["text"].is_null()) {
                    return Err(format!("a section with {} fields", fields.len()));
                }
                fields.iter().try_for_each(|field| short(field, 2_000))?;
                if !block["text"].is_null() {
                    short(&block["text"], 3_000)?;
                }
            }
            Some("actions") => {
                let buttons = block["elements"].as_array().ok_or("no elements")?;
                if buttons.is_empty() || buttons.len() > 25 {
                    return Err(format!("{} buttons", buttons.len()));
                }
                for button in buttons {
                    short(&button["text"], 75)?;
                    let value = button["value"].as_str().unwrap_or_default();
                    let value: Value =
                        serde_json::from_str(value).map_err(|error| error.to_string())?;
                    if value["deployment"].is_null() || value["service"].is_null() {
                        return Err(format!("{button}"));
                    }
                }
            }
            other => return Err(format!("a block {other:?}")),
        }
    }
    Ok(())
}

/// A plain text that is not too long and not empty.
fn short(text: &Value, most: usize) -> Result<(), String> {
    let said = text["text"].as_str().unwrap_or_default();
    let right = text["type"] == "plain_text" && (1..=most).contains(&said.encode_utf16().count());
    right.then_some(()).ok_or_else(|| format!("{text}"))
}

/// A message as text.
fn drawn(body: &Value) -> String {
    let mut drawn = String::new();
    let text = |it: &Value| it["text"].as_str().unwrap_or_default().to_owned();
    for block in body["blocks"].as_array().into_iter().flatten() {
        match block["type"].as_str() {
            Some("header") => {
                let _ = writeln!(drawn, "■ {}", text(&block["text"]));
            }
            Some("actions") => {
                let buttons = block["elements"].as_array().into_iter().flatten();
                let buttons: Vec<_> =
                    buttons.map(|it| format!("[{}]", text(&it["text"]))).collect();
                let _ = writeln!(drawn, "  {}", buttons.join(" "));
            }
            _ => {
                for line in text(&block["text"]).lines() {
                    let _ = writeln!(drawn, "  {line}");
                }
                for field in block["fields"].as_array().into_iter().flatten() {
                    let _ = writeln!(drawn, "  {}", text(field).replacen('\n', ": ", 1));
                }
            }
        }
    }
    drawn
}
