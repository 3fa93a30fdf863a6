//! Variables, and who can see them.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

/// The variables of one flow of states. A branch of a Parallel state or an iteration of a Map state
/// has a scope of its own: it reads the variables around it and cannot change them.
#[derive(Debug, Default)]
pub(crate) struct Scope<'a> {
    outer: Option<&'a Scope<'a>>,
    values: HashMap<Arc<str>, Arc<Value>>,
}

impl<'a> Scope<'a> {
    pub(crate) fn inside(outer: &'a Scope<'a>) -> Self {
        Self { outer: Some(outer), values: HashMap::new() }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Value>> {
        self.values.get(name).or_else(|| self.outer?.get(name))
    }

    pub(crate) fn assign(&mut self, assigned: Vec<(Arc<str>, Arc<Value>)>) {
        self.values.extend(assigned);
    }
}
