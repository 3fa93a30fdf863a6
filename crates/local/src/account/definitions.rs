//! The state machines and rules of the account: the files that AWS gets.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use asl::{Machine, substitute};
use parking_lot::Mutex;
use serde::Deserialize;
use serde_json::Value;

use super::steps::VERBS;
use crate::bus::{Pattern, Rule};

/// The state machines, by name and text.
pub const MACHINES: [(&str, &str); 7] = [
    ("release", include_str!("../../../../statemachines/release.asl.json")),
    ("deployment", include_str!("../../../../statemachines/deployment.asl.json")),
    ("replica-check", include_str!("../../../../statemachines/replica-check.asl.json")),
    ("rollback", include_str!("../../../../statemachines/rollback.asl.json")),
    ("recovery", include_str!("../../../../statemachines/recovery.asl.json")),
    ("terraform", include_str!("../../../../statemachines/terraform.asl.json")),
    ("notification", include_str!("../../../../statemachines/notification.asl.json")),
];

/// The rule by which people are told.
pub(super) const TELLING: &str = "deployment-told";

/// What each rule starts, by name.
const RULES: &str = include_str!("../../../../events/rules.json");

/// The patterns, by the rule's name.
const PATTERNS: [(&str, &str); 12] = [
    ("image-pushed", include_str!("../../../../events/patterns/image-pushed.json")),
    ("hook-waiting", include_str!("../../../../events/patterns/hook-waiting.json")),
    ("deployment-changed", include_str!("../../../../events/patterns/deployment-changed.json")),
    ("alarm-ringing", include_str!("../../../../events/patterns/alarm-ringing.json")),
    ("alert-firing", include_str!("../../../../events/patterns/alert-firing.json")),
    ("alert-told", include_str!("../../../../events/patterns/alert-told.json")),
    ("execution-ended", include_str!("../../../../events/patterns/execution-ended.json")),
    ("state-written", include_str!("../../../../events/patterns/state-written.json")),
    ("state-locked", include_str!("../../../../events/patterns/state-locked.json")),
    ("state-unlocked", include_str!("../../../../events/patterns/state-unlocked.json")),
    ("run-told", include_str!("../../../../events/patterns/run-told.json")),
    ("deployment-told", include_str!("../../../../events/patterns/deployment-told.json")),
];

/// What is started again and again, by name.
const SCHEDULES: &str = include_str!("../../../../events/schedules.json");

/// A step that is called again and again.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recurring {
    /// `rate(15 minutes)`, as EventBridge has it.
    schedule: String,
    /// The step.
    pub(super) function: String,
    /// Its input.
    pub(super) input: Value,
}

impl Recurring {
    /// How often it is called. Only rates in minutes are known here.
    pub(super) fn every(&self) -> Duration {
        let minutes = self.schedule.strip_prefix("rate(");
        let minutes = minutes.and_then(|rest| rest.strip_suffix(" minutes)"));
        let minutes = minutes.and_then(|minutes| minutes.parse().ok());
        Duration::from_mins(minutes.expect("events/schedules.json is tested to have rates"))
    }
}

/// Reads what is started again and again.
pub(super) fn schedules() -> BTreeMap<String, Recurring> {
    serde_json::from_str(SCHEDULES).expect("events/schedules.json is tested to be readable")
}

/// What a rule starts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Target {
    /// A state machine, whose input is the event's detail.
    Machine(String),
    /// A step, whose input is the whole event.
    Function(String),
}

/// The ARN of a state machine of this account.
pub(super) fn machine_arn(region: &str, account: &str, machine: &str) -> String {
    format!("arn:aws:states:{region}:{account}:stateMachine:cutover-{machine}")
}

/// The state machines of an account, by name.
pub(super) type Machines = BTreeMap<String, Arc<Machine>>;

/// The state machines of an account. Reading them takes as long as a whole simulated deployment, so
/// that they are read once, however many accounts of this name a program opens.
pub(super) fn machines(region: &str, account: &str) -> Arc<Machines> {
    static READ: Mutex<BTreeMap<String, Arc<Machines>>> = Mutex::new(BTreeMap::new());
    let mut known = READ.lock();
    let machines = known.entry(format!("{region}:{account}"));
    Arc::clone(machines.or_insert_with(|| Arc::new(read(region, account))))
}

/// Reads the state machines, with their placeholders filled in as Terraform does it.
fn read(region: &str, account: &str) -> Machines {
    let value = |name: &str| match VERBS.contains(&name) {
        true => Some(name.to_owned()),
        false => MACHINES
            .iter()
            .find(|(machine, _)| machine.replace('-', "_") == name)
            .map(|(machine, _)| machine_arn(region, account, machine)),
    };
    let read = |(name, text): (&str, &str)| {
        let text = substitute(text, value).unwrap_or_else(|report| panic!("{name}: {report}"));
        let machine = Machine::read(&text).unwrap_or_else(|report| panic!("{name}: {report}"));
        (name.to_owned(), Arc::new(machine))
    };
    MACHINES.into_iter().map(read).collect()
}

/// Reads what each rule starts.
pub(super) fn targets() -> BTreeMap<String, Target> {
    serde_json::from_str(RULES).expect("events/rules.json is tested to be readable")
}

/// Reads the rules for the bus. Each has one target, named as the rule is.
pub(super) fn rules() -> Vec<Rule> {
    let rule = |(name, text): (&str, &str)| {
        let pattern = Pattern::parse(text).unwrap_or_else(|report| panic!("{name}: {report}"));
        Rule::new(name, pattern, [name])
    };
    PATTERNS.into_iter().map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_deployed_can_be_read() {
        assert_eq!(machines("local", "000000000000").len(), MACHINES.len());
        assert_eq!(rules().len(), PATTERNS.len());
        for (name, target) in targets() {
            assert!(PATTERNS.iter().any(|(rule, _)| *rule == name), "{name} has no pattern");
            match target {
                Target::Machine(machine) => assert!(MACHINES.iter().any(|(m, _)| *m == machine)),
                Target::Function(verb) => assert!(VERBS.contains(&verb.as_str())),
            }
        }
        assert_eq!(targets().len(), PATTERNS.len(), "a rule without a target");
        for (name, schedule) in schedules() {
            assert!(VERBS.contains(&schedule.function.as_str()), "{name}");
            assert!(schedule.every() > Duration::ZERO, "{name}");
        }
    }
}
