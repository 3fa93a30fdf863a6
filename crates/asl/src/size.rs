//! How many bytes a value takes as JSON, counted without writing it.

use serde_json::Value;

/// The most bytes a task, a state or an execution may take in or give out: 256 KiB of UTF-8 JSON
/// (docs.aws.amazon.com/step-functions, service quotas).
pub const PAYLOAD_LIMIT: usize = 262_144;

/// The length of `value` as compact JSON, in bytes.
pub(crate) fn size(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(number) => match number.as_u64() {
            Some(number) => digits(number),
            None => number.to_string().len(),
        },
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            2 + items.len().saturating_sub(1) + items.iter().map(size).sum::<usize>()
        }
        Value::Object(map) => {
            let members = map.iter().map(|(key, value)| quoted(key) + 1 + size(value));
            2 + map.len().saturating_sub(1) + members.sum::<usize>()
        }
    }
}

fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

fn quoted(text: &str) -> usize {
    let escapes = text.bytes().map(|byte| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 1,
        0..0x20 => 5,
        _ => 0,
    });
    2 + text.len() + escapes.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_size_is_the_length_of_the_written_json() {
        for value in [
            json!(null),
            json!([true, false, 0, 9, 10, 12_345, -7, 1.5, 1e300, u64::MAX, i64::MIN]),
            json!({"a\"b": "tab\t nul\u{0} ünï", "c": {"d": [], "e": {}}}),
        ] {
            assert_eq!(size(&value), value.to_string().len(), "{value}");
        }
    }
}
