//! Reads one state.

use serde_json::Value;

use super::fields;
use super::flow::{Exit, Facts, StateFacts};
use super::object::Fields;
use super::place::Place;
use super::reader::{LONGEST, Reader, Targets};
use super::{Amount, Kind, Leave, Next, State, Task, Wait};
use crate::integration::Pattern;
use crate::json::item;

/// What was read of a state besides its kind.
#[derive(Default)]
pub(super) struct Around {
    pub(super) exits: Vec<Exit>,
    pub(super) inner: Vec<Facts>,
}

impl Reader {
    pub(super) fn state(
        &mut self,
        name: &str,
        value: &Value,
        path: String,
        targets: &Targets<'_>,
    ) -> (State, StateFacts) {
        let used = std::mem::take(&mut self.used);
        let assigned = std::mem::take(&mut self.assigned);

        let mut around = Around::default();
        let mut state = State {
            name: name.into(),
            comment: None,
            kind: Kind::Pass,
            leave: Leave::default(),
            next: Next::End,
            retry: Vec::new(),
            catch: Vec::new(),
        };
        if let Some(fields) = self.object(value, path.clone()) {
            self.state_fields(&mut state, &fields, targets, &mut around);
        }

        let used = std::mem::replace(&mut self.used, used);
        let assigned = std::mem::replace(&mut self.assigned, assigned);
        (state, StateFacts { path, used, assigned, exits: around.exits, inner: around.inner })
    }

    fn state_fields(
        &mut self,
        state: &mut State,
        fields: &Fields<'_>,
        targets: &Targets<'_>,
        around: &mut Around,
    ) {
        self.required(fields, "Type");
        let kind = self.string(fields, "Type").unwrap_or_default();
        let Some(allowed) = fields::of_state(&kind) else {
            if !kind.is_empty() {
                self.report.add(
                    format!("{}.Type", fields.path),
                    format!("there is no type of state `{kind}`"),
                    "write Task, Pass, Choice, Wait, Parallel, Map, Succeed or Fail",
                );
            }
            // Go on as far as possible, so that one wrong type does not hide the rest of the flow.
            let to = self.target(fields, "Next", targets);
            around.exits.push(Exit { to, assigned: Vec::new() });
            return;
        };
        let article = format!("a {kind} state");
        self.known(fields, &article, allowed);
        if let Some((language, path)) = fields.get("QueryLanguage")
            && language != "JSONata"
        {
            self.report.add(path, "only JSONata is supported", "write `\"JSONata\"`, or remove it");
        }
        state.comment = self.string(fields, "Comment");
        let has = |name: &str| allowed.contains(&name);
        let place = if has("Catch") { Place::Result } else { Place::Plain };

        if !matches!(kind.as_str(), "Fail" | "Choice") {
            let before = self.assigned.len();
            state.leave = self.leave(fields, place);
            let assigned = self.assigned[before..].iter().map(|(name, _)| name.clone()).collect();
            self.next(state, fields, targets, has("Next"), assigned, around);
        }
        if has("Retry") {
            state.retry = self.retry(fields);
            state.catch = self.catch(fields, targets, around);
        }
        state.kind = match kind.as_str() {
            "Task" => self.task(fields),
            "Choice" => self.choice(fields, targets, around, &mut state.leave),
            "Wait" => self.wait(fields),
            "Parallel" => self.parallel(fields, around),
            "Map" => self.map(fields, around),
            "Succeed" => Kind::Succeed,
            "Fail" => {
                around.exits.push(Exit { to: None, assigned: Vec::new() });
                Kind::Fail { error: self.text(fields, "Error"), cause: self.text(fields, "Cause") }
            }
            _ => Kind::Pass,
        };
    }

    /// `Next` or `End`.
    fn next(
        &mut self,
        state: &mut State,
        fields: &Fields<'_>,
        targets: &Targets<'_>,
        leads_on: bool,
        assigned: Vec<String>,
        around: &mut Around,
    ) {
        if !leads_on {
            around.exits.push(Exit { to: None, assigned });
            return;
        }
        let end = match fields.get("End") {
            None => false,
            Some((Value::Bool(true), _)) => true,
            Some((_, path)) => {
                self.report.add(path, "`End` can only be `true`", "write `true`, or remove it");
                true
            }
        };
        match (fields.map.contains_key("Next"), end) {
            (true, true) => {
                self.report.add(
                    &*fields.path,
                    "there are both `Next` and `End`",
                    "remove one of them",
                );
            }
            (false, false) => {
                self.report.add(
                    &*fields.path,
                    "there is neither `Next` nor `End`",
                    "add one of them",
                );
            }
            _ => {}
        }
        let to = self.target(fields, "Next", targets);
        if let Some(to) = to {
            state.next = Next::State(to);
        }
        around.exits.push(Exit { to, assigned });
    }

    fn task(&mut self, fields: &Fields<'_>) -> Kind {
        self.required(fields, "Resource");
        let resource = self.resource(fields);
        let token = matches!(resource, Some((_, Pattern::WaitForTaskToken)));
        let place = if token { Place::Token } else { Place::Plain };
        let arguments = self.optional_template(fields, "Arguments", place);
        if let Some((integration, _)) = &resource {
            self.arguments(fields, integration);
        }
        if token {
            self.token_is_handed_out(fields, arguments.as_ref());
        }
        let timeout = self.amount(fields, "TimeoutSeconds", 1..=LONGEST);
        let heartbeat = self.amount(fields, "HeartbeatSeconds", 1..=LONGEST);
        if let (Some(Amount::Literal(timeout)), Some(Amount::Literal(heartbeat))) =
            (&timeout, &heartbeat)
            && heartbeat >= timeout
        {
            self.report.add(
                format!("{}.HeartbeatSeconds", fields.path),
                format!("{heartbeat} is not less than `TimeoutSeconds`, {timeout}"),
                "make it less, or it can never be noticed",
            );
        }
        let Some((integration, pattern)) = resource else { return Kind::Pass };
        Kind::Task(Box::new(Task { integration, pattern, arguments, timeout, heartbeat }))
    }

    fn wait(&mut self, fields: &Fields<'_>) -> Kind {
        let (seconds, timestamp) =
            (fields.map.contains_key("Seconds"), fields.map.contains_key("Timestamp"));
        if seconds == timestamp {
            let what = if seconds { "there are both" } else { "there is neither" };
            self.report.add(
                &*fields.path,
                format!("{what} `Seconds` and `Timestamp`")
                    .replace("neither `Seconds` and", "neither `Seconds` nor"),
                "write one of them",
            );
        }
        let seconds = self.amount(fields, "Seconds", 0..=LONGEST);
        let timestamp = self.text(fields, "Timestamp");
        if let Some(super::Text::Literal(text)) = &timestamp
            && text.parse::<jiff::Timestamp>().is_err()
        {
            self.report.add(
                format!("{}.Timestamp", fields.path),
                format!("`{text}` is not a timestamp"),
                "write it as `2026-01-31T12:00:00Z`",
            );
        }
        match (seconds, timestamp) {
            (Some(seconds), _) => Kind::Wait(Wait::Seconds(seconds)),
            (None, Some(timestamp)) => Kind::Wait(Wait::Timestamp(timestamp)),
            (None, None) => Kind::Pass,
        }
    }

    fn parallel(&mut self, fields: &Fields<'_>, around: &mut Around) -> Kind {
        let arguments = self.optional_template(fields, "Arguments", Place::Plain);
        self.required(fields, "Branches");
        let mut branches = Vec::new();
        if let Some((items, path)) = self.array(fields, "Branches") {
            for (index, branch) in items.iter().enumerate() {
                let Some(branch) = self.object(branch, item(&path, index)) else { continue };
                self.known(&branch, "a branch", fields::BRANCH);
                let (flow, facts) = self.flow(&branch);
                branches.push(flow);
                around.inner.push(facts);
            }
        }
        Kind::Parallel { arguments, branches }
    }
}
