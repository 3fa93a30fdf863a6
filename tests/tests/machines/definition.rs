//! The definitions, read as text, as JSON and as machines.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use asl::{Machine, substitute};
use local::account::MACHINES;
use serde_json::{Map, Value};

/// One definition.
#[derive(Debug)]
pub(crate) struct Definition {
    /// The name of its file without `.asl.json`.
    pub(crate) name: &'static str,
    /// As it is written, with its placeholders.
    pub(crate) json: Value,
    /// Read, with every `${name}` replaced by the name itself.
    pub(crate) machine: Machine,
}

/// A file beside the definitions.
pub(crate) fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../statemachines").join(name)
}

/// Every definition of the account, in its order.
pub(crate) fn all() -> Vec<Definition> {
    let read = |(name, text): (&'static str, &str)| {
        let filled_in = substitute(text, |placeholder| Some(placeholder.to_owned()));
        let filled_in = filled_in.unwrap_or_else(|report| panic!("{name}: {report}"));
        let machine = Machine::read(&filled_in).unwrap_or_else(|report| panic!("{name}: {report}"));
        Definition { name, json: serde_json::from_str(text).expect(name), machine }
    };
    MACHINES.into_iter().map(read).collect()
}

impl Definition {
    /// Every state as it is written, those inside a state after it.
    pub(crate) fn states(&self) -> Vec<(&str, &Map<String, Value>)> {
        let mut found = Vec::new();
        collect(&self.json, &mut found);
        found
    }
}

fn collect<'a>(flow: &'a Value, found: &mut Vec<(&'a str, &'a Map<String, Value>)>) {
    for (name, state) in flow["States"].as_object().expect("a flow has states") {
        found.push((name, state.as_object().expect("a state is an object")));
        if let Some(processor) = state.get("ItemProcessor") {
            collect(processor, found);
        }
        for branch in state.get("Branches").and_then(Value::as_array).into_iter().flatten() {
            collect(branch, found);
        }
    }
}

#[test]
fn every_file_is_a_machine_of_the_account() {
    let there: BTreeSet<String> = fs::read_dir(file(""))
        .expect("the folder of the definitions")
        .filter_map(|entry| entry.expect("a readable entry").file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".asl.json").map(str::to_owned))
        .collect();
    let known: BTreeSet<String> = MACHINES.iter().map(|(name, _)| (*name).to_owned()).collect();

    assert_eq!(there, known);
}

#[test]
fn both_readings_find_the_same_states() {
    for definition in all() {
        let written: Vec<&str> = definition.states().into_iter().map(|(name, _)| name).collect();
        let read: Vec<&str> =
            definition.machine.states().iter().map(asl::StateView::name).collect();
        assert_eq!(written, read, "{}", definition.name);
    }
}
