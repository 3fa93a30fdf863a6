//! Task states that answer from a script, to run a definition with nothing behind it.

use std::collections::HashMap;
use std::future::pending;
use std::time::Duration;

use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::Value;
use tokio::time::sleep;

use crate::error::TaskError;
use crate::integration::Pattern;
use crate::json;
use crate::report::Report;
use crate::resources::{Request, Resources};
use crate::tokens::Tokens;

/// The error of a task that the script has no answer for.
pub const SCRIPT_ENDED: &str = "Script.Ended";

/// Answers the calls of Task states from a script: for each state its answers, in turn.
///
/// ```json
/// {
///   "Plan":  [{"error": "Unavailable", "cause": "…"}, {"result": {"Payload": {"steps": 2}}}],
///   "Watch": [{"result": {"stage": "BAKE_TIME"}, "after_seconds": 90}, {"hang": true}]
/// }
/// ```
///
/// Each retry takes the next answer. A state whose answers have run out, or that is not in the
/// script, fails with [`SCRIPT_ENDED`] and a cause that names it: repeating the last answer would
/// let a loop run on unnoticed. For a task with a token the result (or error) is the answer to its
/// token, and the call itself answers `null` at once; for `lambda:invoke` without a token the
/// result is the whole answer, with `Payload`. `{"hang": true}` never answers.
#[derive(Debug)]
pub struct Script {
    answers: Mutex<HashMap<String, std::vec::IntoIter<Answer>>>,
    tokens: Tokens,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    result: Option<Value>,
    error: Option<String>,
    cause: Option<String>,
    #[serde(default)]
    hang: bool,
    #[serde(default)]
    after_seconds: u64,
}

impl Script {
    /// Reads a script, or reports everything wrong with it. `tokens` are those the execution is
    /// started with.
    pub fn read(text: &str, tokens: Tokens) -> Result<Self, Report> {
        let mut report = Report::default();
        let (value, twice) = json::parse(text).unwrap_or_else(|error| {
            report.add("$", format!("this is not JSON: {error}"), "correct the text");
            (Value::Object(serde_json::Map::new()), Vec::new())
        });
        for path in twice {
            report.add(path, "this key stands twice in its object", "keep one of them");
        }
        let Value::Object(states) = value else {
            report.add("$", "this is not an object", "write `{\"State\": [answers…]}`");
            return Err(report);
        };
        let mut answers = HashMap::new();
        for (state, list) in states {
            let path = json::member("$", &state);
            let Value::Array(list) = list else {
                report.add(path, "this is not an array", "write the state's answers: `[ … ]`");
                continue;
            };
            let read = list.into_iter().enumerate().filter_map(|(index, value)| {
                read_answer(value, &json::item(&path, index), &mut report)
            });
            answers.insert(state, read.collect::<Vec<_>>().into_iter());
        }

        if report.is_empty() {
            Ok(Self { answers: Mutex::new(answers), tokens })
        } else {
            Err(report)
        }
    }

    /// A script without answers, for a machine without tasks.
    pub fn empty(tokens: Tokens) -> Self {
        Self { answers: Mutex::default(), tokens }
    }

    /// The states in the script that `names` does not have: slips of the pen.
    pub fn strangers(&self, names: &[&str]) -> Vec<String> {
        let answers = self.answers.lock();
        let mut strangers: Vec<_> =
            answers.keys().filter(|state| !names.contains(&state.as_str())).cloned().collect();
        strangers.sort();
        strangers
    }

    fn next(&self, state: &str) -> Result<Answer, TaskError> {
        let mut answers = self.answers.lock();
        let answer = answers.get_mut(state).map(Iterator::next);
        let cause = match answer {
            Some(Some(answer)) => return Ok(answer),
            Some(None) => format!("the script has no more answers for the state '{state}'"),
            None => format!("the script has no answers for the state '{state}'"),
        };
        Err(TaskError::new(SCRIPT_ENDED, cause))
    }
}

fn read_answer(value: Value, path: &str, report: &mut Report) -> Option<Answer> {
    // `Option` takes a `null` result for none.
    let has_result = value.get("result").is_some();
    let answer = match Answer::deserialize(value) {
        Ok(answer) => answer,
        Err(error) => {
            report.add(
                path,
                error.to_string(),
                "see the fields result, error, cause, hang, after_seconds",
            );
            return None;
        }
    };
    let kinds = [has_result, answer.error.is_some(), answer.hang];
    if kinds.iter().filter(|given| **given).count() != 1 {
        report.add(
            path,
            "this is not one answer",
            "give either `result`, `error` or `\"hang\": true`",
        );
    }
    if answer.cause.is_some() && answer.error.is_none() {
        report.add(path, "there is a `cause` without an `error`", "add `error`");
    }
    Some(answer)
}

impl Answer {
    async fn give(self) -> Result<Value, TaskError> {
        if self.hang {
            return pending().await;
        }
        if self.after_seconds > 0 {
            sleep(Duration::from_secs(self.after_seconds)).await;
        }
        match self.error {
            Some(error) => Err(TaskError::new(error, self.cause.unwrap_or_default())),
            None => Ok(self.result.unwrap_or(Value::Null)),
        }
    }
}

impl Resources for Script {
    async fn request(&self, request: Request) -> Result<Value, TaskError> {
        let answer = self.next(&request.state)?;
        let (Pattern::WaitForTaskToken, Some(token)) = (request.pattern, request.token) else {
            return answer.give().await;
        };
        let tokens = self.tokens.clone();
        // Outlives the call, as whoever holds a real token would. When the task is over before, the
        // token is closed and the answer comes too late, which is nobody's fault.
        tokio::spawn(async move {
            let _ = match answer.give().await {
                Ok(output) => tokens.succeed(&token, output),
                Err(TaskError { error, cause }) => tokens.fail(&token, error, cause),
            };
        });
        Ok(Value::Null)
    }
}
