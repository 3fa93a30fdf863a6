//! Whether what somebody wants is done, or why not, in a sentence for them.

use jiff::Timestamp;

use super::{Act, HOLD, Person, Right, Wish};
use crate::approval::Approve;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::freeze::{Freeze, FreezeByHand};
use crate::name::DeploymentId;
use crate::outcome::{End, Outcome};
use crate::quarantine::ByHand;
use crate::record::Record;
use crate::service::ServiceDocument;
use crate::trigger::GoBack;

/// What is said as a reason where a button leaves no room for one.
const BY_BUTTON: &str = "by a button in Slack";

/// What is done, by the same ways as from the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// A deployment may go on.
    Approve(Approve),
    /// An earlier release is deployed, or what is in flight is stopped.
    GoBack(GoBack),
    /// Nothing new begins for a while, or it does again.
    Freeze(FreezeByHand),
    /// A release may be deployed again.
    Lift(ByHand),
}

impl Wish {
    /// Decides what is done. `record` is that of the deployment that it is about.
    ///
    /// # Errors
    /// [`Failure::Refused`] with a sentence for whoever wanted it: they may not, or it is too late,
    /// or done already.
    pub fn decide(
        &self,
        document: &ServiceDocument,
        desk: &Desk,
        record: Option<&Record>,
        now: Timestamp,
    ) -> Result<Deed, Failure> {
        let person = self.person(document)?;
        let (service, by) = (self.service.clone(), person.name.clone());

        match &self.act {
            Act::Approve { deployment } => {
                still_asks(person, deployment, desk, record)?;
                let (deployment, reason) = (Some(deployment.clone()), Some(BY_BUTTON.into()));
                Ok(Deed::Approve(Approve { service, deployment, by, reason }))
            }
            Act::Reject { deployment } => {
                still_runs(record, "it")?;
                let (by, reason) = (Some(by), Some(format!("rejected {BY_BUTTON}")));
                let leave = Some(deployment.clone());
                Ok(Deed::GoBack(GoBack { service, to: None, stop: true, leave, by, reason }))
            }
            Act::RollBack { deployment, to, reason } => {
                if let Some(deployment) = deployment {
                    still_there(deployment, desk, record)?;
                }
                let reason = reason.clone().or(Some(BY_BUTTON.into()));
                let (to, leave) = (to.clone(), deployment.clone());
                Ok(Deed::GoBack(GoBack { service, to, stop: false, leave, by: Some(by), reason }))
            }
            Act::Hold => {
                let lasts = |it: &Freeze| it.until.is_none_or(|until| until >= HOLD.after(now));
                if let Some(freeze) = desk.frozen(&document.freezes, now).filter(lasts) {
                    return refused(format!("nothing new begins anyway: {service} is {freeze}"));
                }
                let (length, reason) = (Some(HOLD), format!("held {BY_BUTTON}"));
                Ok(Deed::Freeze(FreezeByHand { service, length, by: Some(by), reason }))
            }
            Act::Freeze { length, reason } => {
                let (length, reason) = (Some(*length), reason.clone());
                Ok(Deed::Freeze(FreezeByHand { service, length, by: Some(by), reason }))
            }
            Act::Thaw { reason } => {
                let reason = reason.clone();
                Ok(Deed::Freeze(FreezeByHand { service, length: None, by: Some(by), reason }))
            }
            Act::ReleaseQuarantine { deployment } => {
                let digest = record.and_then(Record::plan).map(|plan| &plan.digest);
                let Some(digest) = digest.filter(|it| desk.quarantine_of(it, now).is_some()) else {
                    return refused(format!(
                        "what {deployment} brought is not in quarantine any more"
                    ));
                };
                let (release, reason) = (digest.to_string(), format!("released {BY_BUTTON}"));
                Ok(Deed::Lift(ByHand { service, release, by: Some(by), reason }))
            }
        }
    }

    /// Who it is, if they may.
    fn person<'a>(&self, document: &'a ServiceDocument) -> Result<&'a Person, Failure> {
        let (service, right) = (&self.service, self.act.right());
        let those: Vec<&str> = document
            .people
            .values()
            .filter(|person| person.may(right))
            .map(|person| person.name.as_str())
            .collect();
        let ask = match those.as_slice() {
            [] => "nobody may".to_owned(),
            names => format!("ask {}", names.join(" or ")),
        };

        match document.people.get(&self.user) {
            Some(person) if person.may(right) => Ok(person),
            Some(person) => refused(format!(
                "{} may not {} {service}, {ask}: `people.{}.may` in its document says who may",
                person.name,
                wanted(right),
                self.user
            )),
            None => refused(format!(
                "{service} does not know you, {ask}: `people` in its document would name you as {}",
                self.user
            )),
        }
    }
}

/// What a right is for, in a sentence.
fn wanted(right: Right) -> &'static str {
    match right {
        Right::Approve => "approve or reject a deployment of",
        Right::RollBack => "roll back",
        Right::Hold => "hold new releases of",
        Right::Freeze => "freeze or thaw",
        Right::ReleaseQuarantine => "release a quarantine of",
    }
}

fn refused<T>(why: String) -> Result<T, Failure> {
    Err(Failure::Refused(why))
}

/// Whether a deployment has not ended yet.
fn still_runs(record: Option<&Record>, what: &str) -> Result<(), Failure> {
    match record.and_then(Record::outcome) {
        Some(Outcome { end, why, .. }) => {
            refused(format!("{what} ended before you pressed, as {end}: {why}"))
        }
        None => Ok(()),
    }
}

/// Whether it still asks, and this person did not answer before.
fn still_asks(
    person: &Person,
    deployment: &DeploymentId,
    desk: &Desk,
    record: Option<&Record>,
) -> Result<(), Failure> {
    still_runs(record, "it")?;
    let watcher = desk.watcher.as_ref().filter(|it| it.deployment == *deployment);
    let Some(asks) = watcher.and_then(|it| it.asks.as_ref()) else {
        return match record.and_then(Record::taking_back) {
            Some(back) => refused(format!("it goes back by now: {}", back.why)),
            None => refused("it waits for nobody any more, and goes on".into()),
        };
    };
    let mut words = desk.words.iter();
    let said =
        words.find(|it| it.by == person.name && it.about == asks.about && it.at >= asks.since);
    match said {
        Some(word) => {
            let at = word.at.strftime("%H:%M UTC");
            refused(format!("{} said so at {at} already; {}", person.name, asks.why))
        }
        None => Ok(()),
    }
}

/// Whether it is what would be left: in flight, or what serves.
fn still_there(
    deployment: &DeploymentId,
    desk: &Desk,
    record: Option<&Record>,
) -> Result<(), Failure> {
    let outcome = record.and_then(Record::outcome);
    match (outcome, record.and_then(Record::taking_back)) {
        (None, Some(back)) => refused(format!("it goes back already: {}", back.why)),
        (None, None) => Ok(()),
        (Some(Outcome { end: End::Deployed, .. }), _) => match &desk.deployed {
            Some(last) if last.deployment != *deployment => refused(format!(
                "{} serves since; press at its message, or say `/cutover rollback {}`",
                last.tag.as_ref().map_or(last.digest.short(), |tag| tag.as_str()),
                desk.service
            )),
            _ => Ok(()),
        },
        (Some(_), _) => still_runs(record, "it"),
    }
}
