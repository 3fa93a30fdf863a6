//! Which change is taken back when something rings, or when a person says so.

mod suspect;
mod target;
mod way_back;

pub use way_back::WayBack;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use self::suspect::{Change, Ringing, Suspect, change_of};
use self::target::{last_good, quarantined, target};
use self::way_back::way_back;
use crate::alert::Alert;
use crate::desk::{Deployed, Desk, Liability, Watcher};
use crate::evidence::{Alarm, AlarmState};
use crate::migration::Hold;
use crate::name::{Arn, CallbackToken, DeploymentId, HookId, ServiceName};
use crate::trigger::GoBack;

/// What is done, in this order: stop a rollout, deploy an earlier release. Neither is an answer too.
///
/// `stops` and `deploys` say for the state machine, which branches on paths only, which there are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// Whether there is a rollout to stop.
    pub stops: bool,
    /// Whether there is an earlier release to deploy.
    pub deploys: bool,
    /// A rollout in flight that is taken back.
    pub stop: Option<Stopping>,
    /// An earlier release that is deployed.
    pub deploy: Option<WayBack>,
    /// Whether it is looked again when that is done: an alarm may ring on.
    pub again: bool,
    /// Others that may be at fault, and why they are left alone for now.
    pub watched: Vec<Watched>,
    /// All of that in a sentence.
    pub why: String,
}

/// A rollout in flight that is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopping {
    /// Of which service.
    pub service: ServiceName,
    /// Its deployment.
    pub deployment: DeploymentId,
    /// The ECS service deployment.
    pub rollout: Arn,
    /// The pause that was answered last: it waits no more, whatever ECS shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<HookId>,
    /// Who waits for news of it.
    pub token: CallbackToken,
    /// Only if ECS began it before that moment. An alarm that is older blames nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Timestamp>,
    /// Why.
    pub why: String,
}

/// A service that may be at fault and is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watched {
    /// The service.
    pub service: ServiceName,
    /// Its deployment that is left alone.
    pub deployment: DeploymentId,
    /// Why, in a sentence.
    pub why: String,
    /// Whether it is in flight, and spared for a while.
    #[serde(default)]
    pub spared: bool,
}

/// Attributes what rings to the newest change that it may blame.
///
/// A deployment may be blamed by an alarm of its service that began after it did, while it is in
/// flight or within the service's rollback window after its end. The newest of all is taken back;
/// the others are watched, because most often one change is at fault. What rings no more by now
/// blames nobody.
pub fn of_alarms(alarms: &[Alarm], desks: &[Desk], now: Timestamp) -> Attribution {
    let ringing = alarms.iter().filter(|alarm| alarm.state == AlarmState::Ringing);
    of_ringing(&ringing.map(Ringing::Alarm).collect::<Vec<_>>(), desks, now)
}

/// The same for alerts that were told to fire. One of which it was told since that it is over rings
/// no more.
pub fn of_alerts(alerts: &[Alert], desks: &[Desk], now: Timestamp) -> Attribution {
    let is_over =
        |alert: &Alert| alert.resolved.is_some() || desks.iter().any(|desk| desk.is_over(alert));
    let ringing = alerts.iter().filter(|alert| !is_over(alert));
    of_ringing(&ringing.map(Ringing::Alert).collect::<Vec<_>>(), desks, now)
}

fn of_ringing(ringing: &[Ringing<'_>], desks: &[Desk], now: Timestamp) -> Attribution {
    let Some(names) = names(ringing) else {
        return Attribution { why: "nothing of it rings by now".into(), ..Attribution::default() };
    };

    let mut suspects: Vec<(Suspect<'_>, Ringing<'_>)> = Vec::new();
    for desk in desks {
        let change = change_of(desk);
        let blamed = change.and_then(|change| {
            let rings = ringing.iter().find(|rings| change.answers_for(**rings))?;
            Some((Suspect { desk, change }, *rings))
        });
        suspects.extend(blamed);
    }
    suspects.sort_by_key(|(suspect, _)| std::cmp::Reverse(suspect.change.moment(now)));

    let mut attribution = Attribution::default();
    for (suspect, rings) in suspects {
        let why = format!("{rings} rings since {:.0}", rings.since());
        attribution.add(&suspect, rings, &why, now);
    }
    attribution.why = match attribution.chosen() {
        Some(chosen) => format!("{names}: {chosen}"),
        None => format!("{names}, and there is no deployment to take back for it"),
    };
    attribution
}

/// What is done when a person wants to go back.
///
/// # Errors
/// Why it cannot be done, in a sentence.
pub fn of_person(ask: &GoBack, desk: &Desk, now: Timestamp) -> Result<Attribution, String> {
    if ask.stop && ask.to.is_some() {
        return Err("say `stop` or `to`, not both".into());
    }
    let why = match desk.hold() {
        Some(hold @ Hold::Migration) => format!("{} (it goes past this: {hold})", ask.why()),
        Some(Hold::Document) | None => ask.why(),
    };
    if let Some(leave) = ask.leave.as_ref().filter(|leave| desk.newest() != Some(*leave)) {
        let why = format!("{leave} is not what {} has by now", desk.service);
        return Ok(Attribution { why, ..Attribution::default() });
    }
    let goes_back = desk.worker.as_ref().is_some_and(|worker| worker.urgent);
    if let Some(lease) = desk.lease.as_ref().filter(|_| goes_back && ask.to.is_none()) {
        let why = format!("{} goes back already", lease.holder);
        return Ok(Attribution { why, ..Attribution::default() });
    }
    let stop = desk.watcher.as_ref().map(|watcher| stopping(desk, watcher, None, why.clone()));
    if ask.to.is_none() && stop.is_some() {
        return Ok(Attribution::of(stop, None, why));
    }

    if let Some(lease) = desk.lease.as_ref().filter(|_| ask.to.is_none()) {
        let instead = if ask.stop { "" } else { ", or say `to`" };
        return Err(format!(
            "{} has the lease and has not told ECS to begin; stop its execution{instead}",
            lease.holder
        ));
    }
    if ask.stop {
        return Err(format!("nothing of {} is under way", desk.service));
    }

    let serving = desk.deployed.as_ref();
    let target = target(ask, desk, now)?;
    let left = serving.filter(|it| Some(&it.digest) != target.digest.as_ref());
    let quarantine = left.map(|it| quarantined(it, &why, ask.by.clone(), now));
    let deploy = way_back(desk, target, ask.by.clone(), Some(why.clone()), quarantine, now);
    Ok(Attribution::of(stop, Some(deploy), why))
}

impl Attribution {
    /// Something that is to be done, for a reason.
    fn of(stop: Option<Stopping>, deploy: Option<WayBack>, why: String) -> Self {
        let (stops, deploys) = (stop.is_some(), deploy.is_some());
        Self { stops, deploys, stop, deploy, why, ..Self::default() }
    }

    /// Adds a suspect, newest first: the first that may be taken back is, the others are watched.
    fn add(&mut self, suspect: &Suspect<'_>, rings: Ringing<'_>, why: &str, now: Timestamp) {
        let desk = suspect.desk;
        let mut watch = |deployment: &DeploymentId, why: String| {
            let (service, deployment) = (desk.service.clone(), deployment.clone());
            let spared =
                matches!(&suspect.change, Change::InFlight(watcher, _) if watcher.hold.is_none());
            self.watched.push(Watched { service, deployment, why, spared });
        };
        let first = self.stop.is_none() && self.deploy.is_none();

        match &suspect.change {
            Change::InFlight(Watcher { deployment, hold: Some(hold), .. }, _)
            | Change::Concluded(Deployed { deployment, .. }, Liability { hold: Some(hold), .. }) => {
                watch(deployment, format!("{why}; {hold}, a person must decide"));
            }
            Change::InFlight(watcher, _) if !first => watch(&watcher.deployment, later(why)),
            Change::InFlight(watcher, _) => {
                self.stop = Some(stopping(desk, watcher, Some(rings.since()), why.to_owned()));
                (self.stops, self.again) = (true, true);
            }
            Change::Concluded(deployed, _) if !first => watch(&deployed.deployment, later(why)),
            Change::Concluded(deployed, _) => match last_good(desk, now) {
                None => watch(
                    &deployed.deployment,
                    format!(
                        "{why}; nothing that Cutover knows was good before, a person must decide"
                    ),
                ),
                Some(target) => {
                    let by = rings.to_string();
                    let quarantine = quarantined(deployed, why, Some(by.clone()), now);
                    let why = Some(why.to_owned());
                    let way = way_back(desk, target, Some(by), why, Some(quarantine), now);
                    self.deploy = Some(way);
                    (self.deploys, self.again) = (true, true);
                }
            },
        }
    }

    /// What is taken back, in a sentence.
    fn chosen(&self) -> Option<String> {
        let stop = self.stop.as_ref();
        let stop = stop.map(|stop| format!("{} is taken back", stop.deployment));
        stop.or_else(|| {
            let way = self.deploy.as_ref()?;
            Some(format!("going back to {}", way.input.title()))
        })
    }
}

fn later(why: &str) -> String {
    format!("{why}; a newer change is taken back first")
}

fn names(ringing: &[Ringing<'_>]) -> Option<String> {
    let first = ringing.first()?;
    Some(match ringing.len() {
        1 => format!("{first} rings"),
        more => format!("{first} and {} more ring", more - 1),
    })
}

fn stopping(desk: &Desk, watcher: &Watcher, before: Option<Timestamp>, why: String) -> Stopping {
    Stopping {
        service: desk.service.clone(),
        deployment: watcher.deployment.clone(),
        rollout: watcher.rollout.clone(),
        answered: watcher.answered.clone(),
        token: watcher.token.clone(),
        before,
        why,
    }
}

#[cfg(test)]
mod tests;
