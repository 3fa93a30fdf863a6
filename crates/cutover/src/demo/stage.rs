//! What the demo is played on: an account on this machine, and its two services.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use asl::Status;
use domain::name::{Digest, Image, ServiceName, Tag};
use domain::record::Record;
use domain::service::ServiceDocument;
use http::Uri;
use jiff::Timestamp;
use local::account::Account;
use local::alarms::{AlarmDefinition, Alarms};
use local::daemon::{Daemon, Hosted, Setup, Story};
use local::load::{Load, LoadPlan};
use local::plant::Plant;
use local::processes::Artifact;
use local::proxy::Totals;
use local::real::{Real, ServiceSettings};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::CALM;
use super::github::GitHub;
use super::script::{FIRST, Part};
use crate::problem::Trouble;

/// How many tasks each service has.
const TASKS: u32 = 2;

/// How often something is looked at that tells nobody when it changes.
const GLANCE: Duration = Duration::from_millis(50);

/// How many clients ask each service. More than are busy at once, so that one slow answer does not
/// keep the others waiting.
const CLIENTS: usize = 64;

/// A running account. To be taken down with [`Stage::strike`].
pub(super) struct Stage {
    daemon: Daemon,
    /// GitHub, which knows the door and the secret.
    pub(super) github: GitHub,
    folder: TempDir,
}

impl Stage {
    /// Starts the account with the first release of every service.
    pub(super) async fn set(parts: &[Part]) -> Result<Self, Trouble> {
        let folder = tempfile::Builder::new().prefix("cutover-demo-").tempdir();
        let folder = folder.map_err(Trouble::system("make a temporary folder"))?;
        let secret = Uuid::new_v4().to_string();
        let setup = setup(parts, &secret, &folder).map_err(impossible)?;

        let daemon = Daemon::start(setup).await.map_err(impossible)?;
        let github = match GitHub::new(daemon.address(), secret) {
            Ok(github) => github,
            Err(error) => {
                daemon.stop().await;
                return Err(impossible(error));
            }
        };
        Ok(Self { daemon, github, folder })
    }

    /// Waits until every service stands.
    pub(super) async fn ready(&self, parts: &[Part]) {
        for part in parts {
            while !stands(self.account().plant(), part.service) {
                sleep(GLANCE).await;
            }
        }
    }

    /// Starts to ask a service.
    pub(super) fn load(&self, part: &Part, rate: u32) -> Result<Load, Trouble> {
        let addresses = self.account().plant().addresses(part.service);
        let addresses = addresses.ok_or_else(|| impossible("a service does not listen"))?;
        Ok(Load::start(LoadPlan {
            target: addresses.production,
            paths: part.paths.iter().map(|path| Uri::from_static(path)).collect(),
            requests_per_second: rate,
            connections: CLIENTS,
        }))
    }

    /// Puts an image into the registry of this machine.
    pub(super) fn push(&self, part: &Part, tag: &Tag, environment: &[(&str, &str)]) -> Digest {
        self.account().push(&image(part), tag, artifact(part, tag, environment))
    }

    /// What serves at the beginning.
    pub(super) fn first(&self, part: &Part) -> Digest {
        self.push(part, &tag(FIRST), &[])
    }

    /// Waits until the deployment of this image ended.
    pub(super) async fn ended(&self, part: &Part, digest: &Digest) {
        while self.record(part, digest).as_ref().and_then(Record::outcome).is_none() {
            sleep(GLANCE).await;
        }
    }

    /// The deployment of this image.
    pub(super) fn record(&self, part: &Part, digest: &Digest) -> Option<Record> {
        let wants = |record: &Record| {
            let request = record.request();
            request.and_then(|request| request.digest.as_ref()) == Some(digest)
        };
        self.history(part).into_iter().find(wants)
    }

    /// All deployments of a service.
    pub(super) fn history(&self, part: &Part) -> Vec<Record> {
        self.account().history(&name(part), 1_000)
    }

    /// The path and the number of the state transitions of a deployment.
    pub(super) fn path(&self, record: &Record) -> (Vec<String>, usize) {
        let execution = self.account().execution("deployment", record.deployment.as_str());
        execution.map_or_else(Default::default, |it| (it.path(), it.transitions()))
    }

    /// Waits until nothing runs and nothing is on its way, though not for ever.
    pub(super) async fn calm(&self) {
        let runs = || self.account().executions().iter().any(|it| it.status() == Status::Running);
        let calm = async {
            loop {
                self.account().bus().quiet().await;
                if !runs() {
                    break;
                }
                sleep(GLANCE).await;
            }
        };
        // What still runs then is told by the report: it did not end.
        let _ = timeout(CALM, calm).await;
    }

    /// What the proxy of a service counted, once it counted as many answers as its clients.
    pub(super) async fn totals(&self, part: &Part, answers: u64) -> Totals {
        let totals = || self.account().plant().totals(part.service).unwrap_or_default();
        let all = async {
            // It counts an answer when it handed on its last byte, a moment after the client has it.
            while totals().served_by_image.values().sum::<u64>() < answers {
                sleep(GLANCE).await;
            }
        };
        let _ = timeout(Duration::from_secs(2), all).await;
        totals()
    }

    /// What happens.
    pub(super) fn story(&self) -> &Story {
        self.daemon.story()
    }

    /// What time it is.
    pub(super) fn now(&self) -> Timestamp {
        self.account().now()
    }

    /// Ends every process and removes what was kept.
    pub(super) async fn strike(self) {
        self.daemon.stop().await;
        drop(self.folder);
    }

    fn account(&self) -> &Account<Real> {
        self.daemon.account()
    }
}

fn stands(plant: &Real, service: &str) -> bool {
    plant.standing(service).iter().any(|standing| standing.healthy == TASKS)
}

fn setup(parts: &[Part], secret: &str, folder: &TempDir) -> Result<Setup, String> {
    let alarms: Result<Vec<AlarmDefinition>, _> =
        parts.iter().map(|part| serde_json::from_value(part.alarm())).collect();
    let alarms = alarms.map_err(|error| error.to_string())?;
    let known = |service: &str| parts.iter().any(|part| part.service == service);
    let alarms = Alarms::check(&alarms, "alarms", known);

    let first = tag(FIRST);
    let services: Result<Vec<Hosted>, String> = parts.iter().map(hosted).collect();
    Ok(Setup {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        state: Some(folder.path().join("state.redb")),
        home: folder.path().to_owned(),
        secrets: Some(domain::secrets::Secrets::new(secret).map_err(|error| error.to_string())?),
        alert_tokens: None,
        slack_secrets: None,
        hcp_secrets: None,
        slack_url: None,
        token: None,
        images: parts
            .iter()
            .map(|part| (image(part), first.clone(), artifact(part, &first, &[])))
            .collect(),
        services: services?,
        alarms: alarms.map_err(|mistakes| mistakes.to_string())?,
        replicas: Vec::new(),
        speaker: None,
        github: None,
        hcp: None,
    })
}

fn hosted(part: &Part) -> Result<Hosted, String> {
    let document = ServiceDocument::read(&part.document().to_string());
    let mut settings = ServiceSettings::named(part.service);
    settings.health.interval = Duration::from_millis(200);
    Ok(Hosted {
        document: document.map_err(|failure| failure.to_string())?,
        first: tag(FIRST),
        tasks: TASKS,
        settings,
    })
}

/// An image of a service: this very program, told what to be.
fn artifact(part: &Part, tag: &Tag, environment: &[(&str, &str)]) -> Artifact {
    let told = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Artifact {
        command: vec!["cutover".to_owned(), part.command.to_owned()],
        // Or all good images would be the same, and have the same digest.
        env: told.chain([("RELEASE".to_owned(), tag.to_string())]).collect(),
        directory: None,
    }
}

fn image(part: &Part) -> Image {
    part.image().parse().expect("the script's images are names, as its test knows")
}

fn name(part: &Part) -> ServiceName {
    part.service.parse().expect("the script's services are names, as its test knows")
}

/// A tag of the script.
pub(super) fn tag(tag: &str) -> Tag {
    tag.parse().expect("the script's tags are tags, as its test knows")
}

fn impossible(error: impl std::fmt::Display) -> Trouble {
    Trouble::System {
        what: "start the demo".to_owned(),
        source: io::Error::other(error.to_string()),
    }
}
