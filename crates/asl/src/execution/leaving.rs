//! What a state hands on: its output and its variables.

use std::sync::Arc;

use serde_json::Value;

use super::run::{Exit, Visit};
use crate::definition::{Assign, Leave, Next};
use crate::error::{DATA_LIMIT_EXCEEDED, RUNTIME, TaskError};
use crate::expression::{Environment, Template};
use crate::size::{DEPTH_LIMIT, PAYLOAD_LIMIT, size};

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
        let mut assigned_size = 0;
        for (name, template) in assign {
            let value = template.evaluate(environment)?;
            assigned_size += measured(&value, &self.state.name, "assigned variables")?;
            assigned.push((Arc::clone(name), value));
        }
        // "Up to 256 KiB per state" (Developer Guide, "Passing data between states with variables").
        within(assigned_size, &self.state.name, "assigned variables")?;
        Ok(Exit { output, assigned, next })
    }
}

/// The value, unless it is larger than Step Functions takes.
pub(super) fn limited(value: Arc<Value>, whose: &str, what: &str) -> Result<Arc<Value>, TaskError> {
    within(measured(&value, whose, what)?, whose, what)?;
    Ok(value)
}

fn within(size: usize, whose: &str, what: &str) -> Result<(), TaskError> {
    if size <= PAYLOAD_LIMIT {
        return Ok(());
    }
    let cause = format!("The {what} of '{whose}' exceeds the maximum of {PAYLOAD_LIMIT} bytes.");
    Err(TaskError::new(DATA_LIMIT_EXCEEDED, cause))
}

/// A loop could nest its own output ever deeper, until whoever walks through it runs out of stack.
fn measured(value: &Value, whose: &str, what: &str) -> Result<usize, TaskError> {
    size(value).ok_or_else(|| {
        let cause = format!("The {what} of '{whose}' is nested deeper than {DEPTH_LIMIT} levels.");
        TaskError::new(RUNTIME, cause)
    })
}
