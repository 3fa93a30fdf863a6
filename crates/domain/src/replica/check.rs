//! What a team asks of its read replicas.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::seconds::Seconds;

/// Read replicas that must keep up: RDS read replicas, and readers of an Aurora cluster.
///
/// The same is typed to start the replica check by hand, where `max_lag_seconds` and
/// `within_seconds` are understood too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplicaCheck {
    /// The replicas, by the name or the ARN of their instance.
    #[schemars(length(min = 1, max = 40))]
    pub instances: Vec<String>,
    /// How many replicas that which they follow must have, those that are not listed included. By
    /// default nobody counts.
    #[serde(default)]
    pub count: Option<u32>,
    /// The greatest lag.
    #[serde(default = "thirty_seconds", alias = "max_lag_seconds")]
    pub max_lag: Seconds,
    /// How long they are waited for, before the deployment begins and again while it is under way.
    #[serde(default = "ten_minutes", alias = "within_seconds")]
    pub within: Seconds,
}

impl ReplicaCheck {
    /// The most instances: what one page of RDS and one call for metrics can tell, generously.
    const MOST: usize = 40;
    /// The longest wait. The service is claimed meanwhile, and nobody else can deploy it.
    const LONGEST: Seconds = Seconds::minutes(60);

    /// What does not make sense though each field is well formed: the field, and what would be
    /// right.
    pub fn nonsense(&self) -> Vec<(String, String)> {
        let mut mistakes = Vec::new();
        let mut unless = |right: bool, field: &str, what: &str| {
            if !right {
                mistakes.push((field.to_owned(), what.to_owned()));
            }
        };

        let right = (1..=Self::MOST).contains(&self.instances.len());
        unless(right, "instances", "name 1 to 40 instances, or leave `replicas` out");
        for (index, name) in self.instances.iter().enumerate() {
            let field = format!("instances[{index}]");
            let what = "an instance's name has 1 to 63 letters, digits and hyphens, and begins with a letter";
            unless(is_instance(name), &field, what);
            let twice = self.instances[..index].iter().any(|it| it.eq_ignore_ascii_case(name));
            unless(!twice, &field, &format!("{name:?} is listed twice"));
        }
        unless(
            self.count != Some(0),
            "count",
            "a replica that is listed is one; leave `count` out",
        );
        let right = self.max_lag >= Seconds(1);
        unless(right, "max_lag", "choose 1 second at least; a replica is always a little behind");
        let right = (Seconds(1)..=Self::LONGEST).contains(&self.within);
        unless(right, "within", "choose 1 second to 1 hour; nobody else can deploy meanwhile");
        mistakes
    }
}

/// Source: the RDS API reference, `CreateDBInstanceReadReplica`.
fn is_instance(name: &str) -> bool {
    name.starts_with("arn:")
        || (1..=63).contains(&name.len())
            && name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '-')
}

fn thirty_seconds() -> Seconds {
    Seconds(30)
}

fn ten_minutes() -> Seconds {
    Seconds::minutes(10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_typed_at_the_console_and_what_stands_in_a_document_are_the_same() {
        let typed = json!({ "instances": ["orders-replica"], "max_lag_seconds": 30, "within_seconds": 600 });
        let written = json!({ "instances": ["orders-replica"], "max_lag": "30s", "within": "10m" });
        let short = json!({ "instances": ["orders-replica"] });

        let read = |json| serde_json::from_value::<ReplicaCheck>(json).unwrap();
        assert_eq!(read(typed), read(written.clone()));
        assert_eq!(read(short), read(written));
    }
}
