//! Reads the values and operators of one field.

use std::ops::Bound;

use serde_json::{Map, Number, Value};

use super::super::cidr::{self, Cidr};
use super::super::matcher::{self, Matcher};
use super::super::number::{Exactly, Millionths, Range};
use super::super::search::Field;
use super::super::wildcard::Wildcard;
use super::{Place, Reader, kind};

/// The operators, as they are listed to someone who misspelt one.
const OPERATORS: &str =
    "prefix, suffix, equals-ignore-case, anything-but, numeric, exists, wildcard, cidr";

impl Reader {
    /// Reads one element of a field's array.
    pub(super) fn value(&mut self, place: &Place, value: &Value, field: &mut Field) {
        let matcher = match value {
            Value::Null => Some(Matcher::Null),
            Value::Bool(truth) => Some(Matcher::Bool(*truth)),
            Value::Number(number) => Some(Matcher::Number(Exactly::new(number))),
            Value::String(text) => Some(match cidr::address(text) {
                Some(address) => Matcher::Address(address),
                None => Matcher::Text(text.clone()),
            }),
            Value::Object(operator) => match self.only(place, operator) {
                Some(("exists", Value::Bool(false))) => {
                    field.absent = true;
                    None
                }
                Some((name, operand)) => self.operator(&place.field(name), name, operand),
                None => None,
            },
            Value::Array(_) => {
                self.refuse(place, "is an array in an array: list the values side by side");
                None
            }
        };
        field.matchers.extend(matcher);
    }

    fn operator(&mut self, place: &Place, name: &str, operand: &Value) -> Option<Matcher> {
        match (name, operand) {
            ("prefix" | "suffix", Value::Object(inner)) => self.folded(place, name, inner),
            ("prefix", _) => self.text(place, operand).map(Matcher::Prefix),
            ("suffix", _) => self.text(place, operand).map(Matcher::Suffix),
            ("equals-ignore-case", _) => {
                self.text(place, operand).map(|text| Matcher::EqualsFolded(matcher::fold(&text)))
            }
            ("wildcard", _) => self.wildcard(place, operand),
            ("cidr", _) => {
                let text = self.text(place, operand)?;
                Cidr::read(&text)
                    .map_err(|problem| self.refuse(place, problem))
                    .ok()
                    .map(Matcher::Cidr)
            }
            ("numeric", _) => self.numeric(place, operand).map(Matcher::Numeric),
            ("exists", Value::Bool(_)) => Some(Matcher::Present),
            ("exists", other) => {
                self.refuse(place, format!("is {}: write true or false", kind(other)));
                None
            }
            ("anything-but", _) => self.anything_but(place, operand),
            _ => {
                self.refuse(place, format!("is not an operator: those are {OPERATORS}"));
                None
            }
        }
    }

    /// `{"prefix": {"equals-ignore-case": …}}`, and the same of `suffix`.
    fn folded(&mut self, place: &Place, name: &str, inner: &Map<String, Value>) -> Option<Matcher> {
        let (operator, operand) = self.only(place, inner)?;
        let place = place.field(operator);
        if operator != "equals-ignore-case" {
            self.refuse(&place, format!("cannot stand in {name}: only equals-ignore-case can"));
            return None;
        }
        let text = matcher::fold(&self.text(&place, operand)?);
        Some(if name == "prefix" {
            Matcher::PrefixFolded(text)
        } else {
            Matcher::SuffixFolded(text)
        })
    }

    fn anything_but(&mut self, place: &Place, operand: &Value) -> Option<Matcher> {
        let Value::Object(inner) = operand else {
            let none_of = self.each(place, operand, Self::plain)?;
            let numbers = none_of.iter().filter(|m| matches!(m, Matcher::Number(_))).count();
            if numbers != 0 && numbers != none_of.len() {
                self.refuse(place, "mixes strings and numbers: use one kind");
            }
            return Some(Matcher::NoneOf(none_of));
        };

        let (operator, operand) = self.only(place, inner)?;
        let place = place.field(operator);
        let read = match operator {
            "prefix" => |reader: &mut Self, place: &Place, value: &Value| {
                reader.some_text(place, value).map(Matcher::Prefix)
            },
            "suffix" => |reader: &mut Self, place: &Place, value: &Value| {
                reader.some_text(place, value).map(Matcher::Suffix)
            },
            "equals-ignore-case" => |reader: &mut Self, place: &Place, value: &Value| {
                reader.text(place, value).map(|text| Matcher::EqualsFolded(matcher::fold(&text)))
            },
            "wildcard" => Self::wildcard,
            _ => {
                self.refuse(
                    &place,
                    "cannot stand in anything-but: prefix, suffix, equals-ignore-case and \
                     wildcard can",
                );
                return None;
            }
        };
        self.each(&place, operand, read).map(Matcher::NoneOf)
    }

    /// Reads one value, or each of an array of them.
    fn each(
        &mut self,
        place: &Place,
        operand: &Value,
        read: fn(&mut Self, &Place, &Value) -> Option<Matcher>,
    ) -> Option<Vec<Matcher>> {
        let Value::Array(values) = operand else {
            return read(self, place, operand).map(|matcher| vec![matcher]);
        };
        if values.is_empty() {
            self.refuse(place, "is an empty array: name a value");
        }
        let each = values.iter().enumerate();
        Some(each.filter_map(|(i, value)| read(self, &place.element(i), value)).collect())
    }

    /// A value that `anything-but` excludes as it is.
    fn plain(&mut self, place: &Place, value: &Value) -> Option<Matcher> {
        match value {
            Value::String(text) => Some(Matcher::Text(text.clone())),
            Value::Number(number) => {
                if Millionths::of(number).is_none() {
                    self.refuse(place, "lies outside ±5000000000: quote it in event and pattern");
                }
                Some(Matcher::Number(Exactly::new(number)))
            }
            other => {
                self.refuse(
                    place,
                    format!("is {}: anything-but takes strings or numbers", kind(other)),
                );
                None
            }
        }
    }

    fn wildcard(&mut self, place: &Place, operand: &Value) -> Option<Matcher> {
        let text = self.text(place, operand)?;
        match Wildcard::read(&text) {
            Ok(wildcard) => Some(Matcher::Wildcard(wildcard)),
            Err(problem) => {
                self.refuse(place, problem);
                None
            }
        }
    }

    /// `["=", 5]`, `["<", 10]`, `[">", 0, "<=", 5]`.
    fn numeric(&mut self, place: &Place, operand: &Value) -> Option<Range> {
        const FORMS: &str = "write [\"=\", 5], [\"<\", 10], [\">=\", 0] or [\">\", 0, \"<=\", 5]";

        let terms = operand.as_array().map(|terms| terms.iter().map(Term::of).collect::<Vec<_>>());
        let (bottom, top) = match terms.as_deref() {
            Some([Term::Word("="), Term::Number(value)]) => {
                let value = self.millionths(place, value)?;
                (Bound::Included(value), Bound::Included(value))
            }
            Some([Term::Word(below @ ("<" | "<=")), Term::Number(top)]) => {
                (Bound::Unbounded, end(below, self.millionths(place, top)?))
            }
            Some([Term::Word(above @ (">" | ">=")), Term::Number(bottom)]) => {
                (end(above, self.millionths(place, bottom)?), Bound::Unbounded)
            }
            Some(
                [
                    Term::Word(above @ (">" | ">=")),
                    Term::Number(bottom),
                    Term::Word(below @ ("<" | "<=")),
                    Term::Number(top),
                ],
            ) => {
                let bottom = self.millionths(place, bottom)?;
                let top = self.millionths(place, top)?;
                if bottom >= top {
                    self.refuse(place, "has a bottom that is not below its top: swap them");
                }
                (end(above, bottom), end(below, top))
            }
            _ => {
                self.refuse(place, format!("is not a range of numbers: {FORMS}"));
                return None;
            }
        };
        Some(Range(bottom, top))
    }

    fn millionths(&mut self, place: &Place, number: &Number) -> Option<Millionths> {
        let number = Millionths::of(number);
        if number.is_none() {
            self.refuse(
                place,
                "has a number outside ±5000000000, which EventBridge cannot compare",
            );
        }
        number
    }

    fn text(&mut self, place: &Place, value: &Value) -> Option<String> {
        if let Value::String(text) = value {
            return Some(text.clone());
        }
        self.refuse(place, format!("is {}: write a string", kind(value)));
        None
    }

    fn some_text(&mut self, place: &Place, value: &Value) -> Option<String> {
        let text = self.text(place, value)?;
        if text.is_empty() {
            self.refuse(place, "is empty, so that nothing would match: name some characters");
        }
        Some(text)
    }

    /// The one operator of an object.
    fn only<'v>(
        &mut self,
        place: &Place,
        object: &'v Map<String, Value>,
    ) -> Option<(&'v str, &'v Value)> {
        let mut entries = object.iter();
        if let (Some((name, operand)), None) = (entries.next(), entries.next()) {
            return Some((name, operand));
        }
        self.refuse(place, format!("has {} operators: write one to an object", object.len()));
        None
    }
}

/// An element of a `numeric` array.
enum Term<'v> {
    Word(&'v str),
    Number(&'v Number),
    Other,
}

impl<'v> Term<'v> {
    fn of(value: &'v Value) -> Self {
        match value {
            Value::String(word) => Self::Word(word),
            Value::Number(number) => Self::Number(number),
            _ => Self::Other,
        }
    }
}

/// An end of a range: `<=` and `>=` include it.
fn end(operator: &str, value: Millionths) -> Bound<Millionths> {
    if operator.ends_with('=') { Bound::Included(value) } else { Bound::Excluded(value) }
}
