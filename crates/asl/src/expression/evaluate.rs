//! Evaluates an expression where it stands.

use std::sync::Arc;

use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::value::JValue;
use serde_json::Value;

use super::convert::{convert, restore};
use super::plain::{Led, follow};
use super::{Environment, Expression};
use crate::error::{QUERY_EVALUATION_ERROR, TaskError};

/// An expression that runs longer than this has lost its way. Step Functions stops such an
/// expression too, without documenting when.
const LONGEST_EVALUATION_MS: u64 = 5_000;
const LONGEST_SEQUENCE: usize = 1_000_000;

impl Expression {
    /// The result; undefined is `States.QueryEvaluationError`, as on Step Functions.
    pub(crate) fn evaluate(&self, environment: &Environment<'_>) -> Result<Arc<Value>, TaskError> {
        let found = match self.follow(environment) {
            Led::To(value) => Some(value),
            Led::Nowhere => None,
            Led::IntoArray => self.compute(environment)?.map(Arc::new),
        };
        found.ok_or_else(|| self.failure("returned nothing (undefined)."))
    }

    /// A true or false result, for `Condition`.
    pub(crate) fn holds(&self, environment: &Environment<'_>) -> Result<bool, TaskError> {
        match *self.evaluate(environment)? {
            Value::Bool(holds) => Ok(holds),
            _ => Err(self.failure("returned an unexpected result type: expected a boolean.")),
        }
    }

    /// A whole number from `least` to `most`, for a number of seconds and the like.
    pub(crate) fn whole(
        &self,
        environment: &Environment<'_>,
        least: u64,
        most: u64,
    ) -> Result<u64, TaskError> {
        let value = self.evaluate(environment)?;
        value.as_u64().filter(|number| (least..=most).contains(number)).ok_or_else(|| {
            self.failure(&format!(
                "returned {value}, which is not a whole number from {least} to {most}."
            ))
        })
    }

    /// A string.
    pub(crate) fn string(&self, environment: &Environment<'_>) -> Result<String, TaskError> {
        match &*self.evaluate(environment)? {
            Value::String(text) => Ok(text.clone()),
            _ => Err(self.failure("returned an unexpected result type: expected a string.")),
        }
    }

    /// The failure that names this expression and its field, worded as Step Functions words it.
    pub(crate) fn failure(&self, what: &str) -> TaskError {
        TaskError::new(
            QUERY_EVALUATION_ERROR,
            format!(
                "The JSONata expression '{}' specified for the field '{}' {what}",
                self.source, self.field
            ),
        )
    }

    pub(super) fn follow(&self, environment: &Environment<'_>) -> Led {
        let Some(plain) = &self.plain else { return Led::IntoArray };
        match environment.root(&plain.variable, &plain.path) {
            Some((value, used)) => follow(&value, &plain.path[used..]),
            // `$states` as a whole, or a function named as if it were a variable.
            None if plain.path.is_empty() => Led::IntoArray,
            None => Led::Nowhere,
        }
    }

    /// The result as JSONata has it. Nothing of the evaluator outlives this call, since its values
    /// are not `Send`.
    pub(super) fn compute(
        &self,
        environment: &Environment<'_>,
    ) -> Result<Option<Value>, TaskError> {
        let mut context = Context::new();
        for name in &self.uses.variables {
            if name == "states" {
                context.bind(name.clone(), environment.states(&self.uses.states));
            } else if let Some(value) = environment.scope.get(name) {
                context.bind(name.clone(), convert(value));
            }
        }
        let options = EvaluatorOptions {
            timeout_ms: Some(LONGEST_EVALUATION_MS),
            max_sequence_length: Some(LONGEST_SEQUENCE),
            ..EvaluatorOptions::default()
        };
        let mut evaluator = Evaluator::with_options(context, options);
        let result = super::aws::install(&mut evaluator, &self.uses.hosted, environment)
            .and_then(|()| evaluator.evaluate(&self.ast, &JValue::Undefined));

        match result {
            Ok(JValue::Undefined) => Ok(None),
            Ok(value) => restore(&value).map(Some).map_err(|what| self.failure(what)),
            Err(error) => {
                Err(self.failure(&format!("threw an error during evaluation. {}", error.message())))
            }
        }
    }
}
