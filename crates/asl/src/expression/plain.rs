//! Dotted paths, followed on the values themselves.
//!
//! Most expressions of a well-kept definition are of the form `$plan.service.name`. Following one
//! here costs a few look-ups, where JSONata would first copy every value that it could see.

use std::sync::Arc;

use jsonata_core::ast::AstNode;
use serde_json::Value;

/// A variable and the names after it: `$states.input.a` is `states` and `["input", "a"]`.
#[derive(Debug)]
pub(crate) struct Plain {
    pub(crate) variable: Box<str>,
    pub(crate) path: Vec<Box<str>>,
}

/// Where a path led.
pub(crate) enum Led {
    /// To this value.
    To(Arc<Value>),
    /// To nothing.
    Nowhere,
    /// Into an array, whose items JSONata would map over: not plain after all.
    IntoArray,
}

impl Plain {
    /// The plain path that `ast` is, if it is one.
    pub(crate) fn of(ast: &AstNode) -> Option<Self> {
        let (first, rest) = match ast {
            AstNode::Variable(_) => (ast, &[][..]),
            AstNode::Path { steps } => {
                let (first, rest) = steps.split_first()?;
                let simple = |step: &jsonata_core::ast::PathStep| {
                    step.stages.is_empty() && step.focus.is_none() && step.index_var.is_none()
                };
                if !steps.iter().all(simple) {
                    return None;
                }
                (&first.node, rest)
            }
            _ => return None,
        };
        let AstNode::Variable(variable) = first else { return None };
        if variable.is_empty() {
            return None;
        }
        let path = rest.iter().map(|step| match &step.node {
            AstNode::Name(name) => Some(name.as_str().into()),
            _ => None,
        });

        Some(Self { variable: variable.as_str().into(), path: path.collect::<Option<_>>()? })
    }
}

/// Follows `path` from `value`. The whole value is shared; a part of it is copied.
pub(crate) fn follow(value: &Arc<Value>, path: &[Box<str>]) -> Led {
    let mut part: &Value = value;
    for name in path {
        part = match part {
            Value::Object(map) => match map.get(&**name) {
                Some(part) => part,
                None => return Led::Nowhere,
            },
            Value::Array(_) => return Led::IntoArray,
            _ => return Led::Nowhere,
        };
    }
    if path.is_empty() { Led::To(Arc::clone(value)) } else { Led::To(Arc::new(part.clone())) }
}
