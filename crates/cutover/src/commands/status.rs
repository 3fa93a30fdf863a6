//! `cutover status`: how services stand.

use clap::Args;
use comfy_table::{Table, presets};
use domain::name::ServiceName;
use local::door::view::{Quarantined, Release, Service};

use crate::console::{Console, End};
use crate::installation::Which;
use crate::problem::{Trouble, visible};
use crate::server::run;
use crate::telling;

/// Show how services stand: what serves, how healthy, who gets the traffic, what goes on
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover status checkout")]
pub(crate) struct Status {
    /// Only this service
    service: Option<ServiceName>,
    /// Answer in JSON: a list of services
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    which: Which,
}

impl Status {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let services = run(async {
            let cutover = self.which.open().await?;
            cutover.services(self.service.as_ref()).await
        })?;

        match self.json {
            true => console.json(&services)?,
            false => console.line(table(&services))?,
        }
        Ok(End::Good)
    }
}

pub(super) fn table(services: &[Service]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header(["service", "serving", "tasks", "traffic", "alarms", "now", "last end"]);
    for service in services {
        table.add_row([
            service.name.to_string(),
            service.serving.as_ref().map_or_else(|| "-".into(), name),
            tasks(service),
            traffic(service),
            alarms(service),
            now(service),
            last(service),
        ]);
    }
    table
}

/// How many tasks are healthy, or run where nobody knows, of those that are wanted.
fn tasks(service: &Service) -> String {
    let tasks = service.tasks;
    format!("{}/{}", tasks.healthy.unwrap_or(tasks.running), tasks.desired)
}

/// The newest tag, or the digest where there is none.
fn name(release: &Release) -> String {
    release.tags.last().map_or_else(|| release.digest.short().to_owned(), ToString::to_string)
}

fn traffic(service: &Service) -> String {
    let portion =
        |it: &local::door::view::Portion| format!("{}% {}", it.percent, name(&it.release));
    lines(service.traffic.iter().map(portion))
}

fn alarms(service: &Service) -> String {
    let alarm = |it: &local::door::view::Alarm| visible(&format!("{} {}", it.name, it.state));
    lines(service.alarms.iter().map(alarm))
}

fn now(service: &Service) -> String {
    let rollout = service.rollout.as_ref().map(|rollout| {
        let stage = rollout.stage.as_deref().unwrap_or_default();
        format!("{} {stage}", rollout.status)
    });
    let lease = service.lease.as_ref().map(|lease| format!("lease: {}", lease.holder));
    let waiting = service.waiting.as_ref().map(|it| format!("waiting: {}", it.title));
    let urgent = service.urgent.as_ref().map(|it| format!("waiting to go back: {}", it.title));
    let asks = service.asks.as_ref().map(ToString::to_string);
    let frozen = service.frozen.as_ref().map(ToString::to_string);
    let told = [rollout, lease, asks, urgent, waiting, frozen, quarantine(service)];
    lines(told.into_iter().flatten().map(|line| visible(&line)))
}

/// What is in quarantine, or how much.
fn quarantine(service: &Service) -> Option<String> {
    match service.quarantined.as_slice() {
        [] => None,
        [Quarantined { quarantine, tag }] => {
            let digest = quarantine.digest.short();
            let tag = tag.as_ref().map_or_else(|| digest.to_owned(), ToString::to_string);
            Some(format!("quarantine: {tag}"))
        }
        several => Some(format!("quarantine: {} releases", several.len())),
    }
}

fn last(service: &Service) -> String {
    service.last.as_ref().map_or_else(
        || "-".into(),
        |last| {
            let what = last.tag.as_ref().map(ToString::to_string);
            let what = what.or_else(|| last.digest.as_ref().map(|it| it.short().to_owned()));
            format!("{} {}\n{}", last.end, what.unwrap_or_default(), telling::moment(last.at))
        },
    )
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    let lines: Vec<_> = lines.collect();
    match lines.is_empty() {
        true => "-".to_owned(),
        false => lines.join("\n"),
    }
}
