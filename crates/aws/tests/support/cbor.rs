//! CBOR, as JSON with one addition: a moment, which CBOR tags as such.

use ciborium::Value as Cbor;
use serde_json::{Map, Value, json};

/// Stands for a moment in what a script answers: seconds since 1970.
const MOMENT: &str = "$moment";

/// A moment to be answered: seconds since 1970.
pub(crate) fn epoch(seconds: f64) -> Value {
    json!({ MOMENT: seconds })
}

pub(super) fn write(value: Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(&cbor(value), &mut bytes).expect("a value can be written");
    bytes
}

pub(super) fn read(bytes: &[u8]) -> Value {
    json(ciborium::from_reader(bytes).expect("RPC v2 CBOR sends CBOR"))
}

fn cbor(value: Value) -> Cbor {
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(bool) => Cbor::Bool(bool),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Cbor::Integer(number.into()),
            None => Cbor::Float(number.as_f64().expect("a number is a number")),
        },
        Value::String(text) => Cbor::Text(text),
        Value::Array(values) => Cbor::Array(values.into_iter().map(cbor).collect()),
        Value::Object(mut fields) => match fields.remove(MOMENT) {
            Some(seconds) => Cbor::Tag(1, Box::new(cbor(seconds))),
            None => {
                let field = |(name, value)| (Cbor::Text(name), cbor(value));
                Cbor::Map(fields.into_iter().map(field).collect())
            }
        },
    }
}

fn json(value: Cbor) -> Value {
    match value {
        Cbor::Null => Value::Null,
        Cbor::Bool(bool) => bool.into(),
        Cbor::Integer(number) => i64::try_from(number).expect("AWS counts in 64 bits").into(),
        Cbor::Float(number) => number.into(),
        Cbor::Text(text) => text.into(),
        Cbor::Tag(_, value) => json(*value),
        Cbor::Array(values) => values.into_iter().map(json).collect(),
        Cbor::Map(fields) => {
            let name = |name: Cbor| name.into_text().expect("names are texts");
            let fields = fields.into_iter().map(|(key, value)| (name(key), json(value)));
            fields.collect::<Map<_, _>>().into()
        }
        other => panic!("no protocol of AWS sends {other:?}"),
    }
}
