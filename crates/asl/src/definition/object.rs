//! An object of the definition.

use serde_json::{Map, Value};

use crate::json::member;

/// An object of the definition, and where it stands.
#[derive(Clone)]
pub(super) struct Fields<'a> {
    pub(super) map: &'a Map<String, Value>,
    pub(super) path: String,
}

impl<'a> Fields<'a> {
    pub(super) fn get(&self, name: &str) -> Option<(&'a Value, String)> {
        self.map.get(name).map(|value| (value, member(&self.path, name)))
    }
}
