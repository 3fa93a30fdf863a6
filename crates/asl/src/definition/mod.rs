//! A state machine, read and found right.

mod choice;
mod fields;
mod flow;
mod map;
mod object;
mod place;
mod reader;
mod resource;
mod retry;
mod state;
mod template;
mod values;
mod variables;
mod view;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use view::{Edge, StateView};

use crate::expression::{Expression, Template};
use crate::integration::{Integration, Pattern};
use crate::report::Report;

/// The largest definition that Step Functions takes, in bytes.
pub const DEFINITION_LIMIT: usize = 1_048_576;

/// A state machine definition in which nothing was found wrong.
#[derive(Debug)]
pub struct Machine {
    pub(crate) comment: Option<String>,
    /// The longest that an execution may take, in seconds.
    pub(crate) timeout: Option<u64>,
    pub(crate) flow: Flow,
}

impl Machine {
    /// Reads a definition, or reports everything that is wrong with it.
    ///
    /// Placeholders must have been replaced before (see [`substitute`](crate::substitute)).
    pub fn read(text: &str) -> Result<Self, Report> {
        reader::read(text)
    }
}

/// States that lead to one another: a machine, a branch, or the processor of a Map.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    pub(crate) start: usize,
    pub(crate) states: Vec<State>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) name: Arc<str>,
    pub(crate) comment: Option<String>,
    pub(crate) kind: Kind,
    pub(crate) leave: Leave,
    pub(crate) next: Next,
    pub(crate) retry: Vec<Retrier>,
    pub(crate) catch: Vec<Catcher>,
}

/// What happens to the data when a state is left.
#[derive(Debug, Default)]
pub(crate) struct Leave {
    pub(crate) assign: Vec<Assign>,
    pub(crate) output: Option<Template>,
}

/// A variable and its new value.
pub(crate) type Assign = (Arc<str>, Template);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// The state at this place in its flow.
    State(usize),
    /// The flow is over.
    End,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Task(Box<Task>),
    Pass,
    Choice { rules: Vec<Rule>, default: Option<usize> },
    Wait(Wait),
    Parallel { arguments: Option<Template>, branches: Vec<Flow> },
    Map(Box<Map>),
    Succeed,
    Fail { error: Option<Text>, cause: Option<Text> },
}

#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) integration: Integration,
    pub(crate) pattern: Pattern,
    pub(crate) arguments: Option<Template>,
    pub(crate) timeout: Option<Amount>,
    /// Only a task that waits for its token can send heartbeats; for others it is left alone, as
    /// nothing is documented to happen.
    pub(crate) heartbeat: Option<Amount>,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) condition: Expression,
    pub(crate) leave: Leave,
    pub(crate) next: usize,
}

#[derive(Debug)]
pub(crate) enum Wait {
    Seconds(Amount),
    Timestamp(Text),
}

#[derive(Debug)]
pub(crate) struct Map {
    pub(crate) items: Option<Template>,
    pub(crate) selector: Option<Template>,
    pub(crate) processor: Flow,
    pub(crate) concurrency: Option<Amount>,
}

/// A whole number, given or computed.
#[derive(Debug)]
pub(crate) enum Amount {
    Literal(u64),
    Expression(Box<Expression>),
}

/// A string, given or computed.
#[derive(Debug)]
pub(crate) enum Text {
    Literal(String),
    Expression(Box<Expression>),
}

#[derive(Debug)]
pub(crate) struct Retrier {
    pub(crate) errors: Vec<Box<str>>,
    /// Seconds before the first retry.
    pub(crate) interval: u64,
    pub(crate) attempts: u64,
    pub(crate) backoff: f64,
    /// The longest wait in seconds.
    pub(crate) most: Option<u64>,
    pub(crate) jitter: bool,
}

#[derive(Debug)]
pub(crate) struct Catcher {
    pub(crate) errors: Vec<Box<str>>,
    pub(crate) leave: Leave,
    pub(crate) next: usize,
}

/// Names, in order, without repetition.
pub(crate) type Names = BTreeSet<String>;
