//! A read replica, as far as we need to know it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::metric::{Query, Series, Statistic};
use crate::seconds::Seconds;

/// An instance that was asked for by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replica {
    /// The name it was asked for by.
    pub name: String,
    /// What it is; nothing if there is no such instance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<Instance>,
}

/// What RDS tells of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Its name in RDS, and in its metrics.
    pub name: String,
    /// The engine: `postgres`, `aurora-mysql`.
    pub engine: String,
    /// How it stands, in the word of RDS: `available`.
    pub status: String,
    /// What it replicates, instance or cluster; nothing if it is no replica of another. An Aurora
    /// replica has no source: it is a reader of its cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How its replication stands. RDS tells it of replicas only, and of Aurora's not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replication: Option<Replication>,
    /// Its place in a cluster, if it is in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
}

/// How a replication stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replication {
    /// Whether RDS calls it normal.
    pub normal: bool,
    /// In the word of RDS: `replicating`, `error`, `stopped`, `terminated`.
    pub status: String,
    /// What RDS says about an error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A place in a cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The cluster.
    pub cluster: String,
    /// What it does there.
    pub role: Role,
}

/// What a member of a cluster does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It takes the writes.
    Writer,
    /// It follows the writer.
    Reader,
}

/// The words of RDS for an instance that can be used. In all others it is being made, changed or
/// mended, or it has failed.
///
/// Source: the RDS user guide, "Viewing Amazon RDS DB instance status".
const USABLE: [&str; 3] = ["available", "backing-up", "storage-optimization"];

impl Instance {
    /// Whether it can be used as it stands.
    pub fn is_usable(&self) -> bool {
        USABLE.contains(&self.status.as_str())
    }

    /// Whether it follows another instance, by a replication or within a cluster.
    pub fn follows(&self) -> bool {
        let reads = self.member.as_ref().is_some_and(|member| member.role == Role::Reader);
        self.source.is_some() || reads
    }

    /// The metric of its lag. Readers of an Aurora cluster have one of their own. What an Aurora
    /// cluster replicates from outside has none of these, and its lag stays unknown.
    pub fn lag_metric(&self) -> LagMetric {
        match self.engine.starts_with("aurora") {
            true => LagMetric::AuroraReplicaLag,
            false => LagMetric::ReplicaLag,
        }
    }
}

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
    /// It was not measured, or it does not replicate. This is not a small lag.
    Unknown,
}

impl LagMetric {
    /// Asks for the lag of an instance: the greatest of each minute.
    pub fn query(self, instance: &str) -> Query {
        let name = match self {
            Self::ReplicaLag => "ReplicaLag",
            Self::AuroraReplicaLag => "AuroraReplicaLag",
        };
        Query {
            namespace: "AWS/RDS".into(),
            name: name.into(),
            dimensions: BTreeMap::from([("DBInstanceIdentifier".into(), instance.into())]),
            statistic: Statistic::Maximum,
            period: Seconds::minutes(1),
        }
    }

    /// The lag that was measured last.
    pub fn read(self, series: &Series) -> Lag {
        let unit = match self {
            Self::ReplicaLag => 1000.0,
            Self::AuroraReplicaLag => 1.0,
        };
        match series.newest() {
            Some(newest) if newest.value >= 0.0 && newest.value.is_finite() => {
                Lag::Millis(whole(newest.value * unit))
            }
            _ => Lag::Unknown,
        }
    }
}

impl fmt::Display for Lag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Millis(millis) => write!(f, "{millis} ms"),
            Self::Unknown => f.write_str("unknown"),
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
    use jiff::Timestamp;

    use super::*;
    use crate::metric::Point;

    fn instance(engine: &str, status: &str) -> Instance {
        Instance {
            name: "shop-2".into(),
            engine: engine.into(),
            status: status.into(),
            source: None,
            replication: None,
            member: None,
        }
    }

    fn series(values: &[f64]) -> Series {
        let point = |value: &f64| Point { at: Timestamp::UNIX_EPOCH, value: *value };
        Series::Complete(values.iter().map(point).collect())
    }

    #[test]
    fn a_lag_is_read_in_its_own_unit_and_a_negative_one_is_none() {
        use LagMetric::{AuroraReplicaLag, ReplicaLag};
        for (metric, series, lag) in [
            (ReplicaLag, series(&[9.0, 2.5]), Lag::Millis(2500)),
            (AuroraReplicaLag, series(&[9.0, 18.2]), Lag::Millis(19)),
            (ReplicaLag, series(&[0.0]), Lag::Millis(0)),
            (ReplicaLag, series(&[0.0, -1.0]), Lag::Unknown),
            (ReplicaLag, series(&[f64::NAN]), Lag::Unknown),
            (ReplicaLag, series(&[f64::INFINITY]), Lag::Unknown),
            (AuroraReplicaLag, Series::NoData, Lag::Unknown),
            (AuroraReplicaLag, Series::Partial(vec![]), Lag::Unknown),
        ] {
            assert_eq!(metric.read(&series), lag, "{metric:?} of {series:?}");
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
            let query = instance(engine, "available").lag_metric().query("shop-2");
            assert_eq!(query.to_string(), format!("AWS/RDS/{metric} of shop-2"));
        }
    }

    #[test]
    fn only_a_few_words_of_rds_mean_that_an_instance_can_be_used() {
        for (status, usable) in [
            ("available", true),
            ("backing-up", true),
            ("storage-optimization", true),
            ("modifying", false),
            ("storage-full", false),
            ("a word of tomorrow", false),
        ] {
            assert_eq!(instance("postgres", status).is_usable(), usable, "{status}");
        }
    }

    #[test]
    fn an_instance_follows_its_source_or_the_writer_of_its_cluster() {
        let alone = instance("postgres", "available");
        let replica = Instance { source: Some("shop-1".into()), ..alone.clone() };
        let member = |role| Instance {
            member: Some(Member { cluster: "shop".into(), role }),
            ..alone.clone()
        };

        assert!(replica.follows());
        assert!(member(Role::Reader).follows());
        assert!(!member(Role::Writer).follows());
        assert!(!alone.follows());
    }
}
