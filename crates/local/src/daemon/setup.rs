//! A configuration that makes sense.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use domain::name::{Image, Tag};
use domain::service::ServiceDocument;
use github::Secrets;

use super::config::{Config, DocumentSource, ServiceConfig};
use super::secret::{SecretSource, Token};
use crate::alarms::{AlarmDefinition, Alarms, Mistake, Mistakes};
use crate::processes::Artifact;
use crate::real::ServiceSettings;

/// The most tasks that a service may have here.
const MOST_TASKS: u32 = 100;

/// Everything a daemon needs to begin: a [`Config`] that was checked, with its secrets and service
/// documents read.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where the webhook and the API listen.
    pub listen: SocketAddr,
    /// The file that remembers; without one, everything is forgotten at the end.
    pub state: Option<PathBuf>,
    /// What the paths in images are relative to.
    pub home: PathBuf,
    /// What GitHub signs with. Without, every delivery is refused.
    pub secrets: Option<Secrets>,
    /// What the API asks for.
    pub token: Option<Token>,
    /// What is put into the registry at the start.
    pub images: Vec<(Image, Tag, Artifact)>,
    /// The services.
    pub services: Vec<Hosted>,
    /// The alarms.
    pub alarms: Alarms,
}

/// A service of this machine.
#[derive(Debug, Clone)]
pub struct Hosted {
    /// Its document.
    pub document: ServiceDocument,
    /// The tag it begins with, the first time.
    pub first: Tag,
    /// How many tasks it begins with.
    pub tasks: u32,
    /// How it stands. The name is that of the ECS service.
    pub settings: ServiceSettings,
}

impl Setup {
    /// Checks a configuration and reads what it names: secrets by `environment` and from files,
    /// service documents from files. Its paths are relative to `home`.
    ///
    /// # Errors
    /// All mistakes at once.
    pub fn of(
        config: &Config,
        home: &Path,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Mistakes> {
        let mut findings = Findings::default();

        let secrets = secrets(&mut findings, &config.webhook_secrets, |source| {
            source.read(home, &environment)
        });
        let token = config.api_token.as_ref().and_then(|source| {
            let read = source.read(home, &environment);
            read.map_err(|(what, remedy)| findings.add("api_token", what, remedy)).ok()
        });
        if !config.listen.ip().is_loopback() && config.api_token.is_none() {
            let what = format!("{} can be reached by others, who could deploy", config.listen);
            findings.add("listen", what, "listen on 127.0.0.1, or say where an `api_token` is");
        }
        let images = images(&mut findings, config);
        let services = services(&mut findings, config, home);
        let alarms = alarms(&mut findings, config, &services);

        match findings.0.is_empty() {
            false => Err(Mistakes(findings.0)),
            true => Ok(Self {
                listen: config.listen,
                state: Some(home.join(&config.state)),
                home: home.to_owned(),
                secrets,
                token: token.map(Token::new),
                images,
                services,
                alarms,
            }),
        }
    }
}

#[derive(Default)]
struct Findings(Vec<Mistake>);

impl Findings {
    fn add(&mut self, path: impl Into<String>, what: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(Mistake { path: path.into(), what: what.into(), remedy: remedy.into() });
    }
}

fn secrets(
    findings: &mut Findings,
    sources: &[SecretSource],
    read: impl Fn(&SecretSource) -> Result<String, (String, String)>,
) -> Option<Secrets> {
    if sources.len() > 2 {
        let what = format!("{} secrets are too many", sources.len());
        findings.add("webhook_secrets", what, "name the new one and the one before it");
    }
    let mut found = sources.iter().enumerate().filter_map(|(index, source)| {
        let told = |(what, remedy)| findings.add(format!("webhook_secrets[{index}]"), what, remedy);
        read(source).map_err(told).ok()
    });
    let (current, previous) = (found.next()?, found.next());
    found.for_each(drop);

    let secrets = Secrets::new(current).ok()?;
    match previous {
        Some(previous) => secrets.accepting(previous).ok(),
        None => Some(secrets),
    }
}

fn images(findings: &mut Findings, config: &Config) -> Vec<(Image, Tag, Artifact)> {
    let mut images = Vec::new();
    for (image, tags) in &config.images {
        for (tag, artifact) in tags {
            if artifact.command.first().is_none_or(|program| program.trim().is_empty()) {
                findings.add(
                    format!("images.{image}.{tag}.command"),
                    "there is no program to start",
                    r#"give the program and its arguments: ["./server", "--fast"]"#,
                );
            }
            images.push((image.clone(), tag.clone(), artifact.clone()));
        }
    }
    images
}

fn services(findings: &mut Findings, config: &Config, home: &Path) -> Vec<Hosted> {
    let mut hosted: Vec<Hosted> = Vec::new();
    let mut taken = BTreeMap::from([(config.listen, "listen".to_owned())]);
    if config.services.is_empty() {
        findings.add("services", "there is no service", "put at least one under Cutover");
    }

    for (index, service) in config.services.iter().enumerate() {
        let at = format!("services[{index}]");
        check_settings(findings, &at, service, &mut taken);
        if !(1..=MOST_TASKS).contains(&service.tasks) {
            let what = format!("{} tasks cannot stand here", service.tasks);
            findings.add(format!("{at}.tasks"), what, "choose 1 to 100");
        }
        let Some(document) = document(findings, &at, &service.document, home) else { continue };

        let place = document.place();
        let twice = |it: &&Hosted| {
            it.document.name == document.name || it.document.place().service == place.service
        };
        if let Some(other) = hosted.iter().find(twice) {
            let what = format!("`{}` and the service of {at} share a name", other.document.name);
            let remedy = "give each a `name` and an `ecs_service` of its own";
            findings.add(format!("{at}.document"), what, remedy);
        }
        let known = config.images.get(&document.image);
        if known.is_none_or(|tags| !tags.contains_key(&service.first)) {
            let what = format!("there is no {}:{} in `images`", document.image, service.first);
            findings.add(format!("{at}.first"), what, "add it, or name a tag that is there");
        }
        let named = &service.settings.name;
        if !named.is_empty() && *named != place.service {
            let what = format!("{named:?} is not the document's ECS service `{}`", place.service);
            findings.add(format!("{at}.settings.name"), what, "leave it out");
        }

        let settings = ServiceSettings { name: place.service, ..service.settings.clone() };
        let (first, tasks) = (service.first.clone(), service.tasks);
        hosted.push(Hosted { document, first, tasks, settings });
    }
    hosted
}

fn check_settings(
    findings: &mut Findings,
    at: &str,
    service: &ServiceConfig,
    taken: &mut BTreeMap<SocketAddr, String>,
) {
    let settings = &service.settings;
    if let Err((field, why)) = settings.check() {
        findings.add(format!("{at}.settings.{field}"), why, "change it, or leave it out");
    }
    let listeners = [
        ("production_listener", settings.production_listener),
        ("test_listener", settings.test_listener),
    ];
    for (field, address) in listeners.into_iter().filter(|(_, address)| address.port() != 0) {
        let path = format!("{at}.settings.{field}");
        if let Some(other) = taken.insert(address, path.clone()) {
            let what = format!("{address} is that of `{other}`, too");
            findings.add(path, what, "give every listener an address of its own");
        }
    }
}

fn document(
    findings: &mut Findings,
    at: &str,
    source: &DocumentSource,
    home: &Path,
) -> Option<ServiceDocument> {
    let at = format!("{at}.document");
    let (name, text) = match source {
        DocumentSource::Inline(document) => (None, document.to_string()),
        DocumentSource::File(path) => {
            let path = home.join(path);
            match std::fs::read_to_string(&path) {
                Ok(text) => (Some(path), text),
                Err(error) => {
                    let what = format!("{} cannot be read: {error}", path.display());
                    findings.add(at, what, "name the file of a service document");
                    return None;
                }
            }
        }
    };

    let told = |mistakes: domain::service::Mistakes| {
        let file = name.map(|path| format!("{}: ", path.display())).unwrap_or_default();
        let remedy = "`cutover schema service` prints what a service document may say";
        for mistake in mistakes.0 {
            let at =
                if mistake.path.is_empty() { at.clone() } else { format!("{at}.{}", mistake.path) };
            findings.add(at, format!("{file}{}", mistake.what), remedy);
        }
    };
    ServiceDocument::read(&text).map_err(told).ok()
}

fn alarms(findings: &mut Findings, config: &Config, services: &[Hosted]) -> Alarms {
    // An alarm may name a service as its document does; the plant knows it by its ECS service.
    let place = |name: &str| {
        let known = services.iter().find(|it| it.document.name.as_str() == name);
        known.map_or_else(|| name.to_owned(), |it| it.document.place().service)
    };
    let definitions: Vec<_> = (config.alarms.iter().cloned())
        .map(|mut definition| {
            if let AlarmDefinition::Metric(alarm) = &mut definition {
                alarm.service = place(&alarm.service);
            }
            definition
        })
        .collect();
    let names: BTreeSet<_> = definitions.iter().map(AlarmDefinition::name).collect();
    for hosted in services {
        for (index, alarm) in hosted.document.checks.alarms.iter().enumerate() {
            if !names.contains(alarm.as_str()) {
                let path =
                    format!("the document of {}: checks.alarms[{index}]", hosted.document.name);
                let what = format!("there is no alarm `{alarm}`");
                findings.add(path, what, "add it to `alarms` of this configuration");
            }
        }
    }

    let known = |name: &str| services.iter().any(|it| it.settings.name == name);
    Alarms::check(&definitions, "alarms", known).unwrap_or_else(|mistakes| {
        findings.0.extend(mistakes.0);
        Alarms::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn config(change: impl FnOnce(&mut Value)) -> Result<Setup, Mistakes> {
        let mut config = json!({
            "state": "cutover.redb",
            "webhook_secrets": [{ "environment": "SECRET" }],
            "images": { "ghcr.io/acme/checkout": { "v1.0.0": { "command": ["./checkout"] } } },
            "services": [{
                "document": {
                    "name": "checkout", "image": "ghcr.io/acme/checkout", "cluster": "shop",
                    "tags": { "semver": "*" }, "strategy": { "blue_green": {} },
                    "ecs_service": "shop-checkout", "checks": { "alarms": ["errors"] }
                },
                "first": "v1.0.0"
            }],
            "alarms": [{
                "name": "errors", "service": "checkout", "metric": "error_rate",
                "comparison": "GreaterThanThreshold", "threshold": 0.05,
                "period_seconds": 1, "evaluation_periods": 2
            }]
        });
        change(&mut config);
        let config = Config::read(&config.to_string()).expect("it can be read");
        Setup::of(&config, Path::new("/home"), |name| (name == "SECRET").then(|| "hush".into()))
    }

    #[test]
    fn what_makes_sense_is_taken() {
        let setup = config(|_| {}).unwrap();

        assert_eq!(setup.state.unwrap(), Path::new("/home/cutover.redb"));
        assert_eq!(setup.services[0].settings.name, "shop-checkout");
        assert_eq!(setup.alarms.names().collect::<Vec<_>>(), ["errors"]);
        assert!(setup.secrets.is_some() && setup.token.is_none());
    }

    #[test]
    fn all_mistakes_are_told_at_once_with_their_paths_and_remedies() {
        let mistakes = config(|it| {
            it["listen"] = json!("0.0.0.0:80");
            it["webhook_secrets"] = json!([{ "environment": "OTHER" }, { "file": "missing" }]);
            it["images"]["ghcr.io/acme/checkout"]["v2"] = json!({ "command": [] });
            it["services"][0]["tasks"] = json!(0);
            it["services"][0]["first"] = json!("v3");
            it["services"][0]["settings"] = json!({
                "name": "catalog", "production_listener": "0.0.0.0:80", "idle_timeout": "0s"
            });
            let copy = it["services"][0].clone();
            it["services"].as_array_mut().unwrap().push(copy);
            it["services"].as_array_mut().unwrap().push(json!({
                "document": { "name": "Catalog" }, "first": "v1"
            }));
            it["alarms"] = json!([]);
        })
        .expect_err("many mistakes");

        let paths: Vec<_> = mistakes.0.iter().map(|mistake| mistake.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "webhook_secrets[0]",
                "webhook_secrets[1]",
                "listen",
                "images.ghcr.io/acme/checkout.v2.command",
                "services[0].settings.idle_timeout",
                "services[0].settings.production_listener",
                "services[0].tasks",
                "services[0].first",
                "services[0].settings.name",
                "services[1].settings.idle_timeout",
                "services[1].settings.production_listener",
                "services[1].tasks",
                "services[1].document",
                "services[1].first",
                "services[1].settings.name",
                "services[2].document",
                "the document of checkout: checks.alarms[0]",
                "the document of checkout: checks.alarms[0]",
            ],
            "{mistakes}"
        );
        assert!(mistakes.to_string().contains("at `name`: \"Catalog\" is not a service name"));
    }
}
