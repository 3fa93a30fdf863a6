//! What starts what: the state machines and the rules, from the files that AWS gets.

use std::collections::BTreeMap;

use local::account::MACHINES;
use serde_json::Value;
use tests::ministack::{ACCOUNT, Ministack, REGION};

/// The name of the bus.
pub(crate) const BUS: &str = "cutover";

const RULES: &str = include_str!("../../../events/rules.json");

/// Makes the state machines from the files that AWS gets, and adds their ARNs.
pub(crate) async fn machines(
    aws: &Ministack,
    mut arns: BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    arns.extend(MACHINES.map(|(machine, _)| (machine.to_owned(), machine_arn(machine))));
    // What is replaced in a definition is named as Terraform names variables.
    let named: BTreeMap<_, _> =
        arns.iter().map(|(name, arn)| (name.replace('-', "_"), arn.clone())).collect();
    for (machine, text) in MACHINES {
        let definition = asl::substitute(text, |name| named.get(name).cloned());
        let definition = definition.unwrap_or_else(|error| panic!("{machine}: {error}"));
        let made = aws.machine(&format!("cutover-{machine}"), &definition).await;
        assert_eq!(made, arns[machine]);
    }
    arns
}

/// Makes the rules from the files that AWS gets. What AWS tells comes to the default bus.
pub(crate) async fn rules(aws: &Ministack, arns: &BTreeMap<String, String>) {
    aws.bus(BUS).await;
    let rules: BTreeMap<String, BTreeMap<String, String>> =
        serde_json::from_str(RULES).expect("events/rules.json");
    for (rule, target) in rules {
        let pattern = pattern(&rule);
        let read: Value = serde_json::from_str(&pattern).expect("a pattern");
        let of_aws = read["source"][0].as_str().is_some_and(|source| source.starts_with("aws."));
        let bus = if of_aws { "default" } else { BUS };
        let name = target.values().next().expect("a rule has a target");
        aws.rule(bus, &format!("cutover-{rule}"), &pattern, &arns[name]).await;
    }
}

fn pattern(rule: &str) -> String {
    let path = format!("{}/../events/patterns/{rule}.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The ARN of the state machine of a definition.
pub(crate) fn machine_arn(machine: &str) -> String {
    format!("arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:cutover-{machine}")
}
