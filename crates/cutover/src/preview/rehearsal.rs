//! A deployment of the service, carried out in simulation: the same state machines, rules and steps
//! as on AWS, on a clock that stands still while anything can be done.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::time::Duration;

use asl::{Clock, Keep, Status};
use domain::measure;
use domain::name::{Image, Tag};
use domain::outcome::Outcome;
use domain::record::{Entry, Record};
use domain::release::ImagePushed;
use domain::seconds::Seconds;
use domain::service::ServiceDocument;
use jiff::Timestamp;
use local::account::{Account, Settings, Store, Told, images};
use local::alarms::{AlarmDefinition, Alarms};
use local::bus;
use local::databases::SimulatedReplica;
use local::processes::Artifact;
use local::simulated::{Behaviour, Simulated};
use parking_lot::Mutex;
use serde_json::json;
use tokio::runtime::Builder;

use super::meter::Meter;
use crate::problem::Trouble;

/// How long green's tasks take to start and to be found healthy.
const STARTS_IN: Seconds = Seconds::minutes(1);

/// Beyond the 30 days after which the state machine and ECS give up.
const LONGEST: Duration = Duration::from_hours(40 * 24);

/// A deployment as it went.
#[derive(Debug)]
pub(super) struct Rehearsal {
    /// When the image was pushed; all other moments count from there.
    began: Timestamp,
    /// How it ended.
    pub(super) outcome: Outcome,
    /// How long green's tasks took to start.
    pub(super) starts_in: Seconds,
    /// How long it took.
    pub(super) took: Seconds,
    /// Everything that was recorded.
    record: Record,
    /// Green's share of production traffic in percent, from which moment.
    pub(super) shares: Vec<(Seconds, f64)>,
    /// State transitions, by the state machine.
    pub(super) transitions: BTreeMap<String, usize>,
    /// Metrics that CloudWatch keeps of it.
    pub(super) metrics: usize,
    /// Runs of steps, by the verb.
    pub(super) steps: BTreeMap<String, u64>,
    /// What was used.
    pub(super) meter: Meter,
}

/// Plays a deployment in which nothing goes wrong.
pub(super) fn play(service: &ServiceDocument) -> Result<Rehearsal, Trouble> {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
    let runtime = runtime.map_err(Trouble::system("rehearse the deployment"))?;
    let rehearsal = runtime.block_on(async {
        let whole = tokio::time::timeout(LONGEST, rehearse(service)).await;
        whole.map_err(|_| "it does not end".to_owned())?
    });
    rehearsal.map_err(|why| Trouble::system("rehearse the deployment")(io::Error::other(why)))
}

async fn rehearse(document: &ServiceDocument) -> Result<Rehearsal, String> {
    let service = rehearsed(document)?;
    let clock = Clock::starting_at(Timestamp::UNIX_EPOCH);
    let now: Box<dyn Fn() -> Timestamp + Send + Sync> = Box::new(move || clock.now());
    let store = Arc::new(Store::none());
    let account = Account::open(
        Settings {
            keep: Keep::Counts,
            bus: bus::Settings { seed: Some(0), ..bus::Settings::default() },
            tokens: Some("token".to_owned()),
            ..Settings::default()
        },
        Arc::new(Simulated::new(now)),
        Arc::clone(&store),
        images(&store).map_err(|error| error.to_string())?,
        alarms(&service)?,
        clock,
    )
    .map_err(|error| error.to_string())?;

    let blue = push(&account, &service.image, "v1.0.0")?;
    for name in service.checks.replicas.iter().flat_map(|replicas| &replicas.instances) {
        let count = service.checks.replicas.as_ref().and_then(|replicas| replicas.count);
        let replica = SimulatedReplica::new(name, |_| Some(0.0)).being(|it| it.replicas = count);
        account.database(name, Arc::new(replica));
    }
    account.add(service.clone(), &blue.digest, 1).map_err(|failure| failure.to_string())?;
    // Blue stands, and its alarms know that it is well.
    tokio::time::sleep(Duration::from_mins(10)).await;

    let green = push(&account, &service.image, "v1.1.0")?;
    let starts_in = STARTS_IN.min(Seconds(service.checks.start_within.0 / 2));
    let behaviour =
        Behaviour { starts_in: Duration::from_secs(starts_in.0), ..Behaviour::default() };
    account.plant().behave(green.digest.as_str(), behaviour);

    let began = account.now();
    let meter = Arc::new(Mutex::new(Meter::of(document)));
    let told = Arc::new(Mutex::new(Vec::new()));
    let (counting, hearing, telling) = (Arc::clone(&meter), Arc::clone(&meter), Arc::clone(&told));
    account.calls().disturb(move |call| {
        counting.lock().call(call.name);
        None
    });
    account.observe(move |it| {
        if let Told::Recorded { entry, .. } = it {
            hearing.lock().recorded(entry);
        }
        telling.lock().push(it.clone());
    });

    let pushed = ImagePushed { at: began, ..green };
    account.receive(pushed.clone()).await.map_err(|failure| failure.to_string())?;
    settle(&account).await;

    let records = account.history(&service.name, 1);
    let record = records.into_iter().next().ok_or("nothing was deployed")?;
    let outcome = record.outcome().cloned().ok_or("it did not end")?;
    let mut transitions = BTreeMap::new();
    for execution in account.executions() {
        let machine = execution.identity().machine_name().trim_start_matches("cutover-").to_owned();
        *transitions.entry(machine).or_default() += execution.transitions();
    }
    let steps = account.calls().steps();
    let measures = measure::of(&record, None);
    let metrics: BTreeSet<_> = measures.iter().map(|it| (it.what, &it.labels)).collect();
    let metrics = metrics.len();
    account.close();
    account.at_rest().await;
    drop(account);

    let shares = shares(&told.lock(), pushed.digest.as_str(), began);
    let meter = Arc::into_inner(meter).ok_or("it is still counted")?.into_inner();
    let took = Seconds::between(began, outcome.at);
    Ok(Rehearsal {
        began,
        outcome,
        starts_in,
        took,
        record,
        shares,
        transitions,
        metrics,
        steps,
        meter,
    })
}

/// The document as it is rehearsed: every smoke request is answered well, the rehearsed tags are
/// wanted, no alarm has a name that this machine's alarms do not take, and no window is open. None of
/// that changes what is done.
fn rehearsed(service: &ServiceDocument) -> Result<ServiceDocument, String> {
    let mut service = service.clone();
    service.tags =
        serde_json::from_value(json!({ "semver": "*" })).map_err(|error| error.to_string())?;
    service.freezes = Vec::new();
    let good = local::simulated::Smoke::default();
    for smoke in &mut service.checks.smoke {
        (smoke.status, smoke.contains, smoke.within_ms) = (good.status, None, 1_000);
    }
    for (number, alarm) in service.checks.alarms.iter_mut().enumerate() {
        *alarm = format!("alarm-{number}");
    }
    Ok(service)
}

/// The alarms of the document, on what a good release never does.
fn alarms(service: &ServiceDocument) -> Result<Alarms, String> {
    let place = service.place();
    let alarm = |name: &String| {
        let alarm = json!({
            "name": name, "service": place.service, "metric": "error_rate", "threshold": 0.5,
            "comparison": "GreaterThanThreshold", "period_seconds": 60, "evaluation_periods": 1,
            "treat_missing_data": "notBreaching"
        });
        serde_json::from_value::<AlarmDefinition>(alarm).map_err(|error| error.to_string())
    };
    let definitions: Vec<_> =
        service.checks.alarms.iter().map(alarm).collect::<Result<_, String>>()?;
    Alarms::check(&definitions, "alarms", |_| true).map_err(|mistakes| mistakes.to_string())
}

type Rehearsed = Account<Simulated<Box<dyn Fn() -> Timestamp + Send + Sync>>>;

/// Puts an image into the registry.
fn push(account: &Rehearsed, image: &Image, tag: &str) -> Result<ImagePushed, String> {
    let artifact =
        Artifact { command: vec![tag.to_owned()], env: BTreeMap::new(), directory: None };
    let tag: Tag = tag.parse().map_err(|error| format!("{error}"))?;
    let digest = account.push(image, &tag, artifact);
    Ok(ImagePushed {
        image: image.clone(),
        tag,
        digest,
        at: account.now(),
        pushed_by: "rehearsal".to_owned(),
        revision: None,
        delivery: None,
    })
}

/// Lets time pass until nothing runs and nothing is on its way.
async fn settle(account: &Rehearsed) {
    let running = || {
        let executions = account.executions();
        executions.into_iter().find(|execution| execution.status() == Status::Running)
    };
    loop {
        account.bus().quiet().await;
        match running() {
            Some(execution) => drop(execution.wait().await),
            None => {
                // What ended last may have put one more event on the bus.
                tokio::time::sleep(Duration::from_secs(1)).await;
                if running().is_none() {
                    break;
                }
            }
        }
    }
}

/// Green's share of production traffic, at each moment at which it became another.
fn shares(told: &[Told], green: &str, began: Timestamp) -> Vec<(Seconds, f64)> {
    let mut shares = vec![(Seconds(0), 0.0)];
    for told in told {
        let Told::Shifted { at, production, .. } = told else { continue };
        let green = production.iter().find(|(digest, _)| digest == green);
        let share = green.map_or(0.0, |(_, share)| share.percent());
        if shares.last().is_some_and(|(_, last)| (last - share).abs() > f64::EPSILON) {
            shares.push((Seconds::between(began, *at), share));
        }
    }
    shares
}

impl Rehearsal {
    /// The moments of the looks at the rollout.
    pub(super) fn looks(&self) -> Vec<Seconds> {
        self.moments(|entry| matches!(entry, Entry::Judged { .. }))
    }

    /// The moments at which a pause was answered with "go on".
    pub(super) fn answers(&self) -> Vec<Seconds> {
        self.moments(|entry| matches!(entry, Entry::Proceeded { .. }))
    }

    fn moments(&self, of: impl Fn(&Entry) -> bool) -> Vec<Seconds> {
        let entries = self.record.entries.iter().filter(|dated| of(&dated.entry));
        entries.map(|dated| Seconds::between(self.began, dated.at)).collect()
    }
}
