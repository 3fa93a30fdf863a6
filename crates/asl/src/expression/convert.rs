//! Between JSON and the values of JSONata.

use jsonata_core::value::JValue;
use serde_json::{Map, Number, Value};

use crate::size::DEPTH_LIMIT;

pub(super) fn convert(value: &Value) -> JValue {
    match value {
        Value::Null => JValue::Null,
        Value::Bool(bool) => JValue::Bool(*bool),
        Value::Number(number) => JValue::Number(number.as_f64().unwrap_or(f64::NAN)),
        Value::String(text) => JValue::string(text.as_str()),
        Value::Array(items) => JValue::array(items.iter().map(convert).collect()),
        Value::Object(map) => {
            JValue::object(map.iter().map(|(key, value)| (key.clone(), convert(value))).collect())
        }
    }
}

/// The JSON of a result, or why there is none.
pub(super) fn restore(value: &JValue) -> Result<Value, &'static str> {
    restore_within(value, DEPTH_LIMIT)
}

fn restore_within(value: &JValue, depth: usize) -> Result<Value, &'static str> {
    let inside = || depth.checked_sub(1).ok_or("returned a value that is nested too deeply.");
    Ok(match value {
        JValue::Null => Value::Null,
        JValue::Bool(bool) => Value::Bool(*bool),
        JValue::Number(number) => Value::Number(
            restore_number(*number).ok_or("returned a number that is too large for JSON.")?,
        ),
        JValue::String(text) => Value::String(text.to_string()),
        JValue::Array(items) => {
            let depth = inside()?;
            let defined = items.iter().filter(|item| !item.is_undefined());
            Value::Array(defined.map(|item| restore_within(item, depth)).collect::<Result<_, _>>()?)
        }
        JValue::Object(map) => {
            let depth = inside()?;
            let defined = map.iter().filter(|(_, value)| !value.is_undefined());
            let members = defined
                .map(|(key, value)| Ok::<_, &str>((key.clone(), restore_within(value, depth)?)));
            Value::Object(members.collect::<Result<Map<_, _>, &str>>()?)
        }
        _ => return Err("returned a value that is not JSON (a function)."),
    })
}

/// JSONata has only `f64`; a whole number is written without `.0`, as JavaScript does.
fn restore_number(number: f64) -> Option<Number> {
    if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_991.0 {
        #[expect(clippy::cast_possible_truncation, reason = "just seen to be whole and in range")]
        return Some(Number::from(number as i64));
    }
    Number::from_f64(number)
}
