//! What is taken back of a release of which a wave was held.

use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::name::{DeploymentId, ServiceName};
use crate::outcome::End;
use crate::record::Record;
use crate::release::LeftOut;
use crate::service::OnFailure;
use crate::trigger::GoBack;

/// Why a wave was held: the errors by which the release machine knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Held {
    /// A service of it does not run the release.
    #[serde(rename = "WaveHeld")]
    Unsettled,
    /// A deployment of it was begun by another execution, which may go on well.
    #[serde(rename = "WaveElsewhere")]
    Elsewhere,
}

/// A deployment of the release that was begun, and its service's desk by now.
#[derive(Debug, Clone)]
pub struct Begun {
    /// What was done.
    pub record: Record,
    /// How the service stands.
    pub desk: Desk,
}

/// What is taken back of a release.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unwinding {
    /// Executions of the rollback machine, one after the other.
    pub returns: Vec<Return>,
    /// Services that were deployed and stay, and why.
    pub stay: Vec<LeftOut>,
    /// Why anything is taken back, or nothing.
    pub why: String,
}

/// One execution of the rollback machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// Its name, one for each deployment: a second delivery of the push takes nothing back twice.
    pub name: String,
    /// The deployment that is left.
    pub deployment: DeploymentId,
    /// Its input.
    pub input: GoBack,
}

/// Decides what is taken back of a release, the last first. `begun` is in the order of its waves.
///
/// That is every service that the release was deployed to and still has, nobody works on, and which
/// says `together`.
pub fn unwind(begun: &[Begun], held: Held) -> Unwinding {
    let failed: Vec<&str> =
        begun.iter().filter(|it| it.failed(held)).map(|it| it.record.service.as_str()).collect();
    let why = match (failed.as_slice(), held) {
        ([], Held::Elsewhere) => {
            let why = "another execution carries the release, and takes back what has to be".into();
            return Unwinding { why, ..Unwinding::default() };
        }
        ([], Held::Unsettled) => "a service did not settle".into(),
        (failed, _) => format!("{} did not settle", failed.join(", ")),
    };

    let mut unwinding = Unwinding { why, ..Unwinding::default() };
    for it in begun.iter().rev().filter(|it| it.ended(End::Deployed)) {
        let service = it.record.service.clone();
        match it.stays() {
            Some(why) => unwinding.stay.push(LeftOut { service, why }),
            None => unwinding.returns.push(Return {
                name: format!("{}-together", it.record.deployment),
                deployment: it.record.deployment.clone(),
                input: go_back(service, it.record.deployment.clone(), &unwinding.why),
            }),
        }
    }
    unwinding
}

impl Begun {
    fn ended(&self, end: End) -> bool {
        self.record.outcome().is_some_and(|outcome| outcome.end == end)
    }

    /// Whether the service does not run the release, as far as it is this execution's business.
    fn failed(&self, held: Held) -> bool {
        match self.record.outcome() {
            Some(outcome) => !outcome.settled,
            None => held == Held::Unsettled,
        }
    }

    /// Why it stays as it is, if it does.
    fn stays(&self) -> Option<String> {
        let Some(plan) = self.record.plan() else {
            return Some("what was planned is not known".into());
        };
        let service = &plan.service;
        if !service.together {
            return Some("its document does not say `together`".into());
        }
        if service.on_failure == OnFailure::Hold {
            return Some("its document says `on_failure: hold`, a person must decide".into());
        }
        if self.record.is_irreversible() {
            return Some("its migration cannot be undone, a person must decide".into());
        }
        if let Some(lease) = &self.desk.lease {
            return Some(format!("{} is under way", lease.holder));
        }
        let deployed = self.desk.deployed.as_ref().map(|deployed| &deployed.deployment);
        match deployed {
            Some(deployed) if *deployed == self.record.deployment => None,
            Some(deployed) => Some(format!("{deployed} was deployed since")),
            None => Some("nothing is known to serve".into()),
        }
    }
}

fn go_back(service: ServiceName, leave: DeploymentId, why: &str) -> GoBack {
    let reason = format!("{why}, and {service} goes together with it");
    let by = Some("the release machine".into());
    GoBack { service, to: None, stop: false, leave: Some(leave), by, reason: Some(reason) }
}

#[cfg(test)]
mod tests;
