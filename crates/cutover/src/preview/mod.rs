//! What a deployment of a service would be: its stages, what is judged in them, what would take it
//! back, and what it costs. Times and costs come from a rehearsal in simulation, not from a formula.

mod bill;
mod dangers;
mod meter;
mod outlook;
mod picture;
mod prices;
mod rehearsal;
mod stages;
mod telling;
#[cfg(test)]
mod tests;
mod units;

use std::io;

use domain::outcome::End;
use domain::seconds::Seconds;
use domain::service::ServiceDocument;
use domain::strategy::Strategy;
use serde_json::{Value, json};

pub(crate) use self::outlook::lines as outlook;

use self::bill::Bill;
use self::dangers::{Danger, dangers};
use self::rehearsal::Rehearsal;
use self::stages::{Check, Stage, checks, stages};
use crate::problem::Trouble;

/// What a deployment of a service would be.
#[derive(Debug)]
pub(crate) struct Preview {
    service: ServiceDocument,
    stages: Vec<Stage>,
    checks: Vec<Check>,
    dangers: Vec<Danger>,
    rehearsal: Rehearsal,
    bill: Bill,
}

impl Preview {
    /// Rehearses a deployment of this service in which nothing goes wrong.
    pub(crate) fn of(service: ServiceDocument) -> Result<Self, Trouble> {
        let rehearsal = rehearsal::play(&service)?;
        let unknown: Vec<_> = rehearsal.meter.unknown.iter().copied().collect();
        if !unknown.is_empty() {
            let why = format!("nobody wrote down what {} is on AWS", unknown.join(", "));
            return Err(Trouble::system("tell what it costs")(io::Error::other(why)));
        }
        Ok(Self {
            stages: stages(&service),
            checks: checks(&service),
            dangers: dangers(&service),
            bill: Bill::of(&rehearsal),
            rehearsal,
            service,
        })
    }

    /// Whether a deployment in which nothing goes wrong would go all the way.
    pub(crate) fn is_good(&self) -> bool {
        self.rehearsal.outcome.end == End::Deployed
    }

    /// How long it takes at least, however quickly green starts; and at most, if there is an end.
    fn lasts(&self) -> (Seconds, Option<Seconds>) {
        let times = |length: Seconds, stage: &Stage| length.0 * u64::from(stage.times);
        let least = self.stages.iter().map(|stage| times(stage.at_least, stage)).sum();
        let most: u64 =
            self.stages.iter().filter_map(|stage| Some(times(stage.at_most?, stage))).sum();
        (Seconds(least), (most > 0).then_some(Seconds(most)))
    }

    /// Whether both fleets stand for a while.
    fn has_two_fleets(&self) -> bool {
        self.service.strategy != (Strategy::Rolling {})
    }

    /// What a program reads.
    pub(crate) fn json(&self) -> Value {
        let rehearsal = &self.rehearsal;
        let (at_least, at_most) = self.lasts();
        let shares = rehearsal.shares.iter();
        let shares: Vec<_> =
            shares.map(|(from, share)| json!({ "from": from, "percent": share })).collect();
        json!({
            "service": self.service.name,
            "place": self.service.place(),
            "strategy": self.service.strategy,
            "stages": self.stages,
            "checks": self.checks,
            "dangers": self.dangers,
            "lasts": { "at_least": at_least, "at_most": at_most },
            "rehearsal": {
                "end": rehearsal.outcome.end,
                "why": rehearsal.outcome.why,
                "took": rehearsal.took,
                "green": shares,
                "judged_at": rehearsal.looks(),
                "went_on_at": rehearsal.answers(),
                "transitions": rehearsal.transitions,
                "steps": rehearsal.steps,
                "calls": rehearsal.meter.calls,
            },
            "cost": self.bill,
        })
    }
}
