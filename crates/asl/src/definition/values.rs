//! Reads single values: texts, numbers, expressions.

use std::ops::RangeInclusive;

use serde_json::Value;

use super::object::Fields;
use super::place::{Place, states_field};
use super::reader::Reader;
use super::{Amount, Text};
use crate::expression::{self, Expression, Uses};

impl Reader {
    pub(super) fn object<'a>(&mut self, value: &'a Value, path: String) -> Option<Fields<'a>> {
        if let Value::Object(map) = value {
            return Some(Fields { map, path });
        }
        self.report.add(path, "this is not an object", "write an object: `{ … }`");
        None
    }

    pub(super) fn array<'a>(
        &mut self,
        fields: &Fields<'a>,
        name: &str,
    ) -> Option<(&'a Vec<Value>, String)> {
        let (value, path) = fields.get(name)?;
        match value {
            Value::Array(items) if !items.is_empty() => Some((items, path)),
            Value::Array(_) => {
                self.report.add(path, format!("`{name}` is empty"), "give it at least one item");
                None
            }
            _ => {
                self.report.add(
                    path,
                    format!("`{name}` is not an array"),
                    "write an array: `[ … ]`",
                );
                None
            }
        }
    }

    pub(super) fn string(&mut self, fields: &Fields<'_>, name: &str) -> Option<String> {
        let (value, path) = fields.get(name)?;
        if let Value::String(text) = value {
            return Some(text.clone());
        }
        self.report.add(path, format!("`{name}` is not a string"), "write a string");
        None
    }

    pub(super) fn required(&mut self, fields: &Fields<'_>, name: &str) {
        if !fields.map.contains_key(name) {
            self.report.add(&*fields.path, format!("`{name}` is missing"), format!("add `{name}`"));
        }
    }

    pub(super) fn whole(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        range: RangeInclusive<u64>,
    ) -> Option<u64> {
        let (value, path) = fields.get(name)?;
        let number = value.as_u64().filter(|number| range.contains(number));
        if number.is_none() {
            self.report.add(
                path,
                format!("{value} is out of range for `{name}`"),
                format!("write a whole number from {} to {}", range.start(), range.end()),
            );
        }
        number
    }

    /// A whole number or an expression.
    pub(super) fn amount(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        range: RangeInclusive<u64>,
    ) -> Option<Amount> {
        match fields.get(name)? {
            (Value::String(text), path) => self
                .only_expression(text, path, name)
                .map(|expression| Amount::Expression(Box::new(expression))),
            _ => self.whole(fields, name, range).map(Amount::Literal),
        }
    }

    /// A string or an expression.
    pub(super) fn text(&mut self, fields: &Fields<'_>, name: &str) -> Option<Text> {
        let (_, path) = fields.get(name)?;
        let text = self.string(fields, name)?;
        match expression::text(&text) {
            expression::Text::Literal => Some(Text::Literal(text)),
            _ => self
                .expression(&text, path, name, Place::Plain)
                .map(|expression| Text::Expression(Box::new(expression))),
        }
    }

    pub(super) fn only_expression(
        &mut self,
        text: &str,
        path: String,
        field: &str,
    ) -> Option<Expression> {
        if matches!(expression::text(text), expression::Text::Literal) {
            self.report.add(
                path,
                format!("`{field}` is plain text"),
                "write an expression: `{% … %}`",
            );
            return None;
        }
        self.expression(text, path, field, Place::Plain)
    }

    /// Reads `{% … %}` and checks everything it refers to, but for variables, whose existence
    /// depends on the states before.
    pub(super) fn expression(
        &mut self,
        text: &str,
        path: String,
        field: &str,
        place: Place,
    ) -> Option<Expression> {
        let expression::Text::Expression(source) = expression::text(text) else {
            self.report.add(
                path,
                "an expression must begin with `{%` and end with `%}`, with nothing around",
                "join texts inside: `{% 'a ' & $b %}`",
            );
            return None;
        };
        match Expression::parse(source, field) {
            Ok(expression) => {
                self.check_uses(expression.uses(), &path, place);
                let variables = expression.uses().required.iter();
                let used = variables.map(|name| (name.clone(), path.clone())).collect::<Vec<_>>();
                self.used.extend(used);
                Some(expression)
            }
            Err(error) => {
                self.report.add(
                    path,
                    format!("this is not JSONata: {error}"),
                    "correct the expression",
                );
                None
            }
        }
    }

    fn check_uses(&mut self, uses: &Uses, path: &str, place: Place) {
        for name in &uses.unknown_functions {
            let remedy = match name.as_str() {
                "eval" => "Step Functions does not support `$eval`; use `$parse` for JSON text",
                _ => "use a function of JSONata or Step Functions",
            };
            self.report.add(path, format!("there is no function `${name}`"), remedy);
        }
        for name in &uses.rootless {
            self.report.add(
                path,
                format!("`{name}` stands for nothing: there is no root document"),
                format!("write `$states.input.{name}`, or `${name}` for a variable"),
            );
        }
        if uses.root {
            self.report.add(path, "`$` and `$$` stand for nothing here", "write `$states.input`");
        }
        for used in &uses.states {
            if let Some((what, remedy)) = states_field(used, place) {
                self.report.add(path, what, remedy);
            }
        }
    }
}
