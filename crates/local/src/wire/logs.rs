//! CloudWatch Logs: what tasks print.

use serde::Deserialize;
use serde_json::{Value, json};

use super::refusal::Refusal;
use super::values::{decode, present};
use crate::account::Account;
use crate::plant::Plant;

/// How many lines are told when nobody says how many, and the most that may be asked for.
const MOST: usize = 10_000;

/// An operation: what it is called among the account's calls, and what it does.
type Operation<P> = (&'static str, fn(&Account<P>, &[u8]) -> Result<Value, Refusal>);

pub(super) fn operation<P: Plant>(name: &str) -> Option<Operation<P>> {
    match name {
        "GetLogEvents" => Some(("logs.GetLogEvents", events)),
        "DescribeLogGroups" => Some(("logs.DescribeLogGroups", groups)),
        _ => None,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Describe {
    log_group_name_prefix: Option<String>,
    /// There is one group of a name at most.
    #[serde(rename = "limit")]
    _limit: Option<usize>,
}

/// `DescribeLogGroups`, of that which is called so.
fn groups<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: Describe = decode(body)?;
    let name = input.log_group_name_prefix;
    let name = name.ok_or_else(|| Refusal::missing("logGroupNamePrefix"))?;
    let found: Vec<Value> = match account.has_log_group(&name) {
        true => vec![json!({ "logGroupName": name })],
        false => Vec::new(),
    };
    Ok(json!({ "logGroups": found }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Get {
    log_group_name: Option<String>,
    log_stream_name: Option<String>,
    limit: Option<usize>,
    #[serde(default)]
    start_from_head: bool,
    next_token: Option<String>,
}

/// `GetLogEvents`, of which there is one page. Nobody knows here when a line was printed.
fn events<P: Plant>(account: &Account<P>, body: &[u8]) -> Result<Value, Refusal> {
    let input: Get = decode(body)?;
    let group = input.log_group_name.ok_or_else(|| Refusal::missing("logGroupName"))?;
    let stream = input.log_stream_name.ok_or_else(|| Refusal::missing("logStreamName"))?;
    let most = input.limit.unwrap_or(MOST);
    if !(1..=MOST).contains(&most) {
        return Err(Refusal::invalid(format!("limit is {most} and must be from 1 to {MOST}")));
    }
    let lines = account.output(&group, &stream).ok_or_else(|| {
        Refusal::new("ResourceNotFoundException", "The specified log stream does not exist.")
    })?;

    let lines = match (input.next_token, input.start_from_head) {
        (Some(_), _) => &[],
        (None, true) => &lines[..lines.len().min(most)],
        (None, false) => &lines[lines.len().saturating_sub(most)..],
    };
    let events: Vec<Value> = lines.iter().map(|line| json!({ "message": line })).collect();
    Ok(present(json!({
        "events": events, "nextForwardToken": "f/end", "nextBackwardToken": "b/begin"
    })))
}
