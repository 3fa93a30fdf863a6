//! What an answer of Slack means to a step.

use domain::Failure;
use domain::seconds::Seconds;
use serde::Deserialize;
use workflow::ports::Said;

/// How long the channel is left alone when Slack says that it was too much, and not for how long.
const A_WHILE: Seconds = Seconds(30);

/// The longest that Slack is obeyed.
const LONGEST: u64 = 3600;

/// The body of an answer. Slack answers HTTP 200 also where it did not do what was asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    ok: bool,
    ts: Option<String>,
    error: Option<String>,
    needed: Option<String>,
}

/// What an answer means: its status, what it says of when to come back, and its body.
pub(crate) fn read(
    what: &str,
    status: u16,
    retry_after: Option<&str>,
    body: &str,
) -> Result<Said, Failure> {
    if status == 429 {
        return Ok(Said::NotBefore(later(retry_after)));
    }
    if status >= 500 {
        return Err(Failure::Unavailable(format!("could not {what}: Slack answered {status}")));
    }
    let Ok(body) = serde_json::from_str::<Body>(body) else {
        return Err(Failure::Unavailable(format!(
            "could not {what}: the answer ({status}) is not one of Slack's"
        )));
    };
    match (body.ok, body.ts, body.error.as_deref().unwrap_or("no error was named")) {
        (true, Some(ts), _) => Ok(Said::As(ts)),
        (true, None, _) => {
            Err(Failure::Unavailable(format!("could not {what}: no `ts` came back")))
        }
        (false, _, "ratelimited" | "rate_limited") => Ok(Said::NotBefore(later(retry_after))),
        (false, _, "message_not_found" | "thread_not_found" | "cant_update_message") => {
            Ok(Said::Gone)
        }
        (
            false,
            _,
            error @ ("internal_error" | "fatal_error" | "service_unavailable" | "request_timeout"),
        ) => Err(Failure::Unavailable(format!("could not {what}: {error}"))),
        (false, _, error) => {
            let remedy = remedy(error, body.needed.as_deref());
            Err(Failure::Refused(format!("could not {what}: {error}{remedy}")))
        }
    }
}

/// How long to leave the channel alone.
pub(crate) fn later(retry_after: Option<&str>) -> Seconds {
    let seconds = retry_after.and_then(|text| text.trim().parse::<u64>().ok());
    seconds.map_or(A_WHILE, |seconds| Seconds(seconds.clamp(1, LONGEST)))
}

/// What a person can do about an error. Source: Slack, `chat.postMessage`, "Errors".
fn remedy(error: &str, needed: Option<&str>) -> String {
    match (error, needed) {
        ("not_in_channel", _) => "; invite Cutover's bot into the channel".into(),
        ("channel_not_found", _) => {
            "; is it the channel's id, and is the bot in it if it is private?".into()
        }
        ("is_archived", _) => "; the channel is archived: name another one in `tell`".into(),
        ("invalid_auth" | "not_authed" | "token_revoked" | "token_expired", _) => {
            "; the bot's token is not taken: store the one that Slack shows".into()
        }
        ("missing_scope", Some(needed)) => format!("; give the bot the scope {needed}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_message_a_wait_or_a_failure_with_its_name() {
        let read = |status, after, body| read("post to C1", status, after, body);
        let later = |seconds| Ok(Said::NotBefore(Seconds(seconds)));
        for (answer, said) in [
            (read(200, None, r#"{"ok":true,"ts":"1.2"}"#), Ok(Said::As("1.2".into()))),
            (read(429, Some("7"), ""), later(7)),
            (read(429, None, ""), later(30)),
            (read(429, Some("999999"), ""), later(3600)),
            (read(200, Some("3"), r#"{"ok":false,"error":"ratelimited"}"#), later(3)),
            (read(200, None, r#"{"ok":false,"error":"message_not_found"}"#), Ok(Said::Gone)),
            (
                read(503, None, "<html>"),
                Err(Failure::Unavailable("could not post to C1: Slack answered 503".into())),
            ),
            (
                read(200, None, r#"{"ok":false,"error":"fatal_error"}"#),
                Err(Failure::Unavailable("could not post to C1: fatal_error".into())),
            ),
            (
                read(200, None, "<html>"),
                Err(Failure::Unavailable(
                    "could not post to C1: the answer (200) is not one of Slack's".into(),
                )),
            ),
            (
                read(200, None, r#"{"ok":false,"error":"missing_scope","needed":"chat:write"}"#),
                Err(Failure::Refused(
                    "could not post to C1: missing_scope; give the bot the scope chat:write".into(),
                )),
            ),
            (
                read(200, None, r#"{"ok":false,"error":"not_in_channel"}"#),
                Err(Failure::Refused(
                    "could not post to C1: not_in_channel; invite Cutover's bot into the channel"
                        .into(),
                )),
            ),
        ] {
            assert_eq!(answer, said);
        }
    }
}
