//! An entry as it is written: its fields, and before them `what` it is.
//!
//! `serde` has this form, too (`tag`), but reads it by way of a type of its own, so that a program has
//! every type that an entry may hold twice: some 80 KB of a function. Here an entry is read and written by
//! way of [`Value`], which inputs and answers are as well.
//!
//! `Entry::deserialize` and `Entry::serialize`, called by these names, are the derived ones, which nothing
//! but this file may call: whoever goes by the traits, as `serde_json` does, has the form that is written.

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

use super::Entry;

/// The field that says what an entry is.
const WHAT: &str = "what";

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let what = fields.shift_remove(WHAT).ok_or_else(|| D::Error::missing_field(WHAT))?;
        let Value::String(what) = what else {
            return Err(D::Error::custom(format!("`{WHAT}` is no text, but {what}")));
        };
        let named = Value::Object(Map::from_iter([(what, fields.into())]));
        // The derived form: one field, which is named by what it is, and holds the others.
        Self::deserialize(&named).map_err(D::Error::custom)
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let named = Self::serialize(self, serde_json::value::Serializer);
        let (what, fields) = match named.map_err(S::Error::custom)? {
            Value::Object(named) => named.into_iter().next(),
            _ => None,
        }
        .ok_or_else(|| S::Error::custom("an entry without fields"))?;
        let what = (WHAT.to_owned(), what.into());
        let fields = fields.as_object().cloned().unwrap_or_default();
        serializer.collect_map(std::iter::once(what).chain(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Dated;
    use serde_json::json;

    #[test]
    fn what_an_entry_is_stands_before_its_fields() {
        let written = r#"{"at":"1970-01-01T00:00:09Z","what":"migration_stopped","why":"it hung"}"#;

        let read: Dated = serde_json::from_str(written).expect("an entry");

        assert_eq!(read.entry, Entry::MigrationStopped { why: "it hung".into() });
        assert_eq!(serde_json::to_string(&read).expect("it can be written"), written);
    }

    #[test]
    fn what_is_no_entry_is_told_with_what_is_wrong() {
        for (written, says) in [
            (json!({ "why": "it hung" }), "missing field `what`"),
            (json!({ "what": 7 }), "`what` is no text, but 7"),
            (json!({ "what": "slept" }), "unknown variant `slept`"),
            (json!({ "what": "attributed" }), "missing field `why`"),
            (json!({ "what": "attributed", "why": 7 }), "invalid type: integer `7`"),
            (json!(["attributed"]), "invalid type: sequence"),
        ] {
            let error = serde_json::from_value::<Entry>(written.clone()).expect_err("no entry");
            assert!(error.to_string().contains(says), "{written}: {error}");
        }
    }
}
