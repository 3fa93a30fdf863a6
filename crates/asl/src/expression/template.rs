//! JSON with expressions in it: `Arguments`, `Output`, the values of `Assign`, and so on.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Environment, Expression};
use crate::error::TaskError;

/// A JSON value some of whose strings are expressions.
#[derive(Debug)]
pub(crate) enum Template {
    /// Nothing to evaluate in it.
    Literal(Arc<Value>),
    Expression(Box<Expression>),
    Object(Vec<(String, Template)>),
    Array(Vec<Template>),
}

impl Template {
    /// The value, with every expression replaced by its result.
    pub(crate) fn evaluate(&self, environment: &Environment<'_>) -> Result<Arc<Value>, TaskError> {
        match self {
            Self::Literal(value) => Ok(Arc::clone(value)),
            Self::Expression(expression) => expression.evaluate(environment),
            composite => composite.build(environment).map(Arc::new),
        }
    }

    fn build(&self, environment: &Environment<'_>) -> Result<Value, TaskError> {
        match self {
            Self::Literal(value) => Ok(Value::clone(value)),
            Self::Expression(expression) => {
                expression.evaluate(environment).map(Arc::unwrap_or_clone)
            }
            Self::Object(members) => {
                let mut map = Map::with_capacity(members.len());
                for (key, template) in members {
                    map.insert(key.clone(), template.build(environment)?);
                }
                Ok(Value::Object(map))
            }
            Self::Array(items) => items
                .iter()
                .map(|item| item.build(environment))
                .collect::<Result<_, _>>()
                .map(Value::Array),
        }
    }

    /// Every expression in it.
    pub(crate) fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Expression(expression) => vec![expression],
            Self::Object(members) => {
                members.iter().flat_map(|(_, value)| value.expressions()).collect()
            }
            Self::Array(items) => items.iter().flat_map(Self::expressions).collect(),
        }
    }

    /// The literal text of a member, when the template is an object and that member a plain string.
    pub(crate) fn literal_text(&self, name: &str) -> Option<&str> {
        match self {
            Self::Literal(value) => value.get(name)?.as_str(),
            Self::Object(members) => match &members.iter().find(|(key, _)| key == name)?.1 {
                Self::Literal(value) => value.as_str(),
                _ => None,
            },
            _ => None,
        }
    }
}
