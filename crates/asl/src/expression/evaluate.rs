//! Evaluates an expression where it stands: with the variables in scope and `$states`.

use std::sync::Arc;

use jsonata_core::evaluator::{Context, Evaluator, EvaluatorOptions};
use jsonata_core::value::JValue;
use serde_json::{Map, Number, Value, json};
use tokio::time::Instant;

use super::Expression;
use super::plain::{Led, follow};
use crate::clock::{Clock, iso};
use crate::dice::Dice;
use crate::error::{QUERY_EVALUATION_ERROR, TaskError};
use crate::execution::Identity;
use crate::scope::Scope;
use crate::size::DEPTH_LIMIT;

/// An expression that runs longer than this has lost its way. Step Functions stops such an
/// expression too, without documenting when.
const LONGEST_EVALUATION_MS: u64 = 5_000;
const LONGEST_SEQUENCE: usize = 1_000_000;

/// What an expression can see.
#[derive(Clone, Copy)]
pub(crate) struct Environment<'a> {
    pub(crate) scope: &'a Scope<'a>,
    pub(crate) input: &'a Arc<Value>,
    /// The result of a Task, Parallel or Map state.
    pub(crate) result: Option<&'a Arc<Value>>,
    /// `{"Error": …, "Cause": …}`, in a Catch.
    pub(crate) error: Option<&'a Arc<Value>>,
    pub(crate) identity: &'a Identity,
    pub(crate) clock: &'a Clock,
    pub(crate) dice: &'a Dice,
    pub(crate) state: &'a str,
    pub(crate) entered: Instant,
    pub(crate) retries: u32,
    pub(crate) token: Option<&'a str>,
    pub(crate) item: Option<Item<'a>>,
}

/// The item of a Map state that is being looked at.
#[derive(Clone, Copy)]
pub(crate) struct Item<'a> {
    pub(crate) index: usize,
    pub(crate) value: &'a Value,
}

impl Environment<'_> {
    /// The root value of a plain path and how many of its names that used up.
    fn root(&self, variable: &str, path: &[Box<str>]) -> Option<(Arc<Value>, usize)> {
        if variable != "states" {
            return self.scope.get(variable).map(|value| (Arc::clone(value), 0));
        }
        let name = |index: usize| path.get(index).map(|name| &**name);
        match name(0)? {
            "input" => Some((Arc::clone(self.input), 1)),
            "result" => self.result.map(|result| (Arc::clone(result), 1)),
            "errorOutput" => self.error.map(|error| (Arc::clone(error), 1)),
            "context" => match (name(1), name(2)) {
                (Some("Execution"), Some("Input")) => Some((Arc::clone(&self.identity.input), 3)),
                (Some(section), field) => {
                    self.section(section, field).map(|value| (Arc::new(value), 2))
                }
                (None, _) => Some((Arc::new(self.context()), 1)),
            },
            _ => None,
        }
    }

    /// One object of the context object, or as much of it as has `field`
    /// (docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html).
    fn section(&self, name: &str, field: Option<&str>) -> Option<Value> {
        let identity = self.identity;
        match name {
            "Execution" => {
                let mut execution = json!({
                    "Id": identity.arn,
                    "Name": identity.name,
                    "RedriveCount": 0,
                    "StartTime": iso(identity.start),
                });
                if let Some(role) = &identity.role_arn {
                    execution["RoleArn"] = json!(role);
                }
                if field.is_none() {
                    execution["Input"] = Value::clone(&identity.input);
                }
                Some(execution)
            }
            "State" => Some(json!({
                "EnteredTime": iso(self.clock.at(self.entered)),
                "Name": self.state,
                "RetryCount": self.retries,
            })),
            "StateMachine" => {
                Some(json!({ "Id": identity.machine_arn, "Name": identity.machine_name() }))
            }
            "Task" => self.token.map(|token| json!({ "Token": token })),
            "Map" => self
                .item
                .map(|item| json!({ "Item": { "Index": item.index, "Value": item.value } })),
            _ => None,
        }
    }

    fn context(&self) -> Value {
        let sections = ["Execution", "State", "StateMachine", "Task", "Map"];
        let known =
            sections.iter().filter_map(|&name| Some((name.to_owned(), self.section(name, None)?)));
        Value::Object(known.collect())
    }

    /// `$states`, with those fields that `used` refers to.
    fn states(&self, used: &[Vec<String>]) -> JValue {
        let wanted =
            |name: &str| used.iter().any(|path| path.first().is_none_or(|first| first == name));
        let mut fields = vec![];
        if wanted("input") {
            fields.push(("input".to_owned(), convert(self.input)));
        }
        if let Some(result) = self.result.filter(|_| wanted("result")) {
            fields.push(("result".to_owned(), convert(result)));
        }
        if let Some(error) = self.error.filter(|_| wanted("errorOutput")) {
            fields.push(("errorOutput".to_owned(), convert(error)));
        }
        if wanted("context") {
            fields.push(("context".to_owned(), convert(&self.context())));
        }
        JValue::object(fields.into_iter().collect())
    }
}

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
            Ok(value) => restore(&value, DEPTH_LIMIT).map(Some).map_err(|what| self.failure(what)),
            Err(error) => {
                Err(self.failure(&format!("threw an error during evaluation. {}", error.message())))
            }
        }
    }
}

fn convert(value: &Value) -> JValue {
    match value {
        Value::Null => JValue::Null,
        Value::Bool(bool) => JValue::Bool(*bool),
        Value::Number(number) => JValue::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => JValue::string(text.as_str()),
        Value::Array(items) => JValue::array(items.iter().map(convert).collect()),
        Value::Object(map) => {
            JValue::object(map.iter().map(|(key, value)| (key.clone(), convert(value))).collect())
        }
    }
}

/// The JSON of a result, or why there is none.
fn restore(value: &JValue, depth: usize) -> Result<Value, &'static str> {
    let inside = || depth.checked_sub(1).ok_or("returned a value that is nested too deeply.");
    Ok(match value {
        JValue::Null => Value::Null,
        JValue::Bool(bool) => Value::Bool(*bool),
        JValue::Number(number) => Value::Number(
            restore_number(*number).ok_or("returned a number that is too large for JSON.")?,
        ),
        JValue::String(text) => Value::String(text.to_string()),
        JValue::Array(items) => {
            let depth = inside()?;
            let defined = items.iter().filter(|item| !item.is_undefined());
            Value::Array(defined.map(|item| restore(item, depth)).collect::<Result<_, _>>()?)
        }
        JValue::Object(map) => {
            let depth = inside()?;
            let defined = map.iter().filter(|(_, value)| !value.is_undefined());
            let members =
                defined.map(|(key, value)| Ok::<_, &str>((key.clone(), restore(value, depth)?)));
            Value::Object(members.collect::<Result<Map<_, _>, &str>>()?)
        }
        _ => return Err("returned a value that is not JSON (a function)."),
    })
}

/// JSONata has only `f64`; a whole number is written without `.0`, as JavaScript does.
fn restore_number(number: f64) -> Option<Number> {
    if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_991.0 {
        #[expect(clippy::cast_possible_truncation, reason = "just seen to be whole and in range")]
        return Some(Number::from(number as i64));
    }
    Number::from_f64(number)
}
