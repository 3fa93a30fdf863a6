//! How far a replica is behind, and by which metric that is told.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Instance;
use crate::metric::{Query, Statistic};
use crate::seconds::Seconds;

/// A metric of how far a replica is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LagMetric {
    /// In seconds. −1 is "not replicating", not "ahead".
    ///
    /// Source: the RDS user guide, "Amazon CloudWatch metrics for Amazon RDS", and "Working with DB
    /// instance read replicas", monitoring.
    ReplicaLag,
    /// In milliseconds.
    ///
    /// Source: the Aurora user guide, "Amazon CloudWatch metrics for Amazon Aurora".
    AuroraReplicaLag,
}

/// How far a replica is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lag {
    /// So many milliseconds.
    Millis(u64),
    /// It does not replicate. This is not a small lag.
    Unknown,
}

impl LagMetric {
    /// Asks for the lag of an instance: the greatest of each period in which it is measured.
    pub fn query(self, instance: &str, every: Seconds) -> Query {
        let name = match self {
            Self::ReplicaLag => "ReplicaLag",
            Self::AuroraReplicaLag => "AuroraReplicaLag",
        };
        Query {
            namespace: "AWS/RDS".into(),
            name: name.into(),
            dimensions: BTreeMap::from([("DBInstanceIdentifier".into(), instance.into())]),
            statistic: Statistic::Maximum,
            period: every,
        }
    }

    /// What a value of it means.
    pub fn read(self, value: f64) -> Lag {
        let unit = match self {
            Self::ReplicaLag => 1000.0,
            Self::AuroraReplicaLag => 1.0,
        };
        match value.is_finite() && value >= 0.0 {
            true => Lag::Millis(whole(value * unit)),
            false => Lag::Unknown,
        }
    }
}

impl Instance {
    /// The metric of its lag. Readers of an Aurora cluster have one of their own. What an Aurora
    /// cluster replicates from outside has none of these, and its lag stays unknown.
    pub fn lag_metric(&self) -> LagMetric {
        match self.engine.starts_with("aurora") {
            true => LagMetric::AuroraReplicaLag,
            false => LagMetric::ReplicaLag,
        }
    }

    /// Asks for its lag.
    pub fn lag_query(&self) -> Query {
        self.lag_metric().query(&self.name, self.every)
    }
}

impl Lag {
    /// Whether it is at most `limit`.
    pub fn is_within(self, limit: Seconds) -> bool {
        matches!(self, Self::Millis(millis) if millis <= limit.0.saturating_mul(1000))
    }
}

impl fmt::Display for Lag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Millis(millis @ ..10_000) => write!(f, "{millis} ms"),
            Self::Millis(millis) => Seconds(millis / 1000).fmt(f),
            Self::Unknown => f.write_str("not replicating"),
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is not negative, and what is too great becomes the greatest"
)]
fn whole(millis: f64) -> u64 {
    millis.ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_is_read_in_its_own_unit_and_a_negative_one_is_none() {
        use LagMetric::{AuroraReplicaLag, ReplicaLag};
        for (metric, value, lag) in [
            (ReplicaLag, 2.5, Lag::Millis(2500)),
            (AuroraReplicaLag, 18.2, Lag::Millis(19)),
            (ReplicaLag, 0.0, Lag::Millis(0)),
            (ReplicaLag, -1.0, Lag::Unknown),
            (ReplicaLag, f64::NAN, Lag::Unknown),
            (ReplicaLag, f64::INFINITY, Lag::Unknown),
        ] {
            assert_eq!(metric.read(value), lag, "{metric:?} of {value}");
        }
    }

    #[test]
    fn the_metric_of_a_lag_follows_from_what_the_instance_is() {
        for (engine, metric) in [
            ("aurora-postgresql", "AuroraReplicaLag"),
            ("aurora-mysql", "AuroraReplicaLag"),
            ("postgres", "ReplicaLag"),
            ("mysql", "ReplicaLag"),
        ] {
            let instance: Instance = serde_json::from_value(serde_json::json!({
                "name": "shop-2", "engine": engine, "status": "available"
            }))
            .unwrap();
            let query = instance.lag_query();
            assert_eq!(query.to_string(), format!("AWS/RDS/{metric} of shop-2"));
            assert_eq!(query.period, Seconds::minutes(1));
        }
    }

    #[test]
    fn a_limit_holds_for_what_is_known_only() {
        let limit = Seconds(30);
        assert!(Lag::Millis(30_000).is_within(limit));
        assert!(!Lag::Millis(30_001).is_within(limit));
        assert!(!Lag::Unknown.is_within(limit));
    }
}
