//! What is asked of a daemon.

use domain::approval::Approved;
use domain::freeze::Freeze;
use domain::name::{DeploymentId, ServiceName};
use domain::outlook::{Outlook, Reference};
use domain::quarantine::{InForce, Quarantine};
use domain::record::Record;
use domain::request::Request;
use local::door::view;
use local::door::view::{ByHand, GoBack, GoingBack, Quarantined, Service, Started, Stop, Stopping};

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

pub(super) async fn outlook(
    server: &Server,
    service: &ServiceName,
    image: Option<&Reference>,
) -> Result<Outlook, Trouble> {
    let path = ["services", service.as_str(), "outlook"];
    let image = image.map(ToString::to_string);
    let query: Vec<_> = image.iter().map(|image| ("image", image.as_str())).collect();
    let outlook = server.get_with(&path, &query).await;
    outlook.map_err(|error| server.trouble(&format!("plan a deployment of {service}"), error))
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

pub(super) async fn stop(
    server: &Server,
    service: &ServiceName,
    ask: &Stop,
) -> Result<Stopping, Trouble> {
    let stopping = server.post(&["services", service.as_str(), "stop"], ask).await;
    stopping.map_err(|error| server.trouble(&format!("stop {service}"), error))
}

pub(super) async fn quarantined(
    server: &Server,
    service: &ServiceName,
) -> Result<Vec<Quarantined>, Trouble> {
    let quarantined = server.get(&["services", service.as_str(), "quarantine"]).await;
    quarantined.map_err(|error| {
        server.trouble(&format!("look up what of {service} is in quarantine"), error)
    })
}

pub(super) async fn quarantine(
    server: &Server,
    service: &ServiceName,
    ask: &ByHand,
) -> Result<InForce, Trouble> {
    let in_force = server.post(&["services", service.as_str(), "quarantine"], ask).await;
    let what = format!("put {} of {service} into quarantine", ask.release);
    in_force.map_err(|error| server.trouble(&what, error))
}

pub(super) async fn lift(
    server: &Server,
    service: &ServiceName,
    ask: &ByHand,
) -> Result<Quarantine, Trouble> {
    let lifted = server.post(&["services", service.as_str(), "release-quarantine"], ask).await;
    let what = format!("release {} of {service} from quarantine", ask.release);
    lifted.map_err(|error| server.trouble(&what, error))
}

pub(super) async fn approve(
    server: &Server,
    service: &ServiceName,
    ask: &view::Approve,
) -> Result<Approved, Trouble> {
    let heard = server.post(&["services", service.as_str(), "approve"], ask).await;
    heard.map_err(|error| server.trouble(&format!("approve what {service} waits for"), error))
}

pub(super) async fn freeze(
    server: &Server,
    service: &ServiceName,
    ask: &view::Freeze,
) -> Result<Freeze, Trouble> {
    let freeze = server.post(&["services", service.as_str(), "freeze"], ask).await;
    freeze.map_err(|error| server.trouble(&format!("freeze {service}"), error))
}

pub(super) async fn thaw(
    server: &Server,
    service: &ServiceName,
    ask: &view::Thaw,
) -> Result<Freeze, Trouble> {
    let freeze = server.post(&["services", service.as_str(), "thaw"], ask).await;
    freeze.map_err(|error| server.trouble(&format!("thaw {service}"), error))
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
