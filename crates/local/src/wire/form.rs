//! What a call of AWS Query is made of: a form that asks, and XML that answers.

use std::collections::BTreeMap;
use std::fmt::Write;

/// The fields of a form.
pub(super) type Form = BTreeMap<String, String>;

/// An element that holds text, whatever is in it.
pub(super) fn element(name: &str, text: &str) -> String {
    let mut element = format!("<{name}>");
    for letter in text.chars() {
        match letter {
            '&' => element.push_str("&amp;"),
            '<' => element.push_str("&lt;"),
            '>' => element.push_str("&gt;"),
            // XML 1.0 has no other control characters, escaped or not.
            letter if letter.is_control() && !matches!(letter, '\t' | '\n') => element.push(' '),
            letter => element.push(letter),
        }
    }
    let _ = write!(element, "</{name}>");
    element
}
