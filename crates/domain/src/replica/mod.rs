//! A read replica, as far as we need to know it, and whether it keeps up.

mod check;
mod keeping_up;
mod lag;
mod look;

pub use check::ReplicaCheck;
pub use keeping_up::{Measured, findings, span, unanswered};
pub use lag::{Lag, LagMetric};
pub use look::Look;

use serde::{Deserialize, Serialize};

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
    /// How many replicas the instance or cluster has that it follows, itself included; nothing
    /// where that is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<u32>,
    /// How often its lag is measured; RDS does it once a minute.
    #[serde(default = "a_minute")]
    pub every: Seconds,
}

fn a_minute() -> Seconds {
    Seconds::minutes(1)
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instance(engine: &str, status: &str) -> Instance {
        Instance {
            name: "shop-2".into(),
            engine: engine.into(),
            status: status.into(),
            source: None,
            replication: None,
            member: None,
            replicas: None,
            every: Seconds::minutes(1),
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
