//! One service's desk: who works on it, who waits, who is to be woken, and how far it has come.
//!
//! All of it changes together in one conditional write, so two executions can never both believe
//! that they hold the lease. The functions here decide; a ledger stores what they decided if nobody
//! else wrote in between.

mod who;

pub use who::{Deployed, Liability, Waiter, Watcher, Worker};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::alert::Known;
use crate::approval::{Asking, Word};
use crate::freeze::{Freeze, Thawed};
use crate::migration::Ran;
use crate::name::{DeploymentId, ServiceName};
use crate::pile::{Pile, Released};
use crate::policy::Height;
use crate::quarantine::Quarantine;
use crate::seconds::Seconds;
use crate::service::WhenBusy;
use crate::terraform::Memory;

/// What must be consistent about one service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Desk {
    /// Whose desk.
    pub service: ServiceName,
    /// Rises with every write; a write names the version it was decided on.
    pub version: u64,
    /// The last fencing token that was given out. It only grows.
    pub token: u64,
    /// Who may change the service now.
    pub lease: Option<Lease>,
    /// Who works under the lease.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<Worker>,
    /// The one request that waits. A newer one takes its place.
    pub waiting: Option<Waiter>,
    /// The one rollback that waits. It goes first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgent: Option<Waiter>,
    /// Who wants to be woken when the rollout moves.
    pub watcher: Option<Watcher>,
    /// Until then no alarm takes back what is in flight: a newer change is taken back first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spared: Option<Timestamp>,
    /// What people said to the deployment that has the lease.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
    /// What was told of the alerts of the service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alerts: Vec<Known>,
    /// What was deployed last.
    pub deployed: Option<Deployed>,
    /// What was deployed, and what to go back to.
    #[serde(default, skip_serializing_if = "Pile::is_empty")]
    pub releases: Pile,
    /// Migrations that ended well, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub migrated: Vec<Ran>,
    /// The last freeze by a person's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freeze: Option<Freeze>,
    /// Until when windows of the document freeze nothing, by a person's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thawed: Option<Thawed>,
    /// What must not be deployed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantined: Vec<Quarantine>,
    /// What the service stands on, as Terraform was last seen to have made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terraform: Option<Box<Memory>>,
}

/// The right to change a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Which service.
    pub service: ServiceName,
    /// Which deployment holds it.
    pub holder: DeploymentId,
    /// The fencing token: higher than that of any earlier holder.
    pub token: u64,
    /// From then on it may be taken over, if the holder's execution is gone.
    pub expires_at: Timestamp,
}

/// How long a lease is good for without a sign of its holder. Every look at the rollout renews it,
/// and no two looks are further apart than [`crate::verdict::LONGEST_WAIT`].
pub const LEASE: Seconds = Seconds::minutes(30);

/// How long a deployment is spared. By then the rollback machine has looked again whether the alarm
/// rings on (its state `Settle`).
pub const SPARED: Seconds = Seconds::minutes(6);

/// What came of asking for the lease.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "it is taken apart where it is made, one at a time")]
pub enum Claimed {
    /// It is yours.
    Granted(Lease),
    /// Somebody else has it; you are told when it is free.
    Parked {
        /// Who waited before, and now waits no more.
        superseded: Option<Waiter>,
        /// The freeze for the end of which you wait.
        frozen: Option<Freeze>,
    },
    /// It must not wait, and why, in a sentence: something newer waits already, or the service
    /// takes nothing while it is busy.
    Behind(String),
}

/// Who gets the lease when it is given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nobody waited.
    Nobody,
    /// The waiting request has it now and must be told.
    Granted(Waiter, Lease),
    /// Nobody, but the waiting request sleeps too long, and must be told to ask again.
    Asks(Waiter),
    /// The waiting request would move the service backwards by now and must be told so.
    Behind(Waiter, String),
}

impl Desk {
    /// The desk of a service that Cutover never touched.
    pub fn new(service: ServiceName) -> Self {
        Self {
            service,
            version: 0,
            token: 0,
            lease: None,
            worker: None,
            waiting: None,
            urgent: None,
            watcher: None,
            spared: None,
            words: Vec::new(),
            alerts: Vec::new(),
            deployed: None,
            releases: Pile::default(),
            migrated: Vec::new(),
            freeze: None,
            thawed: None,
            quarantined: Vec::new(),
            terraform: None,
        }
    }

    /// Gives the lease to `claim`, or lets it wait. Asking again changes nothing.
    ///
    /// `holder_runs` tells whether the present holder's execution still runs.
    #[must_use]
    pub fn claim(
        mut self,
        mut claim: Waiter,
        holder_runs: bool,
        now: Timestamp,
    ) -> (Self, Claimed) {
        let free = match &self.lease {
            None => true,
            Some(lease) if lease.holder == claim.deployment => {
                let lease = lease.clone();
                return (self, Claimed::Granted(lease));
            }
            Some(lease) => !holder_runs && lease.expires_at <= now,
        };
        let frozen = self.holds_up(&claim, now);
        if free && frozen.is_none() {
            let lease = self.grant(&claim, now);
            return (self, Claimed::Granted(lease));
        }
        if claim.when_busy == WhenBusy::Reject && !claim.urgent {
            let busy = frozen.map(|frozen| frozen.to_string());
            let busy = busy.unwrap_or_else(|| "another deployment is under way".into());
            let why = format!("{busy}; the service says `when_busy: reject`");
            return (self, Claimed::Behind(why));
        }

        claim.since = self.waits_since(&claim, now);
        let place = if claim.urgent { &mut self.urgent } else { &mut self.waiting };
        match place.take() {
            Some(other) if other.deployment != claim.deployment && claim.is_behind(&other) => {
                let why = match other.explicit {
                    true => format!("{} was asked for and waits already", other.title),
                    false => format!("{} waits already and is newer", other.title),
                };
                *place = Some(other);
                (self, Claimed::Behind(why))
            }
            earlier => {
                let superseded = earlier.filter(|other| other.deployment != claim.deployment);
                self.press(&claim);
                let place = if claim.urgent { &mut self.urgent } else { &mut self.waiting };
                *place = Some(claim);
                (self, Claimed::Parked { superseded, frozen })
            }
        }
    }

    /// Since when `waiter` waits for its turn. While the service is frozen nobody's turn comes.
    pub fn waits_since(&self, waiter: &Waiter, now: Timestamp) -> Timestamp {
        if self.holds_up(waiter, now).is_some() {
            return now;
        }
        let waiting = self.waiting.iter().chain(&self.urgent);
        let known = waiting.filter(|it| it.deployment == waiter.deployment).map(|it| it.since);
        known.chain([waiter.since]).max().unwrap_or(now)
    }

    /// Whether the holder's execution may run, if that of `gone` is known not to. Of whoever took the
    /// lease since that was asked, nothing is known.
    pub fn holder_may_run(&self, gone: Option<&DeploymentId>) -> bool {
        self.lease.as_ref().is_some_and(|lease| Some(&lease.holder) != gone)
    }

    /// Takes everything that `deployment` holds here from it, and gives the lease to who waits.
    /// `deployed` moves the high-water mark. Doing it again changes nothing.
    #[must_use]
    pub fn release(
        mut self,
        deployment: &DeploymentId,
        deployed: Option<Deployed>,
        now: Timestamp,
    ) -> (Self, Next) {
        for place in [&mut self.waiting, &mut self.urgent] {
            place.take_if(|waiter| waiter.deployment == *deployment);
        }
        self.watcher.take_if(|watcher| watcher.deployment == *deployment);
        if self.lease.take_if(|lease| lease.holder == *deployment).is_none() {
            return (self, Next::Nobody);
        }
        self.worker = None;
        self.spared = None;
        self.words = Vec::new();
        if let Some(deployed) = deployed {
            let release = Released {
                digest: deployed.digest.clone(),
                tag: deployed.tag.clone(),
                deployment: Some(deployed.deployment.clone()),
                height: Some(deployed.height.clone()),
            };
            self.releases.put(release, deployed.blue.as_ref(), deployed.is_way_back());
            self.deployed = Some(deployed);
        }

        let next = self.next(now);
        (self, next)
    }

    /// Gives the free lease to who waits. Who waits for the end of a freeze waits on.
    pub(crate) fn next(&mut self, now: Timestamp) -> Next {
        let turn = self.waiting.as_ref().is_some_and(|it| self.holds_up(it, now).is_none());
        match self.urgent.take().or_else(|| self.waiting.take_if(|_| turn)) {
            None => Next::Nobody,
            Some(waiter) => match self.behind(&waiter.height, waiter.explicit) {
                Some(why) => Next::Behind(waiter, why),
                None => {
                    let lease = self.grant(&waiter, now);
                    Next::Granted(waiter, lease)
                }
            },
        }
    }

    /// Whether `lease` is still the one in force.
    pub fn honours(&self, lease: &Lease) -> bool {
        self.lease
            .as_ref()
            .is_some_and(|held| held.token == lease.token && held.holder == lease.holder)
    }

    /// Renews `lease` and remembers who is to be woken when its rollout moves.
    #[must_use]
    pub fn watch(mut self, lease: Option<&Lease>, watcher: Watcher, now: Timestamp) -> Self {
        let token = lease.map(|lease| lease.token);
        if let Some(held) = self.lease.as_mut().filter(|held| Some(held.token) == token) {
            held.expires_at = LEASE.after(now);
        }
        self.watcher = Some(watcher);
        self
    }

    /// The deployment that has the lease and waits for no rollout yet, so that there is only its
    /// execution to stop. A way back is left alone.
    pub fn unlaunched(&self) -> Option<&DeploymentId> {
        let goes_back = self.worker.as_ref().is_some_and(|worker| worker.urgent);
        let lease = self.lease.as_ref().filter(|_| self.watcher.is_none() && !goes_back)?;
        Some(&lease.holder)
    }

    /// The deployment that changes the service now, or else the one that changed it last.
    pub fn newest(&self) -> Option<&DeploymentId> {
        let watching = self.watcher.as_ref().map(|watcher| &watcher.deployment);
        let working = || Some(&self.lease.as_ref()?.holder);
        watching.or_else(working).or_else(|| Some(&self.deployed.as_ref()?.deployment))
    }

    /// Why a release would move the service backwards, if it would.
    pub fn behind(&self, height: &Height, explicit: bool) -> Option<String> {
        let mark = self.deployed.as_ref()?;
        (!explicit && height.is_below(&mark.height)).then(|| {
            let newer = mark.height.version.as_ref().map_or_else(
                || format!("{}, pushed at {:.0}", mark.digest.short(), mark.height.pushed_at),
                ToString::to_string,
            );
            format!("it is older than what was deployed last ({newer}); ask for it explicitly to go back")
        })
    }

    /// Whether `deployment` stands here: at work, waiting or watching.
    pub fn names(&self, deployment: &DeploymentId) -> bool {
        let waiting = [&self.waiting, &self.urgent].into_iter().flatten().map(|it| &it.deployment);
        let working = self.lease.iter().map(|lease| &lease.holder);
        let watching = self.watcher.iter().map(|watcher| &watcher.deployment);
        working.chain(waiting).chain(watching).any(|it| it == deployment)
    }

    /// Spares `deployment` in flight for a while, so that a newer change is taken back first.
    #[must_use]
    pub fn spare(mut self, deployment: &DeploymentId, now: Timestamp) -> Self {
        if self.watcher.as_ref().is_some_and(|watcher| watcher.deployment == *deployment) {
            self.spared = Some(SPARED.after(now));
        }
        self
    }

    /// What people are asked.
    pub fn asks(&self) -> Option<&Asking> {
        self.watcher.as_ref()?.asks.as_ref()
    }

    /// Whether what is in flight is spared.
    pub fn spares(&self, now: Timestamp) -> bool {
        self.spared.is_some_and(|until| now < until)
    }

    /// What `deployment`, which holds the lease, has to give way to.
    pub fn gives_way(&self, deployment: &DeploymentId) -> Option<&str> {
        let lease = self.lease.as_ref().filter(|lease| lease.holder == *deployment);
        lease.and(self.worker.as_ref()).and_then(|worker| worker.gives_way.as_deref())
    }

    /// Has who works give way to `claim`, if that may not wait and is not older.
    fn press(&mut self, claim: &Waiter) {
        let presses = claim.urgent || claim.when_busy == WhenBusy::Supersede;
        let older = |worker: &Worker| !claim.explicit && claim.height.is_below(&worker.height);
        // What cannot be taken back is waited for, unless somebody means just that.
        let bound = |worker: &Worker| worker.irreversible && !claim.urgent;
        let worker = self.worker.as_mut();
        let worker = worker.filter(|it| presses && !it.urgent && !older(it) && !bound(it));
        if let Some(worker) = worker {
            worker.gives_way = Some(format!("{} ({})", claim.title, claim.deployment));
        }
    }

    fn grant(&mut self, claim: &Waiter, now: Timestamp) -> Lease {
        self.token += 1;
        for place in [&mut self.waiting, &mut self.urgent] {
            place.take_if(|waiter| waiter.deployment == claim.deployment);
        }
        let lease = Lease {
            service: self.service.clone(),
            holder: claim.deployment.clone(),
            token: self.token,
            expires_at: LEASE.after(now),
        };
        self.lease = Some(lease.clone());
        self.words = Vec::new();
        self.worker = Some(Worker {
            since: now,
            height: claim.height.clone(),
            urgent: claim.urgent,
            irreversible: false,
            gives_way: None,
        });
        lease
    }
}
#[cfg(test)]
mod tests;
