//! An account on this machine with two services, whose tasks are this program.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use domain::name::{Image, Tag};
use domain::record::Record;
use domain::release::ImagePushed;
use domain::service::{Place, ServiceDocument};
use local::account::Account;
use local::alarms::{AlarmDefinition, AlarmState, Alarms};
use local::daemon::{Daemon, Hosted, Setup};
use local::ecs::Service;
use local::load::{Load, LoadPlan};
use local::plant::Plant;
use local::processes::Artifact;
use local::real::{Real, ServiceSettings};
use serde_json::json;
use tokio::time::Instant;

/// What a task has in its environment.
pub(crate) const TASK: &str = "WAY_BACK_TASK";
/// The service whose releases are baked for an hour, and the one whose are not.
pub(crate) const BAKES: &str = "bakes";
pub(crate) const ENDS: &str = "ends";

/// The tag that both begin with.
const FIRST: &str = "v1.0.0";
/// How many tasks each has.
const TASKS: u32 = 2;
/// How often something is looked at that tells nobody when it changes.
const GLANCE: Duration = Duration::from_millis(2);
/// Nothing here takes longer.
const LONGEST: Duration = Duration::from_secs(60);

/// The account, and what it is asked.
pub(crate) struct Stage(Daemon);

impl Stage {
    /// Starts both services, and waits until they stand.
    pub(crate) async fn set() -> Self {
        let services = [(BAKES, "1h"), (ENDS, "0s")];
        let alarms = services.map(|(name, _)| alarm(name));
        let setup = Setup {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            state: None,
            home: std::env::temp_dir(),
            secrets: None,
            alert_tokens: None,
            slack_secrets: None,
            hcp_secrets: None,
            slack_url: None,
            token: None,
            images: services.map(|(name, _)| (image(name), tag(FIRST), artifact(FIRST))).into(),
            services: services.map(|(name, bake)| hosted(name, bake)).into(),
            alarms: Alarms::check(&alarms, "alarms", |_| true).expect("alarms"),
            replicas: Vec::new(),
            speaker: None,
            github: None,
            hcp: None,
        };
        let stage = Self(Daemon::start(setup).await.expect("it starts"));
        for (service, _) in services {
            let first = stage.serving(service).await;
            stage.until_healthy(service, &first).await;
        }
        stage
    }

    /// Asks a service, so many times in a second.
    pub(crate) fn load(&self, service: &str, rate: u32) -> Load {
        let addresses = self.account().plant().addresses(service).expect("it listens");
        Load::start(LoadPlan {
            target: addresses.production,
            paths: vec!["/".parse().expect("a path")],
            requests_per_second: rate,
            connections: 32,
        })
    }

    /// Pushes a good image, and tells by which reference ECS knows it.
    pub(crate) async fn push(&self, service: &str, run: usize) -> String {
        let release = format!("v2.{run}.0");
        let digest = self.account().push(&image(service), &tag(&release), artifact(&release));
        let pushed = ImagePushed {
            image: image(service),
            tag: tag(&release),
            digest: digest.clone(),
            at: self.account().now(),
            pushed_by: "ada".to_owned(),
            revision: None,
            delivery: None,
        };
        self.account().receive(pushed).await.expect("the bus takes it");
        image(service).at(&digest)
    }

    /// Lets the alarm of a service ring.
    pub(crate) fn ring(&self, service: &str) -> Instant {
        let rang = Instant::now();
        let set = self.account().set_alarm(&alarm_of(service), AlarmState::Alarm, "by hand");
        set.expect("there is this alarm");
        rang
    }

    /// Waits for the end of what goes on, and lets the alarm fall silent.
    pub(crate) async fn silence(&self, service: &str) {
        self.ended(service).await;
        let set = self.account().set_alarm(&alarm_of(service), AlarmState::Ok, "by hand");
        set.expect("there is this alarm");
    }

    /// Waits until the newest deployment ended.
    pub(crate) async fn ended(&self, service: &str) {
        let name = service.parse().expect("a name");
        let ended = || {
            let newest = self.account().history(&name, 1).into_iter().next();
            newest.as_ref().and_then(Record::outcome).is_some()
                && self.account().desk(&name).lease.is_none()
        };
        self.until("the end of a deployment", ended).await;
    }

    /// The image that has all of production, as soon as one has.
    pub(crate) async fn serving(&self, service: &str) -> String {
        self.until("traffic to one image", || self.whole(service).is_some()).await;
        self.whole(service).expect("it had it a moment ago, and nothing goes on")
    }

    /// Waits until this image has all of production.
    pub(crate) async fn until_serving(&self, service: &str, image: &str) {
        self.until(image, || self.whole(service).as_deref() == Some(image)).await;
    }

    /// Waits until ECS wants tasks of this image.
    pub(crate) async fn until_ordered(&self, service: &str, image: &str) {
        self.until(image, || !self.revisions(service, image).is_empty()).await;
    }

    /// Waits until all tasks of this image are healthy.
    pub(crate) async fn until_healthy(&self, service: &str, image: &str) {
        let healthy = || {
            let standing = self.account().plant().standing(service);
            let revisions = self.revisions(service, image);
            standing.iter().any(|it| it.healthy == TASKS && revisions.contains(&it.revision))
        };
        self.until(image, healthy).await;
    }

    /// Ends every process.
    pub(crate) async fn strike(self) {
        self.0.stop().await;
    }

    fn account(&self) -> &Account<Real> {
        self.0.account()
    }

    /// The image that has all of production, if one has.
    fn whole(&self, service: &str) -> Option<String> {
        let orders = self.account().ecs(&place(service), Service::orders)?;
        let [(revision, _)] = orders.production.as_slice() else { return None };
        let found = orders.revisions.iter().find(|it| it.revision == *revision)?;
        Some(found.image.clone())
    }

    /// The revisions of this image of which tasks are wanted.
    fn revisions(&self, service: &str, image: &str) -> Vec<String> {
        let orders = self.account().ecs(&place(service), Service::orders);
        let revisions = orders.map(|orders| orders.revisions).unwrap_or_default();
        let wanted = revisions.into_iter().filter(|it| it.image == image && it.tasks > 0);
        wanted.map(|it| it.revision).collect()
    }

    async fn until(&self, what: &str, so: impl Fn() -> bool) {
        let waiting = async {
            while !so() {
                tokio::time::sleep(GLANCE).await;
            }
        };
        let waited = tokio::time::timeout(LONGEST, waiting).await;
        assert!(waited.is_ok(), "waited for {what} in vain");
    }
}

fn alarm(service: &str) -> AlarmDefinition {
    let alarm = json!({
        "name": alarm_of(service), "service": service, "metric": "error_rate", "threshold": 0.99,
        "comparison": "GreaterThanThreshold", "period_seconds": 3600, "evaluation_periods": 1
    });
    serde_json::from_value(alarm).expect("an alarm")
}

fn alarm_of(service: &str) -> String {
    format!("{service}-errors")
}

fn hosted(service: &str, bake: &str) -> Hosted {
    let document = json!({
        "name": service, "image": image(service), "tags": { "semver": "*" }, "cluster": "bench",
        "strategy": { "blue_green": {} }, "bake": bake,
        "checks": { "smoke": [{ "path": "/smoke" }], "alarms": [alarm_of(service)] }
    });
    let mut settings = ServiceSettings::named(service);
    settings.health.interval = Duration::from_millis(100);
    Hosted {
        document: ServiceDocument::read(&document.to_string()).expect("a document"),
        first: tag(FIRST),
        tasks: TASKS,
        settings,
    }
}

/// A release is this program, and no two are the same.
fn artifact(release: &str) -> Artifact {
    let executable = std::env::current_exe().expect("a program knows where it is");
    Artifact {
        command: vec![executable.display().to_string()],
        env: [(TASK, "yes"), ("RELEASE", release)]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into(),
        directory: None,
    }
}

fn place(service: &str) -> Place {
    Place { cluster: "bench".into(), service: service.into() }
}

fn image(service: &str) -> Image {
    format!("ghcr.io/acme/{service}").parse().expect("an image")
}

fn tag(tag: &str) -> Tag {
    tag.parse().expect("a tag")
}
