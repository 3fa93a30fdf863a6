//! What goes into a statement and what comes out of it: what PostgreSQL and SQLite have in common.

use serde_json::Value as Json;

/// A value that a statement is given, in the place of `$1`, `$2`, ….
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Of a column of type `TEXT`.
    Text(String),
    /// Of a column of type `BIGINT`.
    Number(i64),
}

/// A row, by the names of its columns.
pub(super) type Row = serde_json::Map<String, Json>;

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}
