//! The account as a daemon: real processes behind real listeners, a webhook, an API, and a store
//! that carries everything over a restart, even one that nobody planned.

mod config;
mod findings;
mod home;
mod hosted;
mod left_over;
mod order;
pub(crate) mod secret;
mod sense;
mod setup;
pub(crate) mod story;

pub use config::{Config, ConfigError, DocumentSource, ReplicaConfig, ServiceConfig};
pub use hosted::Hosted;
pub use secret::{SecretSource, Token};
pub use setup::Setup;
pub use story::{Line, Story};

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ::slack::Replies;
use asl::Clock;
use domain::Failure;
use domain::name::ServiceName;
use domain::secrets::Secrets;
use domain::service::Place;
use jiff::Timestamp;
use tokio::net::TcpListener;

use self::home::Home;
use self::left_over::{Remembered, end_left_over};
use crate::account::{self, Account, Images, Oracle, Settings, Store, StoreError};
use crate::bus;
use crate::databases::Postgres;
use crate::door::Door;
use crate::door::reception::Reception;
use crate::ecs;
use crate::plant::Plant;
use crate::processes::{Artifact, Reaped};
use crate::real::{AddError, Addresses, Real};

/// How many dead letters are kept. Each may hold a quarter of a megabyte.
const DEAD_LETTERS: usize = 1_000;

/// How often fleets are looked at before deployments are carried on.
const LOOK: Duration = Duration::from_millis(20);

/// An account that runs. To be ended with [`Daemon::stop`]; one that is dropped or killed leaves
/// processes, which the next start ends.
#[derive(Debug)]
pub struct Daemon {
    account: Account<Real>,
    images: Arc<Images>,
    story: Arc<Story>,
    addresses: BTreeMap<ServiceName, Addresses>,
    reaped: Reaped,
    carried_on: usize,
    door: Door,
}

/// Why a daemon did not start. Nothing of it is left running.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The door's address is taken, forbidden or not of this machine.
    #[error("the webhook and the API cannot listen on {address}: {error}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        #[source]
        error: io::Error,
    },
    /// The folder of the store cannot be made.
    #[error("the folder of {path} cannot be made: {error}")]
    Folder {
        /// The store.
        path: String,
        /// Why not.
        #[source]
        error: io::Error,
    },
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A service cannot stand here.
    #[error(transparent)]
    Service(#[from] AddError),
    /// Nobody can be answered in Slack.
    #[error("whoever presses a button cannot be answered: {0}")]
    Slack(Failure),
    /// A service cannot be put under Cutover.
    #[error("{0} cannot be put under Cutover: {1}")]
    Document(ServiceName, Failure),
}

impl Daemon {
    /// Starts what `setup` says, and carries on what ran when it was last open: left-over processes
    /// are ended, services start with what ECS has for them, deployments go on under their names.
    pub async fn start(setup: Setup) -> Result<Self, StartError> {
        // First, because it is what goes wrong when another daemon runs: nothing is touched yet.
        let listening = TcpListener::bind(setup.listen).await;
        let listening =
            listening.map_err(|error| StartError::Listen { address: setup.listen, error })?;
        let slack = slack(&setup)?;
        let store = Arc::new(open(&setup)?);
        let reaped = end_left_over(&store).await?;

        let images = account::images(&store)?;
        let clock = Clock::starting_at(Timestamp::now());
        let (home, known) = (Home::new(setup.home.clone()), Arc::clone(&images));
        let plant = Arc::new(Real::new(
            move |image, command| {
                let artifact = known.artifact(image)?;
                let command = command.unwrap_or_else(|| artifact.command.clone());
                Some(home.settle(Artifact { command, ..artifact }))
            },
            Remembered(Arc::clone(&store)),
            move || clock.now(),
        ));
        let settings = Settings {
            bus: bus::Settings { dead_letters: DEAD_LETTERS, ..bus::Settings::default() },
            ..Settings::default()
        };
        let account = Account::open(
            settings,
            Arc::clone(&plant),
            store,
            Arc::clone(&images),
            setup.alarms,
            clock,
        )?;
        let lines = Arc::new(Story::default());
        let told = Arc::clone(&lines);
        account.observe(move |it| told.add(it));

        if let Some((url, access)) = setup.github {
            account.show_at(&url, access);
        }
        if let Some(hcp) = setup.hcp {
            account.read_at(hcp);
        }
        account.let_answer(Oracle::servers());
        if let Some(speaker) = setup.speaker {
            account.let_speak(speaker);
        }
        for pair in setup.replicas {
            let name = pair.name.clone();
            account.database(&name, Postgres::watch(pair, move || clock.now()));
        }
        let began = begin(&account, setup.images, setup.services).await;
        let (addresses, carried_on) = match began {
            Ok(began) => began,
            Err(error) => {
                end(&account).await;
                return Err(error);
            }
        };
        let door = Door::open(
            listening,
            Reception {
                account: account.clone(),
                images: Arc::clone(&images),
                story: Arc::clone(&lines),
                addresses: addresses.clone(),
                secrets: setup.secrets,
                alert_tokens: setup.alert_tokens,
                hcp_secrets: setup.hcp_secrets,
                slack,
                token: setup.token,
            },
        );
        Ok(Self { account, images, story: lines, addresses, reaped, carried_on, door })
    }

    /// The account.
    pub fn account(&self) -> &Account<Real> {
        &self.account
    }

    /// The images of this machine.
    pub fn images(&self) -> &Images {
        &self.images
    }

    /// What happens.
    pub fn story(&self) -> &Arc<Story> {
        &self.story
    }

    /// Where the webhook (`/webhooks/github`) and the API (`/api`) listen.
    pub fn address(&self) -> SocketAddr {
        self.door.address()
    }

    /// Where each service listens.
    pub fn addresses(&self) -> &BTreeMap<ServiceName, Addresses> {
        &self.addresses
    }

    /// What became of the processes that an earlier life left.
    pub fn reaped(&self) -> &Reaped {
        &self.reaped
    }

    /// How many executions of an earlier life go on.
    pub fn carried_on(&self) -> usize {
        self.carried_on
    }

    /// Stops: closes the door, lets every step come to rest, answers the requests in flight, ends
    /// every process. Deployments are not ended; the next start carries them on.
    pub async fn stop(self) {
        self.door.close().await;
        end(&self.account).await;
    }
}

/// What Slack signs with, and who answers whom it tells of.
fn slack(setup: &Setup) -> Result<Option<(Secrets, Replies)>, StartError> {
    let Some(secrets) = &setup.slack_secrets else { return Ok(None) };
    let replies = Replies::new(setup.slack_url.as_deref()).map_err(StartError::Slack)?;
    Ok(Some((secrets.clone(), replies)))
}

fn open(setup: &Setup) -> Result<Store, StartError> {
    let Some(path) = &setup.state else { return Ok(Store::none()) };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| StartError::Folder { path: path.display().to_string(), error })?;
    }
    Ok(Store::open(path)?)
}

/// Fills the account and lets it go. Listeners come before the first task: an address that is taken
/// is told before anything was started.
async fn begin(
    account: &Account<Real>,
    images: Vec<(domain::name::Image, domain::name::Tag, crate::processes::Artifact)>,
    services: Vec<Hosted>,
) -> Result<(BTreeMap<ServiceName, Addresses>, usize), StartError> {
    let mut addresses = BTreeMap::new();
    for hosted in &services {
        let opened = account.plant().add(hosted.settings.clone()).await?;
        addresses.insert(hosted.document.name.clone(), opened);
    }
    let hosted: Vec<_> =
        services.iter().map(|it| (it.document.place(), it.settings.start_deadline)).collect();
    let mut digests = BTreeMap::new();
    for (image, tag, artifact) in images {
        let digest = account.push(&image, &tag, artifact);
        digests.insert((image, tag), digest);
    }

    for Hosted { document, first, tasks, .. } in services {
        let name = document.name.clone();
        let refused = |failure| StartError::Document(name, failure);
        match digests.get(&(document.image.clone(), first)) {
            Some(first) => account.add(document, first, tasks).map_err(refused)?,
            None => {
                let why = format!("the first release of {} is no image", document.image);
                return Err(refused(Failure::Invalid(why)));
            }
        }
    }
    if account.desks().iter().any(|desk| desk.lease.is_some()) {
        until_fleets_stand(account, &hosted).await;
    }
    Ok((addresses, account.carry_on()?))
}

/// Waits until the tasks that ECS ordered are healthy again, each as long as a task may take to
/// start. A deployment that is carried on before that would find green ill, and take it back for
/// nothing but our restart.
async fn until_fleets_stand(account: &Account<Real>, hosted: &[(Place, Duration)]) {
    for (place, deadline) in hosted {
        let standing = async {
            let wanted = account.ecs(place, ecs::Service::orders).map_or(0, |orders| {
                orders.revisions.iter().map(|revision| revision.tasks).sum::<u32>()
            });
            let healthy = || {
                let standings = account.plant().standing(&place.service);
                standings.iter().map(|standing| standing.healthy).sum::<u32>()
            };
            while healthy() < wanted {
                tokio::time::sleep(LOOK).await;
            }
        };
        if tokio::time::timeout(*deadline, standing).await.is_err() {
            tracing::warn!(service = %place, "{place} did not become healthy again in time");
        }
    }
}

async fn end(account: &Account<Real>) {
    account.close();
    account.at_rest().await;
    account.plant().shutdown().await;
}
