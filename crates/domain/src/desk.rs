//! One service's desk: who works on it, who waits, who is to be woken, and how far it has come.
//!
//! All of it changes together in one conditional write, so two executions can never both believe
//! that they hold the lease. The functions here decide; a ledger stores what they decided if nobody
//! else wrote in between.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::name::{Arn, CallbackToken, DeploymentId, Digest, HookId, ServiceName, Tag};
use crate::pile::{Pile, Released};
use crate::policy::Height;
use crate::quarantine::Quarantine;
use crate::seconds::Seconds;
use crate::service::{Place, WhenBusy};
use crate::signal::Signal;

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
    /// What was deployed last.
    pub deployed: Option<Deployed>,
    /// What was deployed, and what to go back to.
    #[serde(default, skip_serializing_if = "Pile::is_empty")]
    pub releases: Pile,
    /// What must not be deployed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quarantined: Vec<Quarantine>,
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

/// Who works under the lease, for those who want to take its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    /// Where its release stands.
    pub height: Height,
    /// Whether it is a rollback, which gives way to nobody.
    pub urgent: bool,
    /// What it has to give way to, for people. It takes back what it began, and ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gives_way: Option<String>,
}

/// A deployment that waits for the lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiter {
    /// Which.
    pub deployment: DeploymentId,
    /// What it wants, for people: `checkout v1.4.2`.
    pub title: String,
    /// Where its release stands.
    pub height: Height,
    /// Whether a person asked for exactly this.
    pub explicit: bool,
    /// Whether it is a rollback, which goes first.
    #[serde(default)]
    pub urgent: bool,
    /// What it does when another deployment of the service is under way.
    #[serde(default)]
    pub when_busy: WhenBusy,
    /// How its execution is answered.
    pub token: CallbackToken,
}

/// An execution that waits for its rollout to move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watcher {
    /// Which deployment.
    pub deployment: DeploymentId,
    /// The ECS service deployment that it watches.
    pub rollout: Arn,
    /// Where that service is.
    pub place: Place,
    /// The alarms that it listens to.
    pub alarms: Vec<String>,
    /// The pause that was answered last. ECS may show it as waiting for a moment longer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<HookId>,
    /// Whether a person is asked instead of going back.
    #[serde(default)]
    pub hold: bool,
    /// How its execution is woken.
    pub token: CallbackToken,
}

/// The last deployment that went all the way: the service's high-water mark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployed {
    /// Which.
    pub deployment: DeploymentId,
    /// What it brought.
    pub digest: Digest,
    /// The tag it was asked for by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    /// What served before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blue: Option<Digest>,
    /// Where it stands; pushes below it are refused.
    pub height: Height,
    /// What it is blamed for; nothing, if it was a way back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liability: Option<Liability>,
}

/// For what, and how long, a deployment is blamed after its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Liability {
    /// When it began: what rang earlier is not its fault.
    pub began: Timestamp,
    /// Until when it is blamed.
    pub until: Timestamp,
    /// The alarms of its service.
    pub alarms: Vec<String>,
    /// Whether a person is asked instead of going back.
    #[serde(default)]
    pub hold: bool,
}

/// How long a lease is good for without a sign of its holder. Every look at the rollout renews it,
/// and no two looks are further apart than [`crate::verdict::LONGEST_WAIT`].
pub const LEASE: Seconds = Seconds::minutes(30);

/// What came of asking for the lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claimed {
    /// It is yours.
    Granted(Lease),
    /// Somebody else has it; you are told when it is free.
    Parked {
        /// Who waited before, and now waits no more.
        superseded: Option<Waiter>,
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
            deployed: None,
            releases: Pile::default(),
            quarantined: Vec::new(),
        }
    }

    /// Gives the lease to `claim`, or lets it wait. Asking again changes nothing.
    ///
    /// `holder_runs` tells whether the present holder's execution still runs.
    #[must_use]
    pub fn claim(mut self, claim: Waiter, holder_runs: bool, now: Timestamp) -> (Self, Claimed) {
        let free = match &self.lease {
            None => true,
            Some(lease) if lease.holder == claim.deployment => {
                let lease = lease.clone();
                return (self, Claimed::Granted(lease));
            }
            Some(lease) => !holder_runs && lease.expires_at <= now,
        };
        if free {
            let lease = self.grant(&claim, now);
            return (self, Claimed::Granted(lease));
        }
        if claim.when_busy == WhenBusy::Reject && !claim.urgent {
            let why = "another deployment is under way, and the service says `when_busy: reject`";
            return (self, Claimed::Behind(why.into()));
        }

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
                (self, Claimed::Parked { superseded })
            }
        }
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

        let next = match self.urgent.take().or_else(|| self.waiting.take()) {
            None => Next::Nobody,
            Some(waiter) => match self.behind(&waiter.height, waiter.explicit) {
                Some(why) => Next::Behind(waiter, why),
                None => {
                    let lease = self.grant(&waiter, now);
                    Next::Granted(waiter, lease)
                }
            },
        };
        (self, next)
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

    /// Why a release would move the service backwards, if it would.
    pub fn behind(&self, height: &Height, explicit: bool) -> Option<String> {
        let mark = self.deployed.as_ref()?;
        (!explicit && height.is_below(&mark.height)).then(|| {
            let newer = mark.height.version.as_ref().map_or_else(
                || format!("{}, pushed at {}", mark.digest.short(), mark.height.pushed_at),
                ToString::to_string,
            );
            format!("it is older than what was deployed last ({newer}); ask for it explicitly to go back")
        })
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
        let worker = self.worker.as_mut().filter(|it| presses && !it.urgent && !older(it));
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
        self.worker =
            Some(Worker { height: claim.height.clone(), urgent: claim.urgent, gives_way: None });
        lease
    }
}

impl Deployed {
    /// Whether it went back to an earlier release.
    pub fn is_way_back(&self) -> bool {
        self.liability.is_none()
    }
}

impl Watcher {
    /// Whether what the signal tells may be news for this one.
    pub fn heeds(&self, signal: &Signal) -> bool {
        match signal {
            Signal::Hook(rollout) => self.rollout == *rollout,
            Signal::Service(service) => self.place.is_called(service),
            Signal::Alarm(alarm) => self.alarms.contains(alarm),
        }
    }
}

impl Waiter {
    /// Whether `other`, which waits, goes first: what a person asked for is not lost to a push.
    fn is_behind(&self, other: &Self) -> bool {
        !self.explicit && (other.explicit || self.height.is_below(&other.height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn waiter(name: &str, pushed: i64) -> Waiter {
        Waiter {
            deployment: name.parse().unwrap(),
            title: name.into(),
            height: Height { version: None, pushed_at: at(pushed) },
            explicit: false,
            urgent: false,
            when_busy: WhenBusy::Queue,
            token: format!("token-{name}").parse().unwrap(),
        }
    }

    fn desk() -> Desk {
        Desk::new("checkout".parse().unwrap())
    }

    fn deployed(name: &str, pushed: i64) -> Deployed {
        Deployed {
            deployment: name.parse().unwrap(),
            digest: format!("sha256:{}", "0".repeat(64)).parse().unwrap(),
            tag: None,
            blue: None,
            height: Height { version: None, pushed_at: at(pushed) },
            liability: None,
        }
    }

    #[test]
    fn a_free_lease_is_granted_and_asking_again_changes_nothing() {
        let (desk, first) = desk().claim(waiter("one", 1), true, at(0));
        let (again, second) = desk.clone().claim(waiter("one", 1), true, at(9));

        assert!(matches!(&first, Claimed::Granted(lease) if lease.token == 1));
        assert_eq!((first, desk), (second, again));
    }

    #[test]
    fn only_the_newest_request_waits() {
        let (desk, _) = desk().claim(waiter("one", 1), true, at(0));
        let (desk, parked) = desk.claim(waiter("two", 2), true, at(0));
        assert_eq!(parked, Claimed::Parked { superseded: None });

        let (desk, parked) = desk.claim(waiter("three", 3), true, at(0));
        assert_eq!(parked, Claimed::Parked { superseded: Some(waiter("two", 2)) });

        let (desk, behind) = desk.claim(waiter("late", 2), true, at(0));
        assert_eq!(behind, Claimed::Behind("three waits already and is newer".into()));
        assert_eq!(desk.waiting, Some(waiter("three", 3)));
    }

    #[test]
    fn what_a_person_asked_for_is_not_lost_to_a_newer_push() {
        let (desk, _) = desk().claim(waiter("one", 5), true, at(0));
        let (desk, _) = desk.claim(Waiter { explicit: true, ..waiter("asked", 2) }, true, at(0));

        let (desk, behind) = desk.claim(waiter("push", 9), true, at(0));
        assert_eq!(behind, Claimed::Behind("asked was asked for and waits already".into()));

        let another = Waiter { explicit: true, ..waiter("another", 1) };
        let (desk, _) = desk.claim(another.clone(), true, at(0));
        assert_eq!(desk.waiting, Some(another), "the last word of a person counts");
    }

    #[test]
    fn giving_the_lease_back_grants_it_to_who_waits_with_a_higher_token() {
        let (desk, _) = desk().claim(waiter("one", 1), true, at(0));
        let (desk, _) = desk.claim(waiter("two", 2), true, at(0));

        let (desk, next) = desk.release(&"one".parse().unwrap(), Some(deployed("one", 1)), at(5));

        assert!(
            matches!(next, Next::Granted(w, lease) if w == waiter("two", 2) && lease.token == 2)
        );
        assert_eq!(desk.waiting, None);
        let (same, next) = desk.clone().release(&"one".parse().unwrap(), None, at(6));
        assert_eq!((same, next), (desk, Next::Nobody), "doing it again changes nothing");
    }

    #[test]
    fn a_waiting_request_that_was_overtaken_is_told_so_instead() {
        let (desk, _) = desk().claim(waiter("new", 9), true, at(0));
        let (desk, _) = desk.claim(waiter("old", 3), true, at(0));

        let (desk, next) = desk.release(&"new".parse().unwrap(), Some(deployed("new", 9)), at(5));

        assert!(
            matches!(next, Next::Behind(w, why) if w == waiter("old", 3) && why.contains("older"))
        );
        assert_eq!(desk.lease, None);
    }

    #[test]
    fn a_lease_is_taken_over_only_when_it_expired_and_its_execution_is_gone() {
        let (desk, _) = desk().claim(waiter("gone", 1), true, at(0));
        let late = LEASE.after(at(0));

        for (runs, now, taken) in
            [(true, at(1), false), (false, at(1), false), (true, late, false), (false, late, true)]
        {
            let (_, claimed) = desk.clone().claim(waiter("next", 2), runs, now);
            assert_eq!(matches!(claimed, Claimed::Granted(_)), taken, "runs: {runs}, at {now}");
        }
    }

    #[test]
    fn a_rollback_goes_first_and_who_waits_stays() {
        let back = Waiter { explicit: true, urgent: true, ..waiter("back", 0) };
        let (desk, _) = desk().claim(waiter("one", 1), true, at(0));
        let (desk, _) = desk.claim(waiter("two", 2), true, at(0));

        let (desk, parked) = desk.claim(back.clone(), true, at(0));
        assert_eq!(parked, Claimed::Parked { superseded: None });
        let (desk, next) = desk.release(&"one".parse().unwrap(), None, at(5));

        assert!(matches!(next, Next::Granted(w, _) if w == back));
        assert_eq!((desk.urgent.as_ref(), desk.waiting.as_ref()), (None, Some(&waiter("two", 2))));
        let (_, next) = desk.release(&"back".parse().unwrap(), Some(deployed("back", 0)), at(9));
        assert!(matches!(next, Next::Granted(w, _) if w == waiter("two", 2)));
    }

    #[test]
    fn a_newer_push_takes_the_place_of_who_works_where_the_service_says_so() {
        let one: DeploymentId = "one".parse().unwrap();
        let push = |name, pushed, when_busy| Waiter { when_busy, ..waiter(name, pushed) };
        let back = Waiter { explicit: true, urgent: true, ..waiter("back", 0) };
        for (claim, gives_way) in [
            (push("two", 7, WhenBusy::Queue), None),
            (push("two", 7, WhenBusy::Supersede), Some("two (two)")),
            (push("late", 3, WhenBusy::Supersede), None),
            (back.clone(), Some("back (back)")),
        ] {
            let (desk, _) = desk().claim(waiter("one", 5), true, at(0));
            let (desk, claimed) = desk.claim(claim, true, at(1));
            assert!(matches!(claimed, Claimed::Parked { .. }));
            assert_eq!(desk.gives_way(&one), gives_way);
        }
        let (desk, _) = desk().claim(back, true, at(0));
        let (desk, _) = desk.claim(push("two", 7, WhenBusy::Supersede), true, at(1));
        assert_eq!(desk.gives_way(&"back".parse().unwrap()), None, "a rollback gives way to none");
    }

    #[test]
    fn a_service_may_take_nothing_while_it_is_busy() {
        let (desk, _) = desk().claim(waiter("one", 1), true, at(0));
        let picky = Waiter { when_busy: WhenBusy::Reject, ..waiter("two", 2) };

        let (desk, claimed) = desk.claim(picky, true, at(1));

        assert!(matches!(claimed, Claimed::Behind(why) if why.contains("when_busy: reject")));
        assert_eq!(desk.waiting, None);
    }

    #[test]
    fn what_is_known_of_one_holder_is_not_known_of_the_next() {
        let (desk, _) = desk().claim(waiter("one", 1), true, at(0));

        assert!(!desk.holder_may_run(Some(&"one".parse().unwrap())));
        assert!(desk.holder_may_run(Some(&"another".parse().unwrap())));
        assert!(desk.holder_may_run(None));
    }

    #[test]
    fn what_has_not_begun_is_only_an_execution_unless_it_goes_back() {
        assert_eq!(desk().unlaunched(), None);
        let (desk, _) = desk().claim(waiter("one", 1), true, at(0));
        assert_eq!(desk.unlaunched().map(DeploymentId::as_str), Some("one"));

        let watcher = Watcher {
            deployment: "one".parse().unwrap(),
            rollout: "arn:aws:ecs:eu-central-1:1:service-deployment/shop/checkout/1"
                .parse()
                .unwrap(),
            place: Place { cluster: "shop".into(), service: "checkout".into() },
            alarms: Vec::new(),
            answered: None,
            hold: false,
            token: "token-one".parse().unwrap(),
        };
        let watched = desk.clone().watch(desk.lease.as_ref(), watcher, at(1));
        assert_eq!(watched.unlaunched(), None);

        let back = Waiter { explicit: true, urgent: true, ..waiter("back", 0) };
        let (desk, _) = Desk { lease: None, ..desk }.claim(back, true, at(1));
        assert_eq!(desk.unlaunched(), None);
    }

    #[test]
    fn who_waits_may_leave() {
        let (desk, _) = desk().claim(waiter("one", 1), true, at(0));
        let (desk, _) = desk.claim(waiter("two", 2), true, at(0));

        let (desk, next) = desk.release(&"two".parse().unwrap(), None, at(5));

        assert_eq!((desk.waiting, next), (None, Next::Nobody));
        assert!(desk.lease.is_some_and(|lease| lease.holder.as_str() == "one"));
    }
}
