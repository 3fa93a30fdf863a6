//! One attempt of a state.

use std::sync::Arc;

use serde_json::Value;

use super::run::{Broken, Exit, Run, Visit};
use crate::definition::{Kind, Next, Rule, Text};
use crate::error::{NO_CHOICE_MATCHED, TaskError};
use crate::expression::Environment;
use crate::history::Trail;
use crate::resources::Resources;

impl<R: Resources> Run<R> {
    pub(super) async fn attempt(
        &self,
        visit: &Visit<'_>,
        trail: &mut Trail,
    ) -> Result<Exit, Broken> {
        let result = match &visit.state.kind {
            Kind::Pass | Kind::Succeed => return Ok(self.pass(visit)?),
            Kind::Choice { rules, default } => return Ok(self.choose(visit, rules, *default)?),
            Kind::Fail { error, cause } => {
                return Err(self.failed(visit, error.as_ref(), cause.as_ref()).into());
            }
            Kind::Wait(wait) => {
                self.wait(visit, wait).await?;
                return Ok(self.pass(visit)?);
            }
            Kind::Task(task) => self.task(visit, task, trail).await?,
            Kind::Parallel { arguments, branches } => {
                self.parallel(visit, arguments.as_ref(), branches, trail).await?
            }
            Kind::Map(map) => self.map(visit, map, trail).await?,
        };
        let environment = Environment { result: Some(&result), ..self.environment(visit) };
        Ok(visit.leave(&visit.state.leave, &environment, &result, visit.state.next)?)
    }

    fn pass(&self, visit: &Visit<'_>) -> Result<Exit, TaskError> {
        let state = visit.state;
        visit.leave(&state.leave, &self.environment(visit), &visit.input, state.next)
    }

    /// The first rule whose condition holds decides.
    ///
    /// A rule's own `Assign` and `Output` take the place of the state's; the state's apply to
    /// `Default` and to rules that have none. The Developer Guide says both that the state's apply
    /// "regardless of which rule matches" and that rules may set different ones; this reading is a
    /// guess that suits both.
    fn choose(
        &self,
        visit: &Visit<'_>,
        rules: &[Rule],
        default: Option<usize>,
    ) -> Result<Exit, TaskError> {
        let environment = self.environment(visit);
        let common = &visit.state.leave;
        for rule in rules {
            if !rule.condition.holds(&environment)? {
                continue;
            }
            let own = &rule.leave;
            let assign = if own.assign.is_empty() { &common.assign } else { &own.assign };
            let output = own.output.as_ref().or(common.output.as_ref());
            let next = Next::State(rule.next);
            return visit.leave_with(assign, output, &environment, &visit.input, next);
        }
        let Some(default) = default else {
            return Err(TaskError::new(
                NO_CHOICE_MATCHED,
                format!(
                    "No rule of the state '{}' holds, and it has no Default.",
                    visit.state.name
                ),
            ));
        };
        visit.leave(common, &environment, &visit.input, Next::State(default))
    }

    /// The error that a Fail state ends with.
    fn failed(&self, visit: &Visit<'_>, error: Option<&Text>, cause: Option<&Text>) -> TaskError {
        let environment = self.environment(visit);
        let text = |text: Option<&Text>| match text {
            None => Ok(String::new()),
            Some(text) => text.evaluate(&environment),
        };
        match (text(error), text(cause)) {
            (Ok(error), Ok(cause)) => TaskError { error, cause },
            (Err(error), _) | (_, Err(error)) => error,
        }
    }
}

impl Text {
    pub(super) fn evaluate(&self, environment: &Environment<'_>) -> Result<String, TaskError> {
        match self {
            Self::Literal(text) => Ok(text.clone()),
            Self::Expression(expression) => expression.string(environment),
        }
    }
}

/// An array's items, or the error that there is none.
pub(super) fn items_of(value: &Arc<Value>, state: &str) -> Result<Vec<Arc<Value>>, TaskError> {
    match &**value {
        Value::Array(items) => Ok(items.iter().cloned().map(Arc::new).collect()),
        _ => Err(TaskError::new(
            crate::error::QUERY_EVALUATION_ERROR,
            format!("The items of the state '{state}' are not an array."),
        )),
    }
}
