//! What is done in each step of a deployment: ask, decide, act, answer.
//!
//! A step is a function from the ports it uses and its input to its answer; its signature is its
//! list of permissions. Decisions are `domain`'s, effects are the ports', so a step is short, and
//! every step may run twice. Read them in the order a release meets them.

pub mod ports;

mod alert;
mod heed;
mod receive;
mod resolve;

mod check;
mod claim;
mod conclude;
mod judge;
mod launch;
mod migrate;
mod outlook;
mod plan;
mod preserve;
mod proceed;
mod replicas;
mod restore;
mod watch;

mod observe;
mod resume;
mod sweep;

mod approve;
mod press;

mod mark;

mod attribute;
mod compare;
mod freeze;
mod go_back;
mod quarantine;
mod spare;
mod stop;
mod unwind;

mod mail;
mod post;

mod fence;
mod progress;

pub use alert::alert;
pub use heed::{Heeded, heed};
pub use receive::{Received, receive};
pub use resolve::resolve;

pub use check::{Check, check, preflight};
pub use claim::{Answered, Claim, claim};
pub use conclude::{Conclude, conclude};
pub use judge::{Judge, judge};
pub use launch::{Launch, Launched, launch};
pub use migrate::{Migrate, Migrating, migrate};
pub use outlook::outlook;
pub use plan::{Wanted, plan};
pub use preserve::{Preserve, preserve};
pub use proceed::{Proceed, proceed};
pub use replicas::{Asked, KeepUp, replicas};
pub use restore::{Restore, Restored, restore};
pub use watch::{LookOut, watch};

pub use approve::approve;
pub use press::press;

pub use mark::{Marking, mark};

pub use attribute::attribute;
pub use compare::{Compared, KeepingUp, Redeploy, compare};
pub use freeze::freeze;
pub use go_back::{GoingBack, go_back};
pub use quarantine::{Quarantining, lift, quarantine, quarantine_by_hand};
pub use spare::{Spare, spare};
pub use stop::{Stopped, stop};
pub use unwind::{Unwind, unwind};

pub use mail::mail;
pub use post::{Tell, Told, post};

pub use observe::{LeftBehind, observe};
pub use resume::{Woken, resume};
pub use sweep::{Sweep, Swept, sweep};
