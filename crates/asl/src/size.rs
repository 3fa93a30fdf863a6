//! How many bytes a value takes as JSON, counted without writing it.

use serde_json::Value;

/// The most bytes a task, a state or an execution may take in or give out: 256 KiB of UTF-8 JSON
/// (docs.aws.amazon.com/step-functions, service quotas).
pub const PAYLOAD_LIMIT: usize = 262_144;

/// The deepest nesting of arrays and objects, which is the deepest that can be read back from JSON.
/// Step Functions has such a limit too, without documenting it.
pub(crate) const DEPTH_LIMIT: usize = 127;

/// The length of `value` as compact JSON, in bytes; `None` if it is nested too deeply to tell.
pub(crate) fn size(value: &Value) -> Option<usize> {
    measure(value, DEPTH_LIMIT, quoted)
}

/// Whether `values` together take at most `limit` bytes as compact JSON; `None` if one is nested too
/// deeply to tell.
pub(crate) fn fit<'a>(
    values: impl Iterator<Item = &'a Value> + Clone,
    limit: usize,
) -> Option<bool> {
    // A byte of text takes at most six (`\u0000`). Most values are small enough even then, so that
    // their text need not be looked at.
    let most = |value| measure(value, DEPTH_LIMIT, |text| 2 + 6 * text.len());
    if values.clone().map(most).sum::<Option<usize>>()? <= limit {
        return Some(true);
    }
    Some(values.map(size).sum::<Option<usize>>()? <= limit)
}

fn measure(value: &Value, depth: usize, text: fn(&str) -> usize) -> Option<usize> {
    Some(match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(number) => match number.as_u64() {
            Some(number) => digits(number),
            None => number.to_string().len(),
        },
        Value::String(string) => text(string),
        Value::Array(items) => {
            let depth = depth.checked_sub(1)?;
            let sizes = items.iter().map(|item| measure(item, depth, text));
            2 + items.len().saturating_sub(1) + sizes.sum::<Option<usize>>()?
        }
        Value::Object(map) => {
            let depth = depth.checked_sub(1)?;
            let members =
                map.iter().map(|(key, value)| Some(text(key) + 1 + measure(value, depth, text)?));
            2 + map.len().saturating_sub(1) + members.sum::<Option<usize>>()?
        }
    })
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
            let length = value.to_string().len();
            assert_eq!(size(&value), Some(length), "{value}");
            assert_eq!(fit([&value].into_iter(), length), Some(true), "{value}");
            assert_eq!(fit([&value].into_iter(), length - 1), Some(false), "{value}");
            assert_eq!(fit([&value, &value].into_iter(), 2 * length), Some(true), "{value}");
        }
    }

    #[test]
    fn what_cannot_be_read_back_is_too_deep() {
        let nested = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));

        for (depth, fits) in [(DEPTH_LIMIT, true), (DEPTH_LIMIT + 1, false)] {
            let text = nested(depth).to_string();
            assert_eq!(serde_json::from_str::<Value>(&text).is_ok(), fits);
            assert_eq!(size(&nested(depth)).is_some(), fits);
        }
    }
}
