//! What a state hands on: its output and its variables.

use std::sync::Arc;

use serde_json::Value;

use super::run::{Exit, Visit};
use crate::definition::{Assign, Leave, Next};
use crate::error::{DATA_LIMIT_EXCEEDED, RUNTIME, TaskError};
use crate::expression::{Environment, Template};
use crate::size::{DEPTH_LIMIT, PAYLOAD_LIMIT, fit};

impl Visit<'_> {
    /// Leaves the state for `next`. Without an `Output`, `otherwise` is the output.
    pub(super) fn leave(
        &self,
        leave: &Leave,
        environment: &Environment<'_>,
        otherwise: &Arc<Value>,
        next: Next,
    ) -> Result<Exit, TaskError> {
        self.leave_with(&leave.assign, leave.output.as_ref(), environment, otherwise, next)
    }

    /// Evaluates `assign` and `output` side by side: neither sees what the other makes.
    pub(super) fn leave_with(
        &self,
        assign: &[Assign],
        output: Option<&Template>,
        environment: &Environment<'_>,
        otherwise: &Arc<Value>,
        next: Next,
    ) -> Result<Exit, TaskError> {
        let output = match output {
            Some(template) => limited(template.evaluate(environment)?, &self.state.name, "output")?,
            None => Arc::clone(otherwise),
        };
        let mut assigned = Vec::with_capacity(assign.len());
        for (name, template) in assign {
            assigned.push((Arc::clone(name), template.evaluate(environment)?));
        }
        // "Up to 256 KiB per state" (Developer Guide, "Passing data between states with variables").
        let values = assigned.iter().map(|(_, value): &(_, Arc<Value>)| &**value);
        within(values, &self.state.name, "assigned variables")?;
        Ok(Exit { output, assigned, next })
    }
}

/// The value, unless it is larger than Step Functions takes.
pub(super) fn limited(value: Arc<Value>, whose: &str, what: &str) -> Result<Arc<Value>, TaskError> {
    within([&*value].into_iter(), whose, what)?;
    Ok(value)
}

/// Refuses values that are together larger than Step Functions takes, and one that is nested too
/// deeply: a loop could nest its own output ever deeper, until whoever walks through it runs out of
/// stack.
fn within<'a>(
    values: impl Iterator<Item = &'a Value> + Clone,
    whose: &str,
    what: &str,
) -> Result<(), TaskError> {
    match fit(values, PAYLOAD_LIMIT) {
        Some(true) => Ok(()),
        Some(false) => {
            let limit = format!("the maximum of {PAYLOAD_LIMIT} bytes");
            let cause = format!("The {what} of '{whose}' exceeds {limit}.");
            Err(TaskError::new(DATA_LIMIT_EXCEEDED, cause))
        }
        None => {
            let cause =
                format!("The {what} of '{whose}' is nested deeper than {DEPTH_LIMIT} levels.");
            Err(TaskError::new(RUNTIME, cause))
        }
    }
}
