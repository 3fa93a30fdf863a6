//! What of a configuration makes no sense.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;

use domain::name::{Image, Tag};
use domain::secrets::Secrets;
use domain::service::ServiceDocument;

use super::config::{Config, DocumentSource, ServiceConfig};
use super::findings::Findings;
use super::hosted::Hosted;
use super::order::order;
use super::secret::SecretSource;
use crate::alarms::{AlarmDefinition, Alarms};
use crate::databases::Pair;
use crate::processes::Artifact;
use crate::real::ServiceSettings;

/// The most tasks that a service may have here.
const MOST_TASKS: u32 = 100;

/// What callers are known by: the newest one, and perhaps the one before it. None where none is named,
/// or one cannot be read.
pub(super) fn secrets(
    findings: &mut Findings,
    field: &str,
    sources: &[SecretSource],
    read: impl Fn(&SecretSource) -> Result<String, (String, String)>,
) -> Option<Secrets> {
    if sources.len() > 2 {
        let what = format!("{} are too many", sources.len());
        findings.add(field, what, "name the new one and the one before it");
    }
    let found = sources.iter().enumerate().filter_map(|(index, source)| {
        let told = |(what, remedy)| findings.add(format!("{field}[{index}]"), what, remedy);
        read(source).map_err(told).ok()
    });
    let found: Vec<String> = found.collect();
    Secrets::kept(found).ok()
}

/// Every read replica, with how it and its primary are reached.
pub(super) fn replicas(
    findings: &mut Findings,
    config: &Config,
    services: &[Hosted],
    read: impl Fn(&SecretSource) -> Result<String, (String, String)>,
) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    for (index, replica) in config.replicas.iter().enumerate() {
        let at = format!("replicas[{index}]");
        if config.replicas[..index].iter().any(|other| other.name == replica.name) {
            let what = format!("`{}` is listed twice", replica.name);
            findings.add(format!("{at}.name"), what, "give each a name of its own");
        }
        if !(1..=60).contains(&replica.every.0) {
            let what = format!("{} is not how often it can be asked", replica.every);
            findings.add(format!("{at}.every"), what, "choose 1 to 60 seconds");
        }
        let mut reached = |field: &str, source: &SecretSource| {
            let told = read(source).and_then(|text| {
                // What is wrong with it may quote it.
                text.parse::<tokio_postgres::Config>().map_err(|_| {
                    let remedy = "write postgres://user:password@host:port/database";
                    ("this is no connection string".to_owned(), remedy.to_owned())
                })
            });
            told.map_err(|(what, remedy)| findings.add(format!("{at}.{field}"), what, remedy)).ok()
        };
        let (primary, standby) =
            (reached("primary", &replica.primary), reached("replica", &replica.replica));
        if let (Some(primary), Some(standby)) = (primary, standby) {
            let (name, every) = (replica.name.clone(), replica.every);
            pairs.push(Pair { name, primary, replica: standby, every });
        }
    }

    for document in services.iter().map(|service| &service.document) {
        let named = document.checks.replicas.iter().flat_map(|check| &check.instances);
        for name in named.filter(|name| !config.replicas.iter().any(|it| it.name == **name)) {
            let path = format!("the document of {}: checks.replicas", document.name);
            let what = format!("there is no replica `{name}`");
            findings.add(path, what, "say in `replicas` how it and its primary are reached");
        }
    }
    pairs
}

/// Every image, by repository and tag.
pub(super) fn images(findings: &mut Findings, config: &Config) -> Vec<(Image, Tag, Artifact)> {
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

/// Every service whose document can be read.
pub(super) fn services(findings: &mut Findings, config: &Config, home: &Path) -> Vec<Hosted> {
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

    let documents: Vec<_> = hosted.iter().map(|it| &it.document).collect();
    order(findings, &documents, documents.len() == config.services.len());
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

/// The alarms, with services by the names of their ECS services.
pub(super) fn alarms(findings: &mut Findings, config: &Config, services: &[Hosted]) -> Alarms {
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
