//! The read replicas: Amazon RDS.
//!
//! Source: the RDS API reference, `DescribeDBInstances` and `DescribeDBClusters`.

use std::collections::BTreeSet;

use aws_sdk_rds::Client;
use aws_sdk_rds::types::{DbCluster, DbClusterMember, DbInstance, Filter};
use domain::Failure;
use domain::replica::{Instance, Member, Replica, Replication, Role};
use domain::seconds::Seconds;
use workflow::ports::Replicas;

use crate::Config;
use crate::config::client;
use crate::failure::failure;

/// The read replicas, kept by RDS.
#[derive(Debug, Clone)]
pub struct Rds(Client);

/// The most names of one filter, and the most records of one answer.
const AT_ONCE: usize = 100;
const PAGE: i32 = 100;

impl Rds {
    /// A client for the databases of this account and region.
    pub fn new(config: &Config) -> Self {
        Self(client!(config, aws_sdk_rds))
    }

    /// The instances of these names. By a filter, which tells nothing of a name that does not
    /// exist, where asking for it would be an error.
    async fn instances(&self, names: &BTreeSet<String>) -> Result<Vec<DbInstance>, Failure> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut instances = Vec::new();
        for names in names.chunks(AT_ONCE) {
            let asked = self.0.describe_db_instances().filters(filter("db-instance-id", names));
            let mut pages = asked.into_paginator().page_size(PAGE).send();
            while let Some(page) = pages.next().await {
                let what = || format!("describe the database instances {}", names.join(", "));
                let page = page.map_err(|error| failure(&what(), &error))?;
                instances.extend(page.db_instances.unwrap_or_default());
            }
        }
        Ok(instances)
    }

    /// The clusters of these names.
    async fn clusters(&self, names: &BTreeSet<String>) -> Result<Vec<DbCluster>, Failure> {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let mut clusters = Vec::new();
        for names in names.chunks(AT_ONCE) {
            let asked = self.0.describe_db_clusters().filters(filter("db-cluster-id", names));
            let mut pages = asked.into_paginator().page_size(PAGE).send();
            while let Some(page) = pages.next().await {
                let what = || format!("describe the database clusters {}", names.join(", "));
                let page = page.map_err(|error| failure(&what(), &error))?;
                clusters.extend(page.db_clusters.unwrap_or_default());
            }
        }
        Ok(clusters)
    }
}

impl Replicas for Rds {
    async fn replicas(&self, instances: &[String]) -> Result<Vec<Replica>, Failure> {
        // RDS keeps names in lower case, and takes them in any.
        let names: BTreeSet<_> = instances.iter().map(|name| name.to_lowercase()).collect();
        let mut told = self.instances(&names).await?;
        // Who has how many replicas is told of the instance that they follow. One of another region
        // is named by its ARN, and cannot be asked here.
        let followed =
            told.iter().filter_map(DbInstance::read_replica_source_db_instance_identifier);
        let followed = followed.filter(|name| !name.contains(':')).map(str::to_lowercase);
        let unknown: BTreeSet<_> = followed.filter(|name| !names.contains(name)).collect();
        told.extend(if unknown.is_empty() { Vec::new() } else { self.instances(&unknown).await? });
        let of = told.iter().filter_map(DbInstance::db_cluster_identifier).map(str::to_owned);
        let clusters = self.clusters(&of.collect()).await?;

        let replicas = instances.iter().map(|name| {
            let found = told.iter().find(|told| is_called(told, name));
            let instance = found.map(|found| instance(found, &told, &clusters)).transpose()?;
            Ok(Replica { name: name.clone(), instance })
        });
        replicas.collect()
    }
}

fn filter(name: &str, values: &[&str]) -> Filter {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

fn is_called(told: &DbInstance, name: &str) -> bool {
    let called = [told.db_instance_identifier(), told.db_instance_arn()];
    called.into_iter().flatten().any(|called| called.eq_ignore_ascii_case(name))
}

fn instance(
    told: &DbInstance,
    all: &[DbInstance],
    clusters: &[DbCluster],
) -> Result<Instance, Failure> {
    let name = told.db_instance_identifier().unwrap_or_default();
    let source = told
        .read_replica_source_db_instance_identifier()
        .or(told.read_replica_source_db_cluster_identifier());
    let member = told.db_cluster_identifier().map(|cluster| member(name, cluster, clusters));
    let status = told.db_instance_status().ok_or_else(|| {
        Failure::Unavailable(format!("RDS did not tell the status of the instance {name}"))
    })?;
    Ok(Instance {
        name: name.to_owned(),
        engine: told.engine().unwrap_or_default().to_owned(),
        status: status.to_owned(),
        source: source.map(str::to_owned),
        replication: replication(told),
        member: member.transpose()?,
        replicas: replicas(told, all, clusters),
        every: Seconds::minutes(1),
    })
}

/// How many replicas the instance has that this one follows, or how many readers their cluster has.
fn replicas(told: &DbInstance, all: &[DbInstance], clusters: &[DbCluster]) -> Option<u32> {
    let count = match told.read_replica_source_db_instance_identifier() {
        Some(source) => {
            let source = all.iter().find(|it| is_called(it, source))?;
            source.read_replica_db_instance_identifiers().len()
        }
        None => {
            let cluster = told.db_cluster_identifier()?;
            let known = clusters.iter().find(|it| it.db_cluster_identifier() == Some(cluster))?;
            let members = known.db_cluster_members().iter();
            members.filter(|member| member.is_cluster_writer() == Some(false)).count()
        }
    };
    u32::try_from(count).ok()
}

/// How the replication of an instance stands. What RDS does not call normal is not.
fn replication(told: &DbInstance) -> Option<Replication> {
    let mut infos = told.status_infos().iter();
    let info = infos.find(|info| info.status_type() == Some("read replication"))?;
    let message = info.message().filter(|message| !message.is_empty());
    Some(Replication {
        normal: info.normal().unwrap_or(false),
        status: info.status().unwrap_or_default().to_owned(),
        message: message.map(str::to_owned),
    })
}

fn member(name: &str, cluster: &str, clusters: &[DbCluster]) -> Result<Member, Failure> {
    let told = clusters.iter().find(|told| told.db_cluster_identifier() == Some(cluster));
    let members = told.map(DbCluster::db_cluster_members).unwrap_or_default();
    let member = members.iter().find(|member| member.db_instance_identifier() == Some(name));
    let writes = member.and_then(DbClusterMember::is_cluster_writer);
    let writes = writes.ok_or_else(|| {
        Failure::Unavailable(format!(
            "RDS tells that {name} is in the cluster {cluster}, and not yet what it does there"
        ))
    })?;
    let role = if writes { Role::Writer } else { Role::Reader };
    Ok(Member { cluster: cluster.to_owned(), role })
}
