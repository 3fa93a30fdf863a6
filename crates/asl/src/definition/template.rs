//! Reads JSON with expressions in it: `Arguments`, `Output`, `Assign`.

use std::sync::Arc;

use serde_json::Value;

use super::object::Fields;
use super::place::Place;
use super::reader::Reader;
use super::{Assign, Leave};
use crate::expression::{self, Template};
use crate::json::{item, member};

impl Reader {
    /// Any JSON, with expressions in its strings.
    pub(super) fn template(
        &mut self,
        value: &Value,
        path: String,
        field: &str,
        place: Place,
    ) -> Template {
        match value {
            Value::String(text) => match expression::text(text) {
                expression::Text::Literal => Template::Literal(Arc::new(value.clone())),
                _ => match self.expression(text, path, field, place) {
                    Some(expression) => Template::Expression(Box::new(expression)),
                    None => Template::Literal(Arc::new(Value::Null)),
                },
            },
            Value::Object(map) => {
                let members = map.iter().map(|(key, value)| {
                    let path = member(&path, key);
                    if let Some(plain) = key.strip_suffix(".$") {
                        self.report.add(
                            &*path,
                            format!("`{key}` is a JSONPath key"),
                            format!("write `\"{plain}\": \"{{% … %}}\"`"),
                        );
                    }
                    (key.clone(), self.template(value, path, &format!("{field}/{key}"), place))
                });
                let members: Vec<_> = members.collect();
                if members.iter().all(|(_, value)| matches!(value, Template::Literal(_))) {
                    return Template::Literal(Arc::new(value.clone()));
                }
                Template::Object(members)
            }
            Value::Array(items) => {
                let items = items.iter().enumerate().map(|(index, value)| {
                    self.template(value, item(&path, index), &format!("{field}[{index}]"), place)
                });
                let items: Vec<_> = items.collect();
                if items.iter().all(|value| matches!(value, Template::Literal(_))) {
                    return Template::Literal(Arc::new(value.clone()));
                }
                Template::Array(items)
            }
            _ => Template::Literal(Arc::new(value.clone())),
        }
    }

    pub(super) fn optional_template(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        place: Place,
    ) -> Option<Template> {
        let (value, path) = fields.get(name)?;
        Some(self.template(value, path, name, place))
    }

    /// `Assign` and `Output`.
    pub(super) fn leave(&mut self, fields: &Fields<'_>, place: Place) -> Leave {
        Leave {
            assign: self.assign(fields, place),
            output: self.optional_template(fields, "Output", place),
        }
    }

    fn assign(&mut self, fields: &Fields<'_>, place: Place) -> Vec<Assign> {
        let Some((value, path)) = fields.get("Assign") else { return Vec::new() };
        let Some(assign) = self.object(value, path) else { return Vec::new() };
        let mut assigned = Vec::new();
        for (name, value) in assign.map {
            let path = member(&assign.path, name);
            if !is_variable(name) {
                self.report.add(
                    &*path,
                    format!("`{name}` cannot be the name of a variable"),
                    "use a letter, then up to 79 letters, digits and `_`; not `states`",
                );
            }
            self.assigned.push((name.clone(), path.clone()));
            let value = self.template(value, path, &format!("Assign/{name}"), place);
            assigned.push((name.as_str().into(), value));
        }
        assigned
    }
}

/// "The first character must be a Unicode `ID_Start` character, and the others Unicode `ID_Continue`
/// characters; the maximum length is 80" (Developer Guide, "Passing data between states with
/// variables"); `states` is reserved.
fn is_variable(name: &str) -> bool {
    name != "states"
        && name.chars().count() <= 80
        && name.starts_with(char::is_alphabetic)
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
}
