//! What a deployment would meet if it began now.

mod reference;

pub use reference::Reference;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::{Claimed, Desk};
use crate::evidence::Evidence;
use crate::finding::Finding;
use crate::metric::{Measured, MetricCheck};
use crate::name::{Arn, CallbackToken, DeploymentId};
use crate::plan::Plan;
use crate::preflight::{self, Facts, Report, Serving, Warning};
use crate::request::{Cause, Request};
use crate::service::ServiceDocument;

/// What a deployment would meet if it began now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outlook {
    /// The service document as it is.
    pub service: ServiceDocument,
    /// When it was asked.
    pub at: Timestamp,
    /// What would be deployed: `checkout v1.4.2 (0a1b2c3d4e5f)`.
    pub title: String,
    /// The execution that would carry it, where its name does not depend on the moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentId>,
    /// Why it would be refused, each in a sentence with its remedy.
    pub objections: Vec<String>,
    /// What it would wait for before it is begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<String>,
    /// What would make it slow or risky.
    pub warnings: Vec<Warning>,
    /// What the checks say of what serves now.
    pub findings: Vec<Finding>,
}

impl Outlook {
    /// Of a request of which nothing more is known yet.
    pub fn of(service: ServiceDocument, request: &Request, now: Timestamp) -> Self {
        Self {
            service,
            at: now,
            title: request.title(),
            deployment: None,
            objections: Vec::new(),
            waits: None,
            warnings: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Adds what this plan would meet, by what was found out before it begins.
    pub fn meet(&mut self, plan: &Plan, mut facts: Facts, mut desk: Desk, now: Timestamp) {
        self.title = plan.title();
        match turn(&desk, plan, now) {
            Ok(waits) => self.waits = waits,
            Err(why) => self.objections.push(why),
        }
        if self.waits.is_some() {
            // It is checked in its turn, when what it waits for is over.
            facts.blue.in_progress = None;
            desk.terraform.as_mut().and_then(|memory| memory.frozen.take());
        }

        let Report { objections, warnings } = preflight::inspect(plan, &facts, &desk, now);
        self.objections.extend(objections);
        self.warnings = warnings;
    }

    /// Adds what was measured of what serves now.
    pub fn measure(&mut self, evidence: &Evidence, blue: &Serving) {
        self.findings = evidence.findings(self.at, blue.desired, false, self.at);
    }

    /// Adds what was read of the metrics, with what serves now as if it were green.
    pub fn read(&mut self, metrics: &[(MetricCheck, Result<Measured, String>)]) {
        let finding = |(check, told): &(MetricCheck, Result<Measured, String>)| match (check, told)
        {
            (MetricCheck::Compare(it), Ok(Measured::Periods(periods))) => {
                let (says, measured) = it.foresees(periods.iter().map(|it| it.green).sum());
                Finding::new(check.name(), says, measured)
            }
            _ => check.finding(told, self.at),
        };
        let read: Vec<_> = metrics.iter().map(finding).collect();
        self.findings.extend(read);
    }
}

/// What a deployment would wait for, if for anything, or why it would not.
fn turn(desk: &Desk, plan: &Plan, now: Timestamp) -> Result<Option<String>, String> {
    let nobody: CallbackToken = "nobody".parse().map_err(|error| format!("{error}"))?;
    // Whoever let the lease expire is taken to be gone, as it mostly is.
    let (after, claimed) = desk.clone().claim(plan.waiter(nobody), false, now);
    match claimed {
        Claimed::Granted(_) => Ok(None),
        Claimed::Behind(why) => Err(why),
        Claimed::Parked { superseded, frozen } => {
            let holder = desk.lease.as_ref().map(|lease| &lease.holder);
            let busy = holder.map(|holder| match after.gives_way(holder) {
                Some(_) => format!("{holder} is under way and gives way to it"),
                None => format!("{holder} is under way"),
            });
            let frozen = frozen.map(|freeze| freeze.to_string());
            let superseded = superseded.map(|it| format!("it takes the place of {}", it.title));
            let told: Vec<_> = [frozen, busy, superseded].into_iter().flatten().collect();
            Ok(Some(told.join("; ")))
        }
    }
}

impl Request {
    /// What is asked when a release is only thought of: a tag is one that is pushed now, a digest is
    /// what a person asks for, and without either, what serves is deployed again as it is.
    pub fn thought_of(
        service: &ServiceDocument,
        reference: Option<&Reference>,
        blue: &Serving,
        now: Timestamp,
    ) -> Self {
        let (tag, digest, template, cause): (_, _, Option<&Arn>, _) = match reference {
            Some(Reference::Tag(tag)) => (Some(tag), None, None, Cause::Push),
            Some(Reference::Digest(digest)) => (None, Some(digest), None, Cause::Manual),
            None => (None, blue.digest.as_ref(), Some(&blue.task_definition), Cause::Template),
        };
        Self {
            service: service.name.clone(),
            tag: tag.cloned(),
            digest: digest.cloned(),
            template: template.cloned(),
            cause,
            by: None,
            at: Some(now),
            hotfix: false,
            fix_forward: None,
            reason: None,
        }
    }
}

#[cfg(test)]
mod tests;
