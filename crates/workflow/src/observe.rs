//! Finds out what a stopped execution left behind.

use domain::Failure;
use domain::desk::Lease;
use domain::event::ExecutionEnded;
use domain::name::DeploymentId;
use domain::outcome::Caught;
use domain::plan::Plan;
use domain::preflight::Serving;
use domain::record::Record;
use domain::rollout::Rollout;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ports::{Fleet, Ledger};
use crate::restore::find;

/// What an execution left behind: the input of the steps that bring it to its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LeftBehind {
    /// The execution.
    pub deployment: DeploymentId,
    /// Its input.
    pub request: Value,
    /// Whether nothing at all is left to be done.
    pub over: bool,
    /// Whether a rollout is to be taken back first.
    pub in_flight: bool,
    /// What it planned.
    pub plan: Option<Plan>,
    /// The lease it holds.
    pub lease: Option<Lease>,
    /// What served before.
    pub blue: Option<Serving>,
    /// Its rollout.
    pub rollout: Option<Rollout>,
    /// How it ended.
    pub failure: Caught,
}

/// Finds out what an execution that was stopped, failed or timed out left behind.
pub async fn observe(
    fleet: &impl Fleet,
    ledger: &impl Ledger,
    ended: ExecutionEnded,
) -> Result<LeftBehind, Failure> {
    let record = ledger.record(&ended.name).await?;
    let request = match (&ended.input, record.as_ref().and_then(Record::request)) {
        (Some(input), _) => serde_json::from_str(input).unwrap_or(Value::Null),
        (None, Some(request)) => serde_json::to_value(request).unwrap_or(Value::Null),
        (None, None) => Value::Null,
    };
    let plan = record.as_ref().and_then(as_it_was);
    let ended_well = record.as_ref().is_some_and(|record| record.outcome().is_some());
    let (rollout, lease, stands) = match &plan {
        Some(plan) => {
            let green = record.as_ref().and_then(Record::green);
            let desk = ledger.desk(&plan.service.name).await?;
            let stands = desk.names(&ended.name);
            let lease = desk.lease.filter(|lease| lease.holder == ended.name);
            (find(fleet, plan, green).await?, lease, stands)
        }
        None => (None, None, false),
    };
    // A deployment that said its end has nothing in flight; it may still stand in the way.
    let in_flight = match &rollout {
        Some(rollout) if !ended_well => !fleet.rollout(&rollout.arn).await?.status.is_end(),
        _ => false,
    };

    tracing::warn!(deployment = %ended.name, status = ended.status, in_flight, "observed what {} left behind", ended.name);
    Ok(LeftBehind {
        blue: record.as_ref().and_then(Record::blue).cloned(),
        deployment: ended.name,
        request,
        over: ended_well && !stands,
        in_flight,
        plan,
        lease,
        rollout,
        failure: told(ended.status, ended.error, ended.cause),
    })
}

/// What was planned, and what is known of it since.
fn as_it_was(record: &Record) -> Option<Plan> {
    let irreversible = record.is_irreversible();
    Some(Plan { irreversible, ..record.plan()?.clone() })
}

/// How an execution ended, as a sentence.
fn told(status: String, error: Option<String>, cause: Option<String>) -> Caught {
    let how = match status.as_str() {
        "ABORTED" => "its execution was stopped".to_owned(),
        "LOST" => "its execution is gone, and nobody told".to_owned(),
        "TIMED_OUT" => "its execution ran out of time".to_owned(),
        _ => "its execution failed".to_owned(),
    };
    let details: Vec<String> =
        [error, cause].into_iter().flatten().filter(|s| !s.is_empty()).collect();
    let cause = match details.is_empty() {
        true => how,
        false => format!("{how} ({})", details.join(": ")),
    };
    Caught { error: status, cause }
}
