//! What a deployment costs: what was used in the rehearsal, and what AWS asks for it.

use serde::Serialize;

use super::prices::{self, Price};
use super::rehearsal::Rehearsal;
use super::units::Units;

/// The memory of a function, in GB.
const MEMORY: f64 = 0.25;
/// What each run of a function takes before its step begins, as if none were ever kept warm.
const START_MILLIS: u64 = 250;
/// What each request takes that a step makes, with its share of making connections.
const REQUEST_MILLIS: u64 = 100;
/// What each run of a function writes to its log, with the three lines of Lambda itself.
const LOG_KB: u64 = 2;

/// What a deployment costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Bill {
    /// Always US dollars.
    currency: &'static str,
    /// Where the prices hold.
    pub(super) region: &'static str,
    /// When they were last compared with their pages.
    pub(super) as_of: &'static str,
    /// What it costs, by service.
    pub(super) lines: Vec<Line>,
    /// All of it.
    pub(super) total: f64,
}

/// One thing that is paid for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Line {
    /// What.
    pub(super) what: &'static str,
    /// How much of it was used.
    pub(super) amount: f64,
    /// The price.
    pub(super) price: Price,
    /// What that costs.
    pub(super) usd: f64,
    /// How it was counted, and what was assumed.
    pub(super) counted: String,
}

impl Bill {
    /// The bill of a rehearsed deployment.
    pub(super) fn of(rehearsal: &Rehearsal) -> Self {
        let transitions: usize = rehearsal.transitions.values().sum();
        let runs: u64 = rehearsal.steps.values().sum();
        let mut used = rehearsal.meter.units;
        for _ in 0..rehearsal.steps.get("receive").copied().unwrap_or_default() {
            used += Units::of_webhook();
        }
        let millis = runs * START_MILLIS + used.requests * REQUEST_MILLIS + used.millis;

        let machines = rehearsal.transitions.iter();
        let machines: Vec<_> = machines
            .map(|(machine, number)| format!("{number} of the {machine} machine"))
            .collect();
        let lines = vec![
            line("Step Functions", number(transitions as u64), prices::TRANSITION, || {
                format!("{}; every state entered", machines.join(", "))
            }),
            line("Lambda calls", number(runs), prices::FUNCTION_CALL, || {
                "every step run by a machine, a rule or the webhook".to_owned()
            }),
            line("Lambda time", number(millis) / 1e3 * MEMORY, prices::FUNCTION_TIME, || {
                format!(
                    "{MEMORY} GB on arm64; {START_MILLIS} ms a run, as if every start were a cold one; \
                     {REQUEST_MILLIS} ms for each of {} requests; smoke requests as long as they may",
                    used.requests
                )
            }),
            line("DynamoDB reads", number(used.reads), prices::READ, || {
                "the desk, or for an event those of 20 services; the record as far as it is written"
                    .to_owned()
            }),
            line("DynamoDB writes", number(used.writes), prices::WRITE, || {
                "each change of the desk and each entry of the record, 1 KB a unit".to_owned()
            }),
            line("EventBridge", number(used.events), prices::EVENT, || {
                "events of ours; those of ECS, CloudWatch and Step Functions are free".to_owned()
            }),
            line("CloudWatch alarms", number(used.alarm_reads), prices::ALARM_READ, || {
                "how the alarms stand, before it begins and at every look; the alarms are yours"
                    .to_owned()
            }),
            line("CloudWatch Logs", number(runs * LOG_KB), prices::LOG, || {
                format!("{LOG_KB} KB for each run of a function")
            }),
            line("CloudWatch metrics", number(rehearsal.metrics as u64), prices::METRIC, || {
                "what is measured of it, as if nothing else were deployed within the hour"
                    .to_owned()
            }),
            line("Secrets Manager", number(used.secrets), prices::SECRET, || {
                "the secret of the webhook, the login of the registry, the token of Slack's bot"
                    .to_owned()
            }),
            line("SNS", number(used.letters), prices::LETTER, || {
                "the letter about its end; its delivery by e-mail is not counted".to_owned()
            }),
        ];
        let total = lines.iter().map(|line| line.usd).sum();
        Self { currency: "USD", region: prices::REGION, as_of: prices::AS_OF, lines, total }
    }
}

fn line(what: &'static str, amount: f64, price: Price, counted: impl FnOnce() -> String) -> Line {
    Line { what, amount, price, usd: price.of(amount), counted: counted() }
}

#[expect(clippy::cast_precision_loss, reason = "a deployment uses far less than 2^52 of anything")]
fn number(amount: u64) -> f64 {
    amount as f64
}

/// What a task of 1 vCPU and 2 GB costs for a minute, in US dollars.
pub(super) fn minute_of_a_task() -> f64 {
    prices::TASK.of(60.0)
}

/// What a task of 1 vCPU and 2 GB costs while both fleets stand, in US dollars.
pub(super) fn second_fleet(rehearsal: &Rehearsal) -> f64 {
    prices::TASK.of(number(rehearsal.took.0))
}
