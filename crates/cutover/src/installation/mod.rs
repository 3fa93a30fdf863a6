//! The Cutover that is asked: a daemon, or the one in an AWS account. What comes back is told in the
//! same words.

#[cfg(feature = "aws")]
mod account;
mod daemon;
mod which;

use domain::approval::Approved;
use domain::freeze::Freeze;
use domain::name::{DeploymentId, ServiceName};
use domain::outcome::Outcome;
use domain::outlook::{Outlook, Reference};
use domain::quarantine::{InForce, Quarantine};
use domain::record::Record;
use domain::request::Request;
use local::door::view;
use local::door::view::{ByHand, GoBack, GoingBack, Quarantined, Service, Started, Stop, Stopping};

#[cfg(feature = "aws")]
pub(crate) use self::account::Account;
pub(crate) use self::which::Which;
use crate::console::Console;
use crate::following::Following;
use crate::problem::Trouble;
use crate::server::Server;

/// A Cutover that can be asked.
#[derive(Debug)]
pub(crate) enum Installation {
    /// A daemon, over HTTP.
    Daemon(Server),
    /// What Terraform put into an AWS account.
    #[cfg(feature = "aws")]
    Account(Box<Account>),
}

/// Follows one deployment to its end.
#[cfg_attr(
    feature = "aws",
    expect(clippy::large_enum_variant, reason = "there is one, and it is not moved around")
)]
pub(crate) enum Follower<'a> {
    Daemon(Following<'a>),
    #[cfg(feature = "aws")]
    Account(account::Following<'a>),
}

impl Installation {
    /// How a service stands, or how all do.
    pub(crate) async fn services(
        &self,
        one: Option<&ServiceName>,
    ) -> Result<Vec<Service>, Trouble> {
        match self {
            Self::Daemon(server) => daemon::services(server, one).await,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.services(one).await,
        }
    }

    /// What a deployment of a service would meet if it began now: of an image, or of what serves.
    pub(crate) async fn outlook(
        &self,
        service: &ServiceName,
        image: Option<&Reference>,
    ) -> Result<Outlook, Trouble> {
        match self {
            Self::Daemon(server) => daemon::outlook(server, service, image).await,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.outlook(service, image).await,
        }
    }

    /// The newest deployments of a service, newest first.
    pub(crate) async fn history(
        &self,
        service: &ServiceName,
        most: u16,
    ) -> Result<Vec<Record>, Trouble> {
        match self {
            Self::Daemon(server) => daemon::history(server, service, most).await,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.history(service, most).await,
        }
    }

    /// Everything that is recorded of a deployment.
    pub(crate) async fn record(&self, deployment: &DeploymentId) -> Result<Record, Trouble> {
        match self {
            Self::Daemon(server) => daemon::record(server, deployment).await,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.record(deployment).await,
        }
    }

    /// Starts a deployment.
    pub(crate) async fn deploy(&self, request: Request) -> Result<Started, Trouble> {
        match self {
            Self::Daemon(server) => daemon::deploy(server, &request).await,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.deploy(request).await,
        }
    }

    /// Goes back: stops what is under way, or deploys an earlier release.
    pub(crate) async fn go_back(
        &self,
        service: &ServiceName,
        ask: GoBack,
    ) -> Result<GoingBack, Trouble> {
        match self {
            Self::Daemon(server) => daemon::go_back(server, service, &ask).await,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.go_back(service, ask).await,
        }
    }

    /// Stops what is under way, and takes it back.
    pub(crate) async fn stop(&self, service: &ServiceName, ask: Stop) -> Result<Stopping, Trouble> {
        match self {
            Self::Daemon(server) => daemon::stop(server, service, &ask).await,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.stop(service, ask).await,
        }
    }

    /// What is in quarantine, the oldest first.
    pub(crate) async fn quarantined(
        &self,
        service: &ServiceName,
    ) -> Result<Vec<Quarantined>, Trouble> {
        match self {
            Self::Daemon(server) => daemon::quarantined(server, service).await,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.quarantined(service).await,
        }
    }

    /// Keeps a release from being deployed again, and tells what is in force then.
    pub(crate) async fn quarantine(
        &self,
        service: &ServiceName,
        ask: ByHand,
    ) -> Result<InForce, Trouble> {
        match self {
            Self::Daemon(server) => daemon::quarantine(server, service, &ask).await,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.quarantine(service, ask).await,
        }
    }

    /// Lets a release be deployed again, and tells what was lifted.
    pub(crate) async fn lift(
        &self,
        service: &ServiceName,
        ask: ByHand,
    ) -> Result<Quarantine, Trouble> {
        match self {
            Self::Daemon(server) => daemon::lift(server, service, &ask).await,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.lift(service, ask).await,
        }
    }

    /// Lets a deployment go on that waits for people, and tells what was heard.
    pub(crate) async fn approve(
        &self,
        service: &ServiceName,
        ask: view::Approve,
    ) -> Result<Approved, Trouble> {
        match self {
            Self::Daemon(server) => daemon::approve(server, service, &ask).await,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.approve(service, ask).await,
        }
    }

    /// Lets nothing new begin for a while, and tells the freeze.
    pub(crate) async fn freeze(
        &self,
        service: &ServiceName,
        ask: view::Freeze,
    ) -> Result<Freeze, Trouble> {
        match self {
            Self::Daemon(server) => daemon::freeze(server, service, &ask).await,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.freeze(service, ask).await,
        }
    }

    /// Ends a freeze before its time, and tells it.
    pub(crate) async fn thaw(
        &self,
        service: &ServiceName,
        ask: view::Thaw,
    ) -> Result<Freeze, Trouble> {
        match self {
            Self::Daemon(server) => daemon::thaw(server, service, &ask).await,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.thaw(service, ask).await,
        }
    }

    /// Begins to follow a service, before its deployment begins, for the sake of `what`. `quiet`
    /// tells nothing.
    pub(crate) async fn follow(
        &self,
        service: &ServiceName,
        what: &str,
        quiet: bool,
    ) -> Result<Follower<'_>, Trouble> {
        match self {
            Self::Daemon(server) => {
                daemon::follow(server, service, what, quiet).await.map(Follower::Daemon)
            }
            #[cfg(feature = "aws")]
            Self::Account(account) => {
                Ok(Follower::Account(account::Following::begin(account, service, quiet)))
            }
        }
    }

    /// Where a browser shows the execution of a deployment.
    #[cfg_attr(
        not(feature = "aws"),
        expect(unused_variables, clippy::unused_self, reason = "a daemon has no console")
    )]
    pub(crate) fn link(&self, deployment: &DeploymentId) -> Option<String> {
        match self {
            Self::Daemon(_) => None,
            #[cfg(feature = "aws")]
            Self::Account(account) => account.link(deployment),
        }
    }
}

impl Follower<'_> {
    /// Tells what happens until the deployment is over.
    pub(crate) async fn tell_to_the_end(
        self,
        deployment: &DeploymentId,
        console: &mut Console,
    ) -> Result<Outcome, Trouble> {
        match self {
            Self::Daemon(following) => following.tell_to_the_end(deployment, console).await,
            #[cfg(feature = "aws")]
            Self::Account(following) => following.tell_to_the_end(deployment, console).await,
        }
    }
}
