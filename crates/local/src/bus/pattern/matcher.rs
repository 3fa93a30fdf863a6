//! One comparison of a pattern with one value of an event.

use std::net::IpAddr;

use serde_json::{Number, Value};

use super::cidr::{self, Cidr};
use super::number::{Exactly, Range};
use super::wildcard::Wildcard;

/// A value that holds no others: the only kind a pattern compares.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scalar<'a> {
    Text(&'a str),
    Number(&'a Number),
    Bool(bool),
    Null,
}

impl<'a> Scalar<'a> {
    /// The value itself, or `None` for an object or an array.
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::String(text) => Some(Self::Text(text)),
            Value::Number(number) => Some(Self::Number(number)),
            Value::Bool(truth) => Some(Self::Bool(*truth)),
            Value::Null => Some(Self::Null),
            Value::Array(_) | Value::Object(_) => None,
        }
    }
}

/// What a value is compared with. Texts that ignore case are kept folded.
#[derive(Debug, Clone)]
pub(super) enum Matcher {
    Text(String),
    /// An address written as an exact text also fits its other spellings, as in Event Ruler.
    Address(IpAddr),
    Number(Exactly),
    Bool(bool),
    Null,
    Prefix(String),
    Suffix(String),
    EqualsFolded(String),
    PrefixFolded(String),
    SuffixFolded(String),
    Wildcard(Wildcard),
    Numeric(Range),
    Cidr(Cidr),
    /// `exists: true`.
    Present,
    /// `anything-but`: fits when none of these does.
    NoneOf(Vec<Matcher>),
}

impl Matcher {
    pub(super) fn fits(&self, value: Scalar<'_>) -> bool {
        match (self, value) {
            (Self::Present, _) | (Self::Null, Scalar::Null) => true,
            (Self::NoneOf(others), value) => !others.iter().any(|other| other.fits(value)),
            (Self::Text(wanted), Scalar::Text(text)) => wanted == text,
            (Self::Address(wanted), Scalar::Text(text)) => cidr::address(text) == Some(*wanted),
            (Self::Prefix(prefix), Scalar::Text(text)) => text.starts_with(prefix.as_str()),
            (Self::Suffix(suffix), Scalar::Text(text)) => text.ends_with(suffix.as_str()),
            (Self::EqualsFolded(wanted), Scalar::Text(text)) => wanted.chars().eq(folded(text)),
            (Self::PrefixFolded(prefix), Scalar::Text(text)) => {
                begins(folded(text), prefix.chars())
            }
            (Self::SuffixFolded(suffix), Scalar::Text(text)) => {
                begins(folded(text).rev(), suffix.chars().rev())
            }
            (Self::Wildcard(wildcard), Scalar::Text(text)) => wildcard.fits(text),
            (Self::Cidr(block), Scalar::Text(text)) => block.fits(text),
            (Self::Number(wanted), Scalar::Number(number)) => wanted.fits(number),
            (Self::Numeric(range), Scalar::Number(number)) => range.fits(number),
            (Self::Bool(wanted), Scalar::Bool(truth)) => *wanted == truth,
            _ => false,
        }
    }
}

/// A text with its case taken away.
pub(super) fn fold(text: &str) -> String {
    folded(text).collect()
}

fn folded(text: &str) -> impl DoubleEndedIterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

fn begins(mut text: impl Iterator<Item = char>, mut beginning: impl Iterator<Item = char>) -> bool {
    beginning.all(|wanted| text.next() == Some(wanted))
}
