//! Reads a definition from the top down, collecting everything that is wrong.

use std::collections::HashMap;

use serde_json::Value;

use super::fields::{self, is_close};
use super::flow::{Facts, check_reach};
use super::object::Fields;
use super::variables::check_variables;
use super::{DEFINITION_LIMIT, Flow, Machine};
use crate::json::{self, member};
use crate::report::Report;

/// The longest time-out that Step Functions takes, in seconds.
pub(super) const LONGEST: u64 = 99_999_999;

/// What has been found so far.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) report: Report,
    /// Every state name read so far, and where.
    pub(super) names: HashMap<String, String>,
    /// Variables that the state being read refers to, and where.
    pub(super) used: Vec<(String, String)>,
    /// Variables that the state being read assigns, and where.
    pub(super) assigned: Vec<(String, String)>,
}

/// The states that a state may lead to: their names and places in the flow.
pub(super) type Targets<'a> = HashMap<&'a str, usize>;

pub(super) fn read(text: &str) -> Result<Machine, Report> {
    let mut reader = Reader::default();
    if text.len() > DEFINITION_LIMIT {
        reader.report.add(
            "$",
            format!("the definition has {} bytes", text.len()),
            format!("keep it within {DEFINITION_LIMIT} bytes"),
        );
        return Err(reader.report);
    }
    let value = match json::parse(text) {
        Ok((value, twice)) => {
            for path in twice {
                reader.report.add(path, "this key stands twice in its object", "keep one of them");
            }
            value
        }
        Err(error) => {
            reader.report.add("$", format!("this is not JSON: {error}"), "correct the text");
            return Err(reader.report);
        }
    };

    let machine = reader.machine(&value);

    match machine {
        Some(machine) if reader.report.is_empty() => Ok(machine),
        _ => Err(reader.report),
    }
}

impl Reader {
    fn machine(&mut self, value: &Value) -> Option<Machine> {
        let fields = self.object(value, "$".to_owned())?;
        self.known(&fields, "the state machine", fields::MACHINE);
        match fields.get("QueryLanguage") {
            Some((Value::String(language), _)) if language == "JSONata" => {}
            Some((_, path)) => {
                self.report.add(path, "only JSONata is supported", "write `\"JSONata\"`");
            }
            None => self.report.add(
                "$",
                "`QueryLanguage` is missing, which would mean JSONPath",
                "add `\"QueryLanguage\": \"JSONata\"`",
            ),
        }
        if let Some(version) = self.string(&fields, "Version").filter(|version| version != "1.0") {
            self.report.add(
                "$.Version",
                format!("there is no version `{version}`"),
                "write `\"1.0\"`",
            );
        }
        let comment = self.string(&fields, "Comment");
        let timeout = self.whole(&fields, "TimeoutSeconds", 1..=LONGEST);
        let (flow, facts) = self.flow(&fields);

        check_reach(&facts, &mut self.report);
        check_variables(&facts, &mut self.report);
        Some(Machine { comment, timeout, flow })
    }

    /// `StartAt` and `States`.
    pub(super) fn flow(&mut self, fields: &Fields<'_>) -> (Flow, Facts) {
        let mut facts = Facts { path: fields.path.clone(), ..Facts::default() };
        let mut flow = Flow::default();
        self.required(fields, "StartAt");
        self.required(fields, "States");
        let Some((states, path)) = fields.get("States") else { return (flow, facts) };
        let Some(states) = self.object(states, path) else { return (flow, facts) };
        if states.map.is_empty() {
            self.report.add(&*states.path, "there are no states", "add at least one");
        }
        let targets: Targets<'_> =
            states.map.keys().enumerate().map(|(place, name)| (name.as_str(), place)).collect();

        if let Some(start) = self.target(fields, "StartAt", &targets) {
            flow.start = start;
            facts.start = Some(start);
        }
        for (name, state) in states.map {
            let path = member(&states.path, name);
            self.name(name, &path);
            let (state, found) = self.state(name, state, path, &targets);
            flow.states.push(state);
            facts.states.push(found);
        }
        (flow, facts)
    }

    fn name(&mut self, name: &str, path: &str) {
        if name.chars().count() > 80 {
            self.report.add(path, "the name is longer than 80 characters", "shorten it");
        }
        if name.is_empty() {
            self.report.add(path, "the name is empty", "give the state a name");
        }
        if let Some(other) = self.names.insert(name.to_owned(), path.to_owned()) {
            self.report.add(
                path,
                format!("the name `{name}` is taken by {other}"),
                "names must differ in the whole machine, also inside branches",
            );
        }
    }

    /// The state that the field `name` of `fields` names.
    pub(super) fn target(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        targets: &Targets<'_>,
    ) -> Option<usize> {
        let (_, path) = fields.get(name)?;
        let target = self.string(fields, name)?;
        let found = targets.get(target.as_str()).copied();
        if found.is_none() {
            let close = targets.keys().filter(|known| is_close(known, &target)).min();
            let elsewhere =
                "a state can only lead to one of the same flow, not into or out of a branch";
            let remedy = close.map_or(elsewhere.to_owned(), |close| format!("write `{close}`"));
            self.report.add(path, format!("there is no state `{target}` here"), remedy);
        }
        found
    }

    /// Reports every field that is not among `allowed`.
    pub(super) fn known(&mut self, fields: &Fields<'_>, owner: &str, allowed: &[&str]) {
        for name in fields.map.keys().filter(|name| !allowed.contains(&name.as_str())) {
            let (what, remedy) = fields::refusal(owner, name, allowed);
            self.report.add(member(&fields.path, name), what, remedy);
        }
    }
}
