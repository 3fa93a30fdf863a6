//! What a call names: clusters and services by name or ARN, deployments and revisions by ARN.

use domain::service::Place;

use crate::account::{Account, place_in};
use crate::plant::Plant;
use crate::wire::refusal::Refusal;

/// The name of a cluster that is named, or of the one that is meant when none is.
pub(super) fn cluster<P: Plant>(
    account: &Account<P>,
    cluster: Option<&str>,
) -> Result<String, Refusal> {
    let given = cluster.filter(|cluster| !cluster.is_empty()).unwrap_or("default");
    let name = match given.strip_prefix(&account.arn("cluster", "")) {
        Some(name) => name,
        None => given,
    };
    match account.has_cluster(name) {
        true => Ok(name.to_owned()),
        false => {
            let message = format!("there is no cluster {given}");
            Err(Refusal::new("ClusterNotFoundException", message))
        }
    }
}

/// Where a service is that is named within a cluster. It need not be there.
pub(super) fn place(cluster: &str, service: &str) -> Result<Place, Refusal> {
    if !service.starts_with("arn:") {
        return Ok(Place { cluster: cluster.to_owned(), service: service.to_owned() });
    }
    let place = place_in(service, "service")
        .ok_or_else(|| Refusal::invalid(format!("{service} is not the ARN of a service")))?;
    match place.cluster == cluster {
        true => Ok(place),
        false => Err(Refusal::invalid(format!(
            "{service} is in the cluster {}, and the call is about the cluster {cluster}",
            place.cluster
        ))),
    }
}

/// The service that a call must name.
pub(super) fn service<P: Plant>(
    account: &Account<P>,
    cluster: Option<&str>,
    service: Option<&str>,
) -> Result<Place, Refusal> {
    let named = service.filter(|service| !service.is_empty());
    let named = named.ok_or_else(|| Refusal::missing("service"))?;
    let place = place(&self::cluster(account, cluster)?, named)?;
    match is_there(account, &place, named) {
        true => Ok(place),
        false => Err(Refusal::no_service(&place)),
    }
}

/// Whether a service is there, and is what its ARN says where it is named so.
pub(super) fn is_there<P: Plant>(account: &Account<P>, place: &Place, named: &str) -> bool {
    let arn = account.ecs(place, |service| service.arn().to_owned());
    arn.is_some_and(|arn| !named.starts_with("arn:") || arn == named)
}

/// Where the service is that a service deployment belongs to.
pub(super) fn of_deployment(arn: &str) -> Result<Place, Refusal> {
    place_in(arn, "service-deployment")
        .ok_or_else(|| Refusal::invalid(format!("{arn:?} is not the ARN of a service deployment")))
}

/// Where the service is that a service revision belongs to.
pub(super) fn of_revision(arn: &str) -> Result<Place, Refusal> {
    place_in(arn, "service-revision")
        .ok_or_else(|| Refusal::invalid(format!("{arn:?} is not the ARN of a service revision")))
}
