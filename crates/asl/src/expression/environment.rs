//! What an expression can see: variables and `$states`.

use std::sync::Arc;

use jsonata_core::value::JValue;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::convert::convert;
use crate::clock::{Clock, iso};
use crate::dice::Dice;
use crate::identity::Identity;
use crate::scope::Scope;

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
    pub(super) fn root(&self, variable: &str, path: &[Box<str>]) -> Option<(Arc<Value>, usize)> {
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
    pub(super) fn states(&self, used: &[Vec<String>]) -> JValue {
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
