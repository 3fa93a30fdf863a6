//! What a machine tells about itself, for diagrams and for tests that compare it with code.

use super::{Flow, Kind, Machine, Next, State};
use crate::expression::Template;
use crate::integration::{Integration, Pattern};

/// One way from a state to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge<'a> {
    /// The state that is left.
    pub from: &'a str,
    /// The state that is entered, or `None` at an end.
    pub to: Option<&'a str>,
    /// Empty for `Next` and `End`; the condition of a rule, `Default`, or the errors of a catcher
    /// joined by `, `.
    pub label: String,
}

/// One state, as a definition has it.
#[derive(Debug, Clone, Copy)]
pub struct StateView<'a> {
    state: &'a State,
    flow: &'a Flow,
    parent: Option<&'a str>,
}

impl Machine {
    /// What the machine is for.
    pub fn comment(&self) -> Option<&str> {
        self.comment.as_deref()
    }

    /// The longest that an execution may take, in seconds.
    pub fn timeout_seconds(&self) -> Option<u64> {
        self.timeout
    }

    /// The name of the first state.
    pub fn start_at(&self) -> &str {
        self.flow.states.get(self.flow.start).map_or("", |state| &state.name)
    }

    /// Every state, in the order of the definition; those inside a state follow it.
    pub fn states(&self) -> Vec<StateView<'_>> {
        let mut states = Vec::new();
        collect(&self.flow, None, &mut states);
        states
    }

    /// Every way from a state to another of its flow, in the order of the definition.
    pub fn edges(&self) -> Vec<Edge<'_>> {
        self.states().iter().flat_map(StateView::edges).collect()
    }
}

fn collect<'a>(flow: &'a Flow, parent: Option<&'a str>, states: &mut Vec<StateView<'a>>) {
    for state in &flow.states {
        states.push(StateView { state, flow, parent });
        for inner in state.inner() {
            collect(inner, Some(&state.name), states);
        }
    }
}

impl<'a> StateView<'a> {
    /// Its name.
    pub fn name(&self) -> &'a str {
        &self.state.name
    }

    /// What it is for.
    pub fn comment(&self) -> Option<&'a str> {
        self.state.comment.as_deref()
    }

    /// Its `Type`.
    pub fn kind(&self) -> &'static str {
        self.state.kind.name()
    }

    /// The Parallel or Map state that it is in.
    pub fn parent(&self) -> Option<&'a str> {
        self.parent
    }

    /// Whether its flow, that of a machine, a branch or an iteration, begins with it.
    pub fn begins(&self) -> bool {
        self.flow.states.get(self.flow.start).is_some_and(|first| first.name == self.state.name)
    }

    /// What a Task state calls.
    pub fn resource(&self) -> Option<(&'a Integration, Pattern)> {
        match &self.state.kind {
            Kind::Task(task) => Some((&task.integration, task.pattern)),
            _ => None,
        }
    }

    /// The literal string that a Task state gives as this argument: `FunctionName`.
    pub fn argument(&self, name: &str) -> Option<&'a str> {
        match &self.state.kind {
            Kind::Task(task) => task
                .arguments
                .as_ref()
                .and_then(|arguments: &'a Template| arguments.literal_text(name)),
            _ => None,
        }
    }

    /// The errors that each catcher names, in order.
    pub fn caught(&self) -> Vec<Vec<&'a str>> {
        self.state
            .catch
            .iter()
            .map(|catcher| catcher.errors.iter().map(|error| &**error).collect())
            .collect()
    }

    /// The errors that each retrier names, in order.
    pub fn retried(&self) -> Vec<Vec<&'a str>> {
        self.state
            .retry
            .iter()
            .map(|retrier| retrier.errors.iter().map(|error| &**error).collect())
            .collect()
    }

    /// The ways out of it.
    pub fn edges(&self) -> Vec<Edge<'a>> {
        let edge = |to: Option<usize>, label: String| Edge {
            from: self.name(),
            to: to.and_then(|to| self.flow.states.get(to)).map(|state| &*state.name),
            label,
        };
        let mut edges = Vec::new();
        match &self.state.kind {
            Kind::Choice { rules, default } => {
                edges.extend(
                    rules
                        .iter()
                        .map(|rule| edge(Some(rule.next), rule.condition.source().to_owned())),
                );
                edges.extend(default.map(|default| edge(Some(default), "Default".to_owned())));
            }
            _ => match self.state.next {
                Next::State(to) => edges.push(edge(Some(to), String::new())),
                Next::End => edges.push(edge(None, String::new())),
            },
        }
        edges.extend(
            self.state
                .catch
                .iter()
                .map(|catcher| edge(Some(catcher.next), catcher.errors.join(", "))),
        );
        edges
    }
}

impl State {
    /// The flows inside it.
    pub(crate) fn inner(&self) -> Vec<&Flow> {
        match &self.kind {
            Kind::Parallel { branches, .. } => branches.iter().collect(),
            Kind::Map(map) => vec![&map.processor],
            _ => Vec::new(),
        }
    }
}

impl Kind {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Task(_) => "Task",
            Self::Pass => "Pass",
            Self::Choice { .. } => "Choice",
            Self::Wait(_) => "Wait",
            Self::Parallel { .. } => "Parallel",
            Self::Map(_) => "Map",
            Self::Succeed => "Succeed",
            Self::Fail { .. } => "Fail",
        }
    }
}
