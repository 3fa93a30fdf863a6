//! What is asked of a daemon.

use domain::name::{DeploymentId, ServiceName};
use domain::record::Record;
use domain::request::Request;
use local::door::view::{GoBack, GoingBack, Service, Started};

use crate::following::Following;
use crate::problem::Trouble;
use crate::server::Server;

pub(super) async fn services(
    server: &Server,
    one: Option<&ServiceName>,
) -> Result<Vec<Service>, Trouble> {
    let services = match one {
        Some(service) => server.get(&["services", service.as_str()]).await.map(|one| vec![one]),
        None => server.get(&["services"]).await,
    };
    services.map_err(|error| server.trouble("ask how services stand", error))
}

pub(super) async fn history(
    server: &Server,
    service: &ServiceName,
    most: u16,
) -> Result<Vec<Record>, Trouble> {
    let path = ["services", service.as_str(), "history"];
    let records = server.get_with(&path, &[("most", &most.to_string())]).await;
    records.map_err(|error| server.trouble(&format!("look up the history of {service}"), error))
}

pub(super) async fn record(server: &Server, deployment: &DeploymentId) -> Result<Record, Trouble> {
    let record = server.get(&["deployments", deployment.as_str()]).await;
    record.map_err(|error| server.trouble(&format!("look up {deployment}"), error))
}

pub(super) async fn deploy(server: &Server, request: &Request) -> Result<Started, Trouble> {
    let started = server.post(&["deployments"], request).await;
    started.map_err(|error| server.trouble(&format!("deploy {}", request.title()), error))
}

pub(super) async fn go_back(
    server: &Server,
    service: &ServiceName,
    ask: &GoBack,
) -> Result<GoingBack, Trouble> {
    let going = server.post(&["services", service.as_str(), "rollback"], ask).await;
    going.map_err(|error| server.trouble(&format!("roll {service} back"), error))
}

pub(super) async fn follow<'a>(
    server: &'a Server,
    service: &ServiceName,
    what: &str,
    quiet: bool,
) -> Result<Following<'a>, Trouble> {
    let following = Following::begin(server, service, quiet).await;
    following.map_err(|error| server.trouble(what, error))
}
