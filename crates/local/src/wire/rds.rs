//! RDS: what instances and clusters there are.

use std::collections::{BTreeMap, BTreeSet};

use domain::replica::{Instance, Replication, Role};

use super::form::{Form, element};
use super::refusal::Refusal;
use crate::account::Account;
use crate::plant::Plant;

/// An operation: what it is called among the account's calls, and what it does.
type Operation<P> = (&'static str, fn(&Account<P>, Form) -> Result<String, Refusal>);

pub(super) fn operation<P: Plant>(action: &str) -> Option<Operation<P>> {
    match action {
        "DescribeDBInstances" => Some(("rds.DescribeDBInstances", instances)),
        "DescribeDBClusters" => Some(("rds.DescribeDBClusters", clusters)),
        _ => None,
    }
}

/// `DescribeDBInstances`, of those that a filter names. One that there is not is left out.
fn instances<P: Plant>(account: &Account<P>, form: Form) -> Result<String, Refusal> {
    let names = filtered(form, "db-instance-id")?;
    let known = account.instances();
    let members: String =
        known.iter().filter(|it| names.contains(&it.name)).map(instance).collect();
    Ok(format!("<DBInstances>{members}</DBInstances>"))
}

/// `DescribeDBClusters`, of those that a filter names.
fn clusters<P: Plant>(account: &Account<P>, form: Form) -> Result<String, Refusal> {
    let names = filtered(form, "db-cluster-id")?;
    let mut clusters: BTreeMap<String, String> = BTreeMap::new();
    for Instance { name, member, .. } in account.instances() {
        let Some(member) = member.filter(|member| names.contains(&member.cluster)) else {
            continue;
        };
        let writes = if member.role == Role::Writer { "true" } else { "false" };
        let described =
            [element("DBInstanceIdentifier", &name), element("IsClusterWriter", writes)];
        let members = clusters.entry(member.cluster).or_default();
        members.extend(["<DBClusterMember>", &described.concat(), "</DBClusterMember>"]);
    }
    let described = clusters.iter().map(|(name, members)| {
        let name = element("DBClusterIdentifier", name);
        format!("<DBCluster>{name}<DBClusterMembers>{members}</DBClusterMembers></DBCluster>")
    });
    let clusters = described.collect::<Vec<_>>().concat();
    Ok(format!("<DBClusters>{clusters}</DBClusters>"))
}

/// The values of the only filter.
fn filtered(mut form: Form, filter: &str) -> Result<BTreeSet<String>, Refusal> {
    let refused = |message: String| Refusal::new("InvalidParameterValue", message);
    form.remove("MaxRecords");
    let name = form.remove("Filters.Filter.1.Name").unwrap_or_default();
    if name != filter {
        return Err(refused(format!("a filter by {name:?} is not had here, only by {filter}")));
    }
    let values = form.into_iter().map(|(field, value)| {
        match field.starts_with("Filters.Filter.1.Values.Value.") {
            true => Ok(value),
            false => Err(refused(format!("{field} is not had here, only one filter"))),
        }
    });
    values.collect()
}

fn instance(instance: &Instance) -> String {
    let optional = |name, text: Option<&String>| text.map(|text| element(name, text));
    let source = optional("ReadReplicaSourceDBInstanceIdentifier", instance.source.as_ref());
    let member = instance.member.as_ref().map(|member| &member.cluster);
    format!(
        "<DBInstance>{}{}{}{}{}{}</DBInstance>",
        element("DBInstanceIdentifier", &instance.name),
        element("Engine", &instance.engine),
        element("DBInstanceStatus", &instance.status),
        source.unwrap_or_default(),
        optional("DBClusterIdentifier", member).unwrap_or_default(),
        instance.replication.as_ref().map(status).unwrap_or_default(),
    )
}

fn status(replication: &Replication) -> String {
    let normal = if replication.normal { "true" } else { "false" };
    format!(
        "<StatusInfos><DBInstanceStatusInfo>{}{}{}{}</DBInstanceStatusInfo></StatusInfos>",
        element("StatusType", "read replication"),
        element("Normal", normal),
        element("Status", &replication.status),
        element("Message", replication.message.as_deref().unwrap_or_default())
    )
}
