//! A simulated account with services that serve their first release.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use asl::{Clock, Status};
use domain::desk::Desk;
use domain::name::{DeploymentId, Digest, Image, ServiceName, Tag};
use domain::outcome::{End, Outcome};
use domain::record::Record;
use domain::release::ImagePushed;
use domain::service::ServiceDocument;
use jiff::Timestamp;
use local::account::{Account, Settings, Store, images};
use local::alarms::{AlarmDefinition, Alarms};
use local::bus;
use local::processes::Artifact;
use local::simulated::{Behaviour, Simulated};
use serde_json::{Value, json};

use crate::Story;

/// The simulated plant, on the account's clock.
pub type Plant = Simulated<Box<dyn Fn() -> Timestamp + Send + Sync>>;

/// When every world begins.
const BEGINNING: &str = "2026-03-01T03:00:00Z";

/// The longest that anything in a story takes.
const LONGEST: Duration = Duration::from_secs(40 * 24 * 3600);

/// A service document: `checkout`, blue/green, a smoke request and an alarm; `change` changes it.
pub fn document(name: &str, change: impl FnOnce(&mut Value)) -> ServiceDocument {
    let mut document = json!({
        "name": name,
        "image": format!("ghcr.io/acme/{name}"),
        "tags": { "semver": ">=1.0.0" },
        "cluster": "shop",
        "strategy": { "blue_green": {} },
        "bake": "10m",
        "checks": { "smoke": [{ "path": "/smoke" }], "alarms": [format!("{name}-errors")] }
    });
    change(&mut document);
    ServiceDocument::read(&document.to_string()).expect("the story's document is right")
}

/// How a world is made.
#[derive(Debug, Default)]
pub struct WorldBuilder {
    documents: Vec<ServiceDocument>,
    keep: asl::Keep,
    seed: u64,
}

impl WorldBuilder {
    /// With this service; without any it is `checkout` as [`document`] has it.
    #[must_use]
    pub fn with(mut self, document: ServiceDocument) -> Self {
        self.documents.push(document);
        self
    }

    /// Remembers this much of each execution.
    #[must_use]
    pub fn keeping(mut self, keep: asl::Keep) -> Self {
        self.keep = keep;
        self
    }

    /// Draws the jitter of deliveries from this seed.
    #[must_use]
    pub fn seeded(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Begins the world: every service serves `v1.0.0` on two healthy tasks.
    pub async fn begin(mut self) -> World {
        if self.documents.is_empty() {
            self.documents.push(document("checkout", |_| {}));
        }
        let clock = Clock::starting_at(BEGINNING.parse().expect("a timestamp"));
        let now: Box<dyn Fn() -> Timestamp + Send + Sync> = Box::new(move || clock.now());
        let store = Arc::new(Store::none());
        let account = Account::open(
            Settings {
                keep: self.keep,
                bus: bus::Settings { seed: Some(self.seed), ..bus::Settings::default() },
                tokens: Some("token".to_owned()),
                ..Settings::default()
            },
            Arc::new(Simulated::new(now)),
            Arc::clone(&store),
            images(&store).expect("an empty store"),
            alarms(&self.documents),
            clock,
        )
        .expect("an empty store");

        let mut world = World { account, digests: BTreeMap::new(), story: Story::new(clock.now()) };
        for document in self.documents {
            let image = document.image.as_str().rsplit('/').next().unwrap_or_default().to_owned();
            let first = world.image(&image, "v1.0.0", Behaviour::default());
            world.account.add(document, &first, 2).expect("a new service");
        }
        tokio::time::sleep(Duration::from_secs(600)).await;
        let story = world.story.clone();
        world.account.observe(move |told| story.add(told));
        world.story.begin(clock.now());
        world
    }
}

/// One alarm a service: more than 5 % of the requests of a minute fail.
fn alarms(documents: &[ServiceDocument]) -> Alarms {
    let alarm = |document: &ServiceDocument| -> AlarmDefinition {
        let service = document.place().service;
        let alarm = json!({
            "name": format!("{}-errors", document.name),
            "service": service,
            "metric": "error_rate",
            "comparison": "GreaterThanThreshold",
            "threshold": 0.05,
            "period_seconds": 60,
            "evaluation_periods": 1,
            "treat_missing_data": "notBreaching"
        });
        serde_json::from_value(alarm).expect("an alarm")
    };
    let definitions: Vec<_> = documents.iter().map(alarm).collect();
    Alarms::check(&definitions, "alarms", |_| true).expect("alarms that make sense")
}

/// A simulated account with services that serve their first release.
#[derive(Debug)]
pub struct World {
    /// The account.
    pub account: Account<Plant>,
    digests: BTreeMap<(String, String), Digest>,
    story: Story,
}

impl World {
    /// A world of your own making.
    pub fn builder() -> WorldBuilder {
        WorldBuilder::default()
    }

    /// A world with the service `checkout`.
    pub async fn begin() -> Self {
        WorldBuilder::default().begin().await
    }

    /// Makes an image of a service, which behaves as told.
    pub fn image(&mut self, service: &str, tag: &str, behaviour: Behaviour) -> Digest {
        let artifact = Self::artifact(service, tag);
        let tag_name: Tag = tag.parse().expect("a tag");
        let digest = self.account.push(&image_of(service), &tag_name, artifact);
        self.account.plant().behave(digest.as_str(), behaviour);
        self.digests.insert((service.to_owned(), tag.to_owned()), digest.clone());
        digest
    }

    /// What is in an image; the same is the same image.
    fn artifact(service: &str, tag: &str) -> Artifact {
        let command = vec![service.to_owned(), tag.to_owned()];
        Artifact { command, env: BTreeMap::new(), directory: None }
    }

    /// Makes an image and tells the account that it was pushed.
    pub async fn push(&mut self, service: &str, tag: &str, behaviour: Behaviour) -> Digest {
        let digest = self.image(service, tag, behaviour);
        self.deliver(service, tag).await;
        digest
    }

    /// Gives an image that there is one more tag, and tells the account that it was pushed.
    pub async fn tag(&mut self, service: &str, tag: &str, more: &str) {
        let artifact = Self::artifact(service, tag);
        let name: Tag = more.parse().expect("a tag");
        let digest = self.account.push(&image_of(service), &name, artifact);
        self.digests.insert((service.to_owned(), more.to_owned()), digest);
        self.deliver(service, more).await;
    }

    /// Tells the account of an image once more, as GitHub does when a delivery is repeated.
    pub async fn deliver(&self, service: &str, tag: &str) {
        let digest = &self.digests[&(service.to_owned(), tag.to_owned())];
        let pushed = ImagePushed {
            image: image_of(service),
            tag: tag.parse().expect("a tag"),
            digest: digest.clone(),
            at: BEGINNING.parse().expect("a timestamp"),
            pushed_by: "ada".to_owned(),
            revision: None,
            delivery: None,
        };
        // GitHub's delivery is answered when the bus has the event; a lost answer is delivered again.
        while let Err(failure) = self.account.receive(pushed.clone()).await {
            assert_eq!(failure.name(), "Unavailable", "{failure}");
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
    }

    /// The digest of a tag.
    pub fn digest(&self, service: &str, tag: &str) -> &Digest {
        &self.digests[&(service.to_owned(), tag.to_owned())]
    }

    /// Lets time pass until nothing runs and nothing is on its way.
    pub async fn settle(&self) {
        let settling = async {
            loop {
                self.account.bus().quiet().await;
                let executions = self.account.executions();
                let running: Vec<_> =
                    executions.iter().filter(|it| it.status() == Status::Running).collect();
                if running.is_empty() {
                    // What ended last may have put one more event on the bus.
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    let executions = self.account.executions();
                    if executions.iter().all(|it| it.status() != Status::Running) {
                        break;
                    }
                }
                for execution in running {
                    execution.wait().await;
                }
            }
        };
        let settled = tokio::time::timeout(LONGEST, settling).await;
        assert!(settled.is_ok(), "something runs for ever:\n{}", self.story());
    }

    /// Lets this much time pass.
    pub async fn pass(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }

    /// What happened.
    pub fn story(&self) -> String {
        let mut story = self.story.to_string();
        for ((_, tag), digest) in &self.digests {
            story = story.replace(&format!("{tag} ({})", digest.short()), tag);
            story = story.replace(digest.short(), tag);
        }
        story
    }

    /// Everything that was told.
    pub fn told(&self) -> Vec<local::account::Told> {
        self.story.told()
    }

    /// The digest of a tag, if such an image was made.
    pub fn knows(&self, service: &str, tag: &str) -> Option<&str> {
        self.digests.get(&(service.to_owned(), tag.to_owned())).map(Digest::as_str)
    }

    /// The deployments of a service, newest first.
    pub fn history(&self, service: &str) -> Vec<Record> {
        self.account.history(&service_name(service), 1_000)
    }

    /// How each deployment of a service ended, oldest first.
    pub fn ends(&self, service: &str) -> Vec<End> {
        let records = self.history(service);
        records.iter().rev().filter_map(Record::outcome).map(|outcome| outcome.end).collect()
    }

    /// How the newest deployment of a service ended.
    pub fn outcome(&self, service: &str) -> Outcome {
        let newest = self.history(service).into_iter().next().expect("a deployment");
        newest.outcome().cloned().unwrap_or_else(|| panic!("it did not end:\n{}", self.story()))
    }

    /// The desk of a service.
    pub fn desk(&self, service: &str) -> Desk {
        let name = service_name(service);
        let desks = self.account.desks();
        desks.into_iter().find(|desk| desk.service == name).unwrap_or_else(|| Desk::new(name))
    }

    /// The path of states that a deployment took.
    pub fn path(&self, deployment: &DeploymentId) -> Vec<String> {
        let execution = self.account.execution("deployment", deployment.as_str());
        execution.map(|execution| execution.path()).unwrap_or_default()
    }

    /// Which image has which share of production now, by tag.
    pub fn traffic(&self, document: &ServiceDocument) -> Vec<(String, String)> {
        let orders = self.account.ecs(&document.place(), local::ecs::Service::orders);
        let orders = orders.expect("a service of this world");
        let tag = |revision: &str| {
            let known = orders.revisions.iter().find(|it| it.revision == revision);
            let image = known.map(|it| it.image.clone()).unwrap_or_default();
            let digest = image.split_once('@').map(|(_, digest)| digest.to_owned());
            let found = self.digests.iter().find(|(_, it)| Some(it.as_str()) == digest.as_deref());
            found.map_or(image, |((_, tag), _)| tag.clone())
        };
        orders.production.iter().map(|(it, share)| (tag(it), share.to_string())).collect()
    }
}

fn image_of(service: &str) -> Image {
    format!("ghcr.io/acme/{service}").parse().expect("an image")
}

fn service_name(service: &str) -> ServiceName {
    service.parse().expect("a service name")
}
