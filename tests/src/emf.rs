//! CloudWatch's embedded metric format, as far as CloudWatch Logs reads it from a log.

use std::collections::BTreeMap;

use serde_json::Value;

/// The rules of the format that a schema can say.
const SCHEMA: &str = include_str!("emf.schema.json");

/// A metric that was extracted from a line: `LeadTime Service=checkout`, and its value.
pub type Extracted = BTreeMap<String, f64>;

/// What CloudWatch would extract from these lines, added up. Lines of any other shape are no metrics.
///
/// # Panics
/// If a line says that it has metrics, and breaks a rule of the format.
pub fn extracted<'l>(lines: impl IntoIterator<Item = &'l str>) -> Extracted {
    let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let rules = jsonschema::validator_for(&schema).expect("the schema is one");
    let mut extracted = Extracted::new();
    for text in lines {
        let Ok(line) = serde_json::from_str::<Value>(text) else { continue };
        if line.get("_aws").is_none() {
            continue;
        }
        let broken: Vec<_> = rules.iter_errors(&line).map(|error| error.to_string()).collect();
        assert!(broken.is_empty(), "{broken:?}: {line}");
        for directive in list(&line["_aws"]["CloudWatchMetrics"]) {
            assert_eq!(directive["Namespace"], "Cutover", "{line}");
            read(&line, directive, &mut extracted);
        }
    }
    extracted
}

/// What a directive refers to has to be there: a text for a dimension, a number for a metric.
fn read(line: &Value, directive: &Value, extracted: &mut Extracted) {
    for set in list(&directive["Dimensions"]) {
        let dimension = |name: &Value| {
            let name = name.as_str().expect("by the schema");
            let of = line[name].as_str().unwrap_or_else(|| panic!("no dimension {name}: {line}"));
            assert!((1..=1024).contains(&of.len()), "{name} of {line}");
            format!(" {name}={of}")
        };
        let dimensions: String = list(set).iter().map(dimension).collect();
        for metric in list(&directive["Metrics"]) {
            let name = metric["Name"].as_str().expect("by the schema");
            let value = line[name].as_f64().unwrap_or_else(|| panic!("no number {name}: {line}"));
            *extracted.entry(format!("{name}{dimensions}")).or_default() += value;
        }
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).expect("by the schema")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line() -> Value {
        json!({
            "_aws": { "Timestamp": 1_772_334_000_250_i64, "CloudWatchMetrics": [{
                "Namespace": "Cutover", "Dimensions": [["Service"]],
                "Metrics": [{ "Name": "LeadTime", "Unit": "Seconds" }]
            }] },
            "Service": "checkout", "LeadTime": 602.5
        })
    }

    #[test]
    fn metrics_are_found_among_other_lines() {
        let line = line().to_string();
        let found = extracted(["{\"level\":\"INFO\"}", &line, "START", &line]);
        assert_eq!(found, Extracted::from([("LeadTime Service=checkout".to_owned(), 1205.0)]));
    }

    #[test]
    fn a_line_that_breaks_a_rule_is_noticed() {
        let break_it: [fn(&mut Value); 6] = [
            |line| line["_aws"]["Timestamp"] = json!("now"),
            |line| line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"] = json!("Days"),
            |line| line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] = json!(["Service"]),
            |line| line["_aws"]["CloudWatchMetrics"][0]["Metrics"] = json!([]),
            |line| line["Service"] = json!(7),
            |line| line["LeadTime"] = json!("602.5"),
        ];
        for broken in break_it {
            let mut line = line();
            broken(&mut line);
            let text = line.to_string();
            let read = std::panic::catch_unwind(|| extracted([text.as_str()]));
            assert!(read.is_err(), "{text}");
        }
    }
}
