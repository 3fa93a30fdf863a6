//! Desks by number: the same desk has the same number, so that a state of the world is small and
//! each decision is made once.

use std::cell::RefCell;
use std::collections::HashMap;

use domain::desk::{Claimed, Deployed, Desk, LEASE, Lease, Next, Waiter, Watcher, Worker};
use domain::name::CallbackToken;
use domain::seconds::Seconds;
use jiff::Timestamp;
use model::Quickly;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::rules::{Rules, Who, explicit, height, id, who};

/// The number of a desk. 0 is the empty one.
pub(crate) type DeskNumber = u16;

/// A moment, counted in lengths of a lease. It is always [`NOW`], and what was is ever longer ago;
/// what is longer ago than [`NOW`] is counted as that long, so states stay finite.
pub(crate) type Tick = u8;

/// The present: the length of a lease after the earliest moment that is told apart.
pub(crate) const NOW: Tick = 1;

/// What may be done at a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Order {
    Claim {
        who: Who,
        gone: Option<Who>,
        now: Tick,
    },
    Release {
        who: Who,
        deployed: bool,
        now: Tick,
    },
    Renew {
        who: Who,
        token: u8,
        now: Tick,
    },
    Honour {
        who: Who,
        token: u8,
    },
    Check {
        who: Who,
    },
    /// The execution of `who` waits with another token now, or not at all. Which of its earlier
    /// tokens stands on a desk makes no difference, so all are written as one: states stay finite.
    Forget {
        who: Who,
    },
    /// What nobody can tell apart any more becomes the same. The last fencing token is 1, and so is
    /// that of the lease in force. Unless somebody `looks_back`, a lease that ran out did so long
    /// ago. The high-water mark is forgotten unless somebody `minds` it.
    Tidy {
        looks_back: bool,
        minds: bool,
    },
    /// The length of a lease passes.
    Age,
}

/// What of a desk the world and the promises look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) token: u8,
    pub(crate) lease: Option<LeaseFacts>,
    pub(crate) waiting: Option<Who>,
    pub(crate) watched: bool,
    pub(crate) deployed: Option<Who>,
}

/// A lease in short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LeaseFacts {
    pub(crate) holder: Who,
    pub(crate) token: u8,
    pub(crate) expires: Tick,
}

impl Facts {
    fn of(desk: &Desk) -> Self {
        Self {
            token: small(desk.token),
            lease: desk.lease.as_ref().map(|lease| LeaseFacts {
                holder: who(&lease.holder),
                token: small(lease.token),
                expires: tick(lease.expires_at),
            }),
            waiting: desk.waiting.as_ref().map(|waiter| who(&waiter.deployment)),
            watched: desk.watcher.is_some(),
            deployed: desk.deployed.as_ref().map(|mark| who(&mark.deployment)),
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Came {
    /// Nothing that anybody is told.
    Nothing,
    /// A waiting execution is told. `hears`: the token at the desk is the one that it waits with.
    Tell { whom: Who, hears: bool, answer: Answer },
    /// It is refused.
    Refused,
    /// Whether it may go on.
    May(bool),
}

/// What a waiting execution is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    /// It has the lease with this fencing token.
    Granted(u8),
    /// It has to go.
    Refused,
}

/// All desks that were ever seen.
pub(crate) struct Desks {
    rules: Rules,
    all: RefCell<All>,
}

#[derive(Default)]
struct All {
    desks: Vec<(Desk, Facts)>,
    numbers: HashMap<String, DeskNumber>,
    made: HashMap<(DeskNumber, Order), (DeskNumber, Came), Quickly>,
}

impl All {
    fn number(&mut self, desk: Desk) -> DeskNumber {
        let text = serde_json::to_string(&desk).expect("a desk is JSON");
        let next = DeskNumber::try_from(self.desks.len()).expect("few enough desks");
        let number = *self.numbers.entry(text).or_insert(next);
        if number == next {
            let facts = Facts::of(&desk);
            self.desks.push((desk, facts));
        }
        number
    }
}

impl Desks {
    pub(crate) fn new(rules: Rules) -> Self {
        let mut all = All::default();
        all.number(Desk::new("checkout".parse().expect("a name")));
        Self { rules, all: RefCell::new(all) }
    }

    /// What stands on the desk of a number.
    pub(crate) fn facts(&self, number: DeskNumber) -> Facts {
        self.all.borrow().desks[usize::from(number)].1
    }

    fn desk(&self, number: DeskNumber) -> Desk {
        self.all.borrow().desks[usize::from(number)].0.clone()
    }

    /// What follows from an order, decided on this desk.
    pub(crate) fn decide(&self, on: DeskNumber, order: Order) -> (DeskNumber, Came) {
        let made = self.all.borrow().made.get(&(on, order)).copied();
        made.unwrap_or_else(|| {
            let (desk, came) = self.decide_anew(self.desk(on), order);
            let all = &mut *self.all.borrow_mut();
            let decided = (all.number(desk), came);
            all.made.insert((on, order), decided);
            decided
        })
    }

    fn decide_anew(&self, desk: Desk, order: Order) -> (Desk, Came) {
        let Rules { holder_may_run, claim, release, watch, honours, behind, .. } = self.rules;
        match order {
            Order::Claim { who, gone, now } => {
                let holder_runs = holder_may_run(&desk, gone.map(id).as_ref());
                let (desk, claimed) = claim(desk, waiter(who), holder_runs, moment(now));
                let came = match claimed {
                    Claimed::Granted(lease) => tell(&waiter(who), granted(&lease)),
                    Claimed::Parked { superseded, .. } => {
                        superseded.map_or(Came::Nothing, |other| tell(&other, Answer::Refused))
                    }
                    Claimed::Behind(_) => Came::Refused,
                };
                (desk, came)
            }
            Order::Release { who, deployed, now } => {
                let deployed = deployed.then(|| mark(who));
                let (desk, next) = release(desk, &id(who), deployed, moment(now));
                let came = match next {
                    Next::Nobody | Next::Asks(_) => Came::Nothing,
                    Next::Granted(waiter, lease) => tell(&waiter, granted(&lease)),
                    Next::Behind(waiter, _) => tell(&waiter, Answer::Refused),
                };
                (desk, came)
            }
            Order::Renew { who, token, now } => {
                let lease = lease(&desk, who, token);
                (watch(desk, Some(&lease), watcher(who), moment(now)), Came::Nothing)
            }
            Order::Honour { who, token } => {
                let may = honours(&desk, &lease(&desk, who, token));
                (desk, Came::May(may))
            }
            Order::Check { who } => {
                let may = behind(&desk, &height(who), explicit(who)).is_none();
                (desk, Came::May(may))
            }
            Order::Forget { who } => {
                let mut desk = desk;
                for waiter in desk.waiting.iter_mut().filter(|it| it.deployment == id(who)) {
                    waiter.token = token(who, "gone");
                }
                (desk, Came::Nothing)
            }
            Order::Age => {
                let older = |lease: Lease| {
                    let expires_at = moment(tick(lease.expires_at).saturating_sub(1));
                    Lease { expires_at, ..lease }
                };
                (Desk { lease: desk.lease.map(older), ..desk }, Came::Nothing)
            }
            Order::Tidy { looks_back, minds } => {
                let tidy = |lease: Lease| match tick(lease.expires_at) <= NOW && !looks_back {
                    true => Lease { token: 1, expires_at: moment(0), ..lease },
                    false => Lease { token: 1, ..lease },
                };
                let (token, lease) = (desk.token.min(1), desk.lease.map(tidy));
                let deployed = desk.deployed.filter(|_| minds);
                // Which releases there were before decides nothing here.
                let releases = domain::pile::Pile::default();
                let worker = desk.worker.map(|worker| Worker { since: moment(0), ..worker });
                (Desk { token, lease, worker, deployed, releases, ..desk }, Came::Nothing)
            }
        }
    }
}

/// The moment at which the length of a lease has passed so often.
fn moment(tick: Tick) -> Timestamp {
    Seconds(LEASE.0 * u64::from(tick)).after(Timestamp::UNIX_EPOCH)
}

fn tick(moment: Timestamp) -> Tick {
    small(Seconds::between(Timestamp::UNIX_EPOCH, moment).0 / LEASE.0)
}

fn small(number: u64) -> u8 {
    u8::try_from(number).expect("a small number")
}

fn granted(lease: &Lease) -> Answer {
    Answer::Granted(small(lease.token))
}

fn tell(waiter: &Waiter, answer: Answer) -> Came {
    let whom = who(&waiter.deployment);
    Came::Tell { whom, hears: waiter.token == token(whom, "now"), answer }
}

fn token(who: Who, which: &str) -> CallbackToken {
    format!("{}-{which}", id(who)).parse().expect("a token")
}

// What a desk holds is read as from the ledger, so that a field which these races do not touch is
// left at what it is by default.

fn waiter(who: Who) -> Waiter {
    read(json!({
        "deployment": id(who), "title": id(who), "height": height(who), "explicit": explicit(who),
        "token": token(who, "now"),
    }))
}

fn watcher(who: Who) -> Watcher {
    let rollout = "arn:aws:ecs:eu-west-1:123456789012:service-deployment/shop/checkout/1";
    read(json!({
        "deployment": id(who), "rollout": rollout, "alarms": [], "token": token(who, "watch"),
        "place": { "cluster": "shop", "service": "checkout" },
    }))
}

fn mark(who: Who) -> Deployed {
    let digest = format!("sha256:{}", "0".repeat(64));
    read(json!({ "deployment": id(who), "digest": digest, "height": height(who) }))
}

fn read<T: DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).expect("as the ledger has it")
}

/// The lease that `who` was given with this token. When it expires is for the desk to know.
fn lease(desk: &Desk, who: Who, token: u8) -> Lease {
    Lease {
        service: desk.service.clone(),
        holder: id(who),
        token: u64::from(token),
        expires_at: moment(0),
    }
}
