//! Reads JSON text and notices keys that are given twice, which a plain parser silently drops.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The value of `text`, and the path of every key that stands twice in its object.
pub(crate) fn parse(text: &str) -> Result<(Value, Vec<String>), serde_json::Error> {
    let mut seen = Seen { path: String::from("$"), twice: Vec::new() };
    let mut deserializer = serde_json::Deserializer::from_str(text);

    let value = Node(&mut seen).deserialize(&mut deserializer)?;
    deserializer.end()?;

    Ok((value, seen.twice))
}

/// The path of `key` inside the object at `path`.
pub(crate) fn member(path: &str, key: &str) -> String {
    let plain = !key.is_empty()
        && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
        && !key.starts_with(|c: char| c.is_ascii_digit());
    if plain { format!("{path}.{key}") } else { format!("{path}['{}']", key.replace('\'', "\\'")) }
}

/// The path of item `index` of the array at `path`.
pub(crate) fn item(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}

struct Seen {
    path: String,
    twice: Vec<String>,
}

struct Node<'a>(&'a mut Seen);

impl Node<'_> {
    /// A node one step further down; the path is put back afterwards by the caller.
    fn at(&mut self, path: String) -> (Node<'_>, String) {
        let before = std::mem::replace(&mut self.0.path, path);
        (Node(self.0), before)
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        loop {
            let (node, before) = self.at(item(&self.0.path, values.len()));
            let value = items.next_element_seed(node)?;
            self.0.path = before;
            match value {
                Some(value) => values.push(value),
                None => return Ok(Value::Array(values)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let path = member(&self.0.path, &key);
            if map.contains_key(&key) {
                self.0.twice.push(path.clone());
            }
            let (node, before) = self.at(path);
            let value = entries.next_value_seed(node)?;
            self.0.path = before;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_given_twice_is_found_with_its_path() {
        let (value, twice) = parse(r#"{"a": [{"b c": 1, "b c": 2}], "d": {"d": 1}}"#).unwrap();

        assert_eq!(value["a"][0]["b c"], 2);
        assert_eq!(twice, ["$.a[0]['b c']"]);
    }

    #[test]
    fn text_after_the_value_is_an_error() {
        assert!(parse("{} {}").is_err());
    }
}
