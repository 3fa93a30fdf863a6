//! Reads a service document, and finds everything that is wrong with it.

use serde_json::{Value, json};

use super::{Mistake, Mistakes, ServiceDocument};

impl ServiceDocument {
    /// Reads a document.
    ///
    /// # Errors
    /// Every mistake in it, with its path and what would be right.
    pub fn read(text: &str) -> Result<Self, Mistakes> {
        let json: Value = serde_json::from_str(text).map_err(|error| {
            Mistakes(vec![Mistake::at("", format!("this is not JSON: {error}"))])
        })?;
        // A key that stands twice is gone from `json`; only the text itself tells.
        let twice = shape(&mut serde_json::Deserializer::from_str(text))
            .err()
            .filter(|mistake| mistake.what.starts_with("duplicate field"));

        let mut mistakes = mistakes(json.clone());
        mistakes.extend(twice);
        match shape(json) {
            Ok(document) if mistakes.is_empty() => Ok(document),
            _ => Err(Mistakes(mistakes)),
        }
    }
}

/// Every mistake in `json`.
///
/// Reading stops at the first field that has the wrong shape. So that a person need not come back
/// for each, a field that was found wrong is replaced by a good one, and the document read again.
fn mistakes(mut json: Value) -> Vec<Mistake> {
    let good = json!({
        "name": "good", "image": "ghcr.io/good/good", "tags": { "semver": "*" }, "cluster": "good",
        "strategy": { "blue_green": {} },
    });
    let mut mistakes = Vec::new();
    let mut replaced = Vec::new();

    loop {
        let mistake = match shape(json.clone()) {
            Ok(document) => {
                mistakes.extend(document.nonsense());
                return mistakes;
            }
            Err(mistake) => mistake,
        };
        let missing =
            mistake.what.strip_prefix("missing field `").map(|rest| rest.trim_end_matches('`'));
        let field = match (mistake.field(), missing) {
            ("", Some(missing)) => missing.to_owned(),
            (field, _) => field.to_owned(),
        };
        mistakes.push(mistake);

        let Some(fields) = json.as_object_mut().filter(|_| !replaced.contains(&field)) else {
            return mistakes;
        };
        match good.get(&field) {
            Some(value) => fields.insert(field.clone(), value.clone()),
            None => fields.shift_remove(&field),
        };
        replaced.push(field);
    }
}

/// Reads the shape of a document, without asking whether it makes sense.
fn shape<'de>(from: impl serde::Deserializer<'de>) -> Result<ServiceDocument, Mistake> {
    serde_path_to_error::deserialize(from).map_err(|error| {
        let path = error.path().to_string();
        let path = if path == "." { String::new() } else { path };
        // Where in the text it was is told by the path.
        let what = error.into_inner().to_string();
        let what = what.split(" at line ").next().unwrap_or_default().to_owned();
        Mistake::at(path, what)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seconds::Seconds;
    use serde_json::{Value, json};

    fn document() -> Value {
        json!({
            "name": "checkout",
            "image": "ghcr.io/acme/checkout",
            "tags": { "semver": ">=1.0.0" },
            "cluster": "shop",
            "strategy": { "blue_green": {} }
        })
    }

    fn with(path: &str, value: Value) -> String {
        let mut document = document();
        document[path] = value;
        document.to_string()
    }

    #[test]
    fn a_short_document_says_enough() {
        let document = ServiceDocument::read(&document().to_string()).unwrap();

        assert_eq!(document.place().to_string(), "shop/checkout");
        assert_eq!(document.bake, Seconds::minutes(10));
        assert_eq!(document.checks.within, Seconds(30));
    }

    #[test]
    fn every_mistake_is_told_with_its_path_and_what_would_be_right() {
        for (wrong, says) in [
            (with("bake", json!("48h")), "at `bake`: 48h is longer than 23h"),
            (with("bake", json!("soon")), "at `bake`: invalid value: string \"soon\""),
            (with("colour", json!("blue")), "at `colour`: unknown field `colour`, expected one of"),
            (
                with("image", json!("ghcr.io/acme/checkout:v1")),
                "at `image`: \"ghcr.io/acme/checkout:v1\" is not an image",
            ),
            (
                with("strategy", json!({ "linear": { "step": 2, "hold": 60 } })),
                "at `strategy.linear.step`: 2% is less than 3 %",
            ),
            (
                with("strategy", json!({ "canary": { "percent": 0, "hold": 60 } })),
                "0 is not a share of traffic",
            ),
            (with("cluster", json!("a b")), "at `cluster`: an ECS name has"),
            (
                with("checks", json!({ "smoke": [{ "path": "health" }] })),
                "at `checks.smoke[0].path`: a path starts with \"/\"",
            ),
            (
                with("checks", json!({ "smoke": [{ "path": "/", "status": 20 }] })),
                "at `checks.smoke[0].status`: 20 is not",
            ),
            (
                with("checks", json!({ "alarms": ["a", "b", "a"] })),
                "at `checks.alarms[2]`: \"a\" is listed twice",
            ),
            (
                with("checks", json!({ "replicas": { "instances": [] } })),
                "at `checks.replicas.instances`: name 1 to 40 instances",
            ),
            (
                with("checks", json!({ "replicas": { "instances": ["orders_2"] } })),
                "at `checks.replicas.instances[0]`: an instance's name has",
            ),
            (
                with("checks", json!({ "replicas": { "instances": ["a", "A"] } })),
                "at `checks.replicas.instances[1]`: \"A\" is listed twice",
            ),
            (
                with("checks", json!({ "replicas": { "instances": ["a"], "count": 0 } })),
                "at `checks.replicas.count`: a replica that is listed is one",
            ),
            (
                with("checks", json!({ "replicas": { "instances": ["a"], "max_lag": 0 } })),
                "at `checks.replicas.max_lag`: choose 1 second at least",
            ),
            (
                with("checks", json!({ "replicas": { "instances": ["a"], "within": "2h" } })),
                "at `checks.replicas.within`: choose 1 second to 1 hour",
            ),
            (
                with("checks", json!({ "metrics": [{ "compare": { "times": 1 } }] })),
                "at `checks.metrics[0].compare.times`: 1 is not 1.2 to 100 times",
            ),
            (
                with("checks", json!({ "metrics": [{ "compare": {} }, { "compare": {} }] })),
                "at `checks.metrics[1]`: \"errors against blue\" is listed twice",
            ),
            (
                with(
                    "checks",
                    json!({ "metrics": [{ "cloudwatch": { "name": "a", "metrics": {} } }] }),
                ),
                "at `checks.metrics[0].cloudwatch`: say what is good: `at_most`, `at_least` or both; at `checks.metrics[0].cloudwatch.metrics`: name 1 to 100 metrics",
            ),
            ("{".into(), "this is not JSON: EOF"),
        ] {
            let failure = ServiceDocument::read(&wrong).expect_err(&wrong).to_string();
            assert!(failure.contains(says), "{wrong}\n  {failure}");
        }
    }

    #[test]
    fn so_is_every_mistake_about_people_and_what_goes_along() {
        for (wrong, says) in [
            (
                with("migration", json!({ "command": [] })),
                "at `migration.command`: name the program first, then its arguments",
            ),
            (
                with("migration", json!({ "command": ["./migrate"], "within": "13h" })),
                "at `migration.within`: 13h is not 1 second to 12h",
            ),
            (
                with("migration", json!({ "command": "./migrate up" })),
                "at `migration.command`: invalid type: string",
            ),
            (with("after", json!(["checkout"])), "at `after[0]`: a service does not come after"),
            (with("after", json!(["a", "b", "a"])), "at `after[2]`: `a` is listed twice"),
            (with("people", json!({ "mia": { "name": "mia", "may": [] } })), "at `people"),
            (
                with(
                    "people",
                    json!({
                        "U1": { "name": "mia", "may": ["hold", "hold"] },
                        "U2": { "name": "mia", "may": [] }, "U3": { "name": " ", "may": [] }
                    }),
                ),
                "at `people.U1.may[1]`: hold is listed twice; at `people.U2.name`: \"mia\" is the name of somebody else too; at `people.U3.name`: give a name",
            ),
            (
                with("tell", json!({ "github": { "repository": "acme", "environment": "live" } })),
                "at `tell.github.repository`: \"acme\" is not a repository at GitHub such as",
            ),
            (
                with(
                    "tell",
                    json!({ "github": {
                        "repository": "acme/checkout", "environment": " ", "ref": "", "url": "shop"
                    } }),
                ),
                "at `tell.github.environment`: an environment has a name of 1 to 255 characters; at `tell.github.ref`: name a branch, a tag or a commit; `{tag}` stands for the tag of the image; at `tell.github.url`: an address begins with",
            ),
            (
                with("tell", json!({ "slack": { "channel": "#deployments" } })),
                "at `tell.slack.channel`: name the channel by its id, such as C0123456789",
            ),
        ] {
            let failure = ServiceDocument::read(&wrong).expect_err(&wrong).to_string();
            assert!(failure.contains(says), "{wrong}\n  {failure}");
        }
    }

    #[test]
    fn several_mistakes_are_told_at_once() {
        let wrong = json!({
            "image": "ghcr.io/acme/checkout:v1",
            "tags": {},
            "cluster": "a b",
            "strategy": { "linear": { "step": 1, "hold": 60 } },
            "bake": "soon",
            "colour": "blue",
            "checks": { "smoke": [{ "path": "x", "status": 7 }] },
        });

        let mistakes = ServiceDocument::read(&wrong.to_string()).expect_err("many mistakes");

        let mut places: Vec<_> = mistakes
            .0
            .iter()
            .map(|mistake| if mistake.path.is_empty() { &mistake.what } else { &mistake.path })
            .collect();
        places.sort();
        assert_eq!(
            places,
            [
                "bake",
                "checks.smoke[0].path",
                "checks.smoke[0].status",
                "cluster",
                "colour",
                "image",
                "missing field `name`",
                "strategy.linear.step",
                "tags",
            ]
        );
    }

    #[test]
    fn a_key_that_stands_twice_is_a_mistake() {
        let twice = document().to_string().replacen('{', r#"{ "bake": "1m", "bake": "2m","#, 1);

        let mistakes = ServiceDocument::read(&twice).expect_err("two bakes");

        assert!(mistakes.to_string().contains("duplicate field `bake`"), "{mistakes}");
    }
}
