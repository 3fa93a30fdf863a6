//! A simulated account with services that serve their first release.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use asl::{Clock, Execution, Status};
use domain::desk::Desk;
use domain::name::{DeploymentId, Digest, Image, ServiceName, Tag};
use domain::outcome::{End, Outcome};
use domain::record::Record;
use domain::release::ImagePushed;
use domain::service::ServiceDocument;
use jiff::Timestamp;
use local::account::{Account, Settings, Store, images};
use local::bus;
use local::databases::SimulatedReplica;
use local::processes::Artifact;
use local::simulated::{Behaviour, Simulated};
use serde_json::{Value, json};

use crate::teller::Teller;
use crate::{Story, alarms};

/// The simulated plant, on the account's clock.
pub type Plant = Simulated<Box<dyn Fn() -> Timestamp + Send + Sync>>;

/// When every world begins.
const BEGINNING: &str = "2026-03-01T03:00:00Z";

/// How often what nobody told of is looked for (`events/schedules.json`).
const SWEEP: Duration = Duration::from_secs(15 * 60);

/// The longest that anything in a story takes.
pub(crate) const LONGEST: Duration = Duration::from_secs(40 * 24 * 3600);

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
    telling: bool,
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

    /// With people who are told.
    #[must_use]
    pub fn telling(mut self) -> Self {
        self.telling = true;
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
                telling: self.telling,
                ..Settings::default()
            },
            Arc::new(Simulated::new(now)),
            Arc::clone(&store),
            images(&store).expect("an empty store"),
            alarms::of(&self.documents),
            clock,
        )
        .expect("an empty store");

        let mut world = World {
            account,
            digests: BTreeMap::new(),
            story: Story::new(clock.now()),
            before: Extent { calls: 0, events: 0, seconds: 0 },
        };
        for document in self.documents {
            let image = document.image.as_str().rsplit('/').next().unwrap_or_default().to_owned();
            let first = world.image(&image, "v1.0.0", Behaviour::default());
            world.account.add(document, &first, 2).expect("a new service");
        }
        tokio::time::sleep(Duration::from_secs(600)).await;
        let story = world.story.clone();
        world.account.observe(move |told| story.add(told));
        world.before = world.extent();
        world.story.begin(clock.now());
        world
    }
}

/// How much happened in a world since its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Calls that steps made.
    pub calls: u64,
    /// Deliveries of events.
    pub events: u64,
    /// How long it took.
    pub seconds: u64,
}

/// A simulated account with services that serve their first release.
#[derive(Debug)]
pub struct World {
    /// The account.
    pub account: Account<Plant>,
    digests: BTreeMap<(String, String), Digest>,
    story: Story,
    /// What happened before the story began.
    before: Extent,
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

    /// Makes a read replica known, or another one of the same name in its place.
    pub fn replica(&self, name: &str, replica: SimulatedReplica) {
        self.account.database(name, Arc::new(replica));
    }

    /// Whether an image of this tag was made.
    pub(crate) fn knows(&self, service: &str, tag: &str) -> bool {
        self.digests.contains_key(&(service.to_owned(), tag.to_owned()))
    }

    /// The digest of a tag.
    pub fn digest(&self, service: &str, tag: &str) -> &Digest {
        &self.digests[&(service.to_owned(), tag.to_owned())]
    }

    /// Lets time pass until nothing runs and nothing is on its way.
    pub async fn settle(&self) {
        let settled = tokio::time::timeout(LONGEST, self.settled()).await;
        assert!(settled.is_ok(), "something runs for ever:\n{}", self.story());
    }

    /// Waits, for ever if need be, until nothing runs and nothing is on its way.
    pub(crate) async fn settled(&self) {
        loop {
            self.account.bus().quiet().await;
            match self.running().first() {
                Some(execution) => drop(execution.wait().await),
                None => {
                    // What ended last may have put one more event on the bus.
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    if self.running().is_empty() && !self.is_swept() {
                        tokio::time::sleep(SWEEP).await;
                    }
                    if self.running().is_empty() && self.is_swept() {
                        break;
                    }
                }
            }
        }
    }

    /// Whether nobody stands on a desk and every record has its end. Who stands there, or owes an end,
    /// though nothing runs waits for the sweep.
    fn is_swept(&self) -> bool {
        let clear = |desk: &Desk| {
            (&desk.lease, &desk.watcher) == (&None, &None)
                && (&desk.waiting, &desk.urgent) == (&None, &None)
        };
        let told = |service: &ServiceDocument| {
            let history = self.account.history(&service.name, usize::MAX);
            history.iter().all(|record| record.outcome().is_some())
        };
        self.account.desks().iter().all(clear) && self.account.services().iter().all(told)
    }

    /// The executions that run.
    pub fn running(&self) -> Vec<Execution> {
        let mut executions = self.account.executions();
        executions.retain(|execution| execution.status() == Status::Running);
        executions
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

    /// The tag that an image of a service was made with.
    pub fn tag_of(&self, service: &str, digest: &str) -> Option<&str> {
        let found =
            self.digests.iter().find(|((of, _), it)| of == service && it.as_str() == digest);
        found.map(|((_, tag), _)| tag.as_str())
    }

    /// How much happened since the beginning.
    pub fn extent(&self) -> Extent {
        let passed = self.account.now().duration_since(self.story.began()).as_secs();
        Extent {
            calls: self.account.calls().count() - self.before.calls,
            events: self.account.bus().counters().matched - self.before.events,
            seconds: u64::try_from(passed).unwrap_or_default(),
        }
    }

    /// Who tells what was done to this world.
    pub(crate) fn teller(&self) -> Teller {
        Teller::new(self.account.clone(), self.story.clone())
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
