//! What is decided, and what it is decided for: as deployed, or with one thing wrong.

use domain::desk::{Claimed, Deployed, Desk, Lease, Next, Waiter, Watcher};
use domain::name::DeploymentId;
use domain::policy::Height;
use jiff::Timestamp;

/// The decisions over a desk, and the world that they are made in.
#[derive(Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) holder_may_run: fn(&Desk, Option<&DeploymentId>) -> bool,
    pub(crate) claim: fn(Desk, Waiter, bool, Timestamp) -> (Desk, Claimed),
    pub(crate) release: fn(Desk, &DeploymentId, Option<Deployed>, Timestamp) -> (Desk, Next),
    pub(crate) watch: fn(Desk, Option<&Lease>, Watcher, Timestamp) -> Desk,
    pub(crate) honours: fn(&Desk, &Lease) -> bool,
    pub(crate) behind: fn(&Desk, &Height, bool) -> Option<String>,
    /// What is wrong with the world, if anything is.
    pub(crate) flaw: Option<Flaw>,
}

/// Something that the world around the desk must not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// The ledger writes whatever was decided, on whichever version.
    WritesBlindly,
    /// Who waits does so without a timeout.
    NeverAsksAgain,
    /// A recovery begins while a call of the stopped execution is still under way.
    RecoversAtOnce,
    /// A call may take longer than the lease that it was made under.
    OutlastsItsLease,
}

impl Rules {
    /// What is deployed.
    pub(crate) fn deployed() -> Self {
        Self {
            holder_may_run: Desk::holder_may_run,
            claim: Desk::claim,
            release: Desk::release,
            watch: |desk, lease, watcher, now| desk.watch(lease, watcher, now),
            honours: Desk::honours,
            behind: Desk::behind,
            flaw: None,
        }
    }

    /// What is deployed, in a world with a flaw.
    pub(crate) fn with(flaw: Flaw) -> Self {
        Self { flaw: Some(flaw), ..Self::deployed() }
    }
}

/// The number of a deployment.
pub(crate) type Who = u8;

/// What each deployment is called, in the order of their numbers.
pub(crate) const NAMES: [&str; 3] = ["older", "newer", "asked"];

/// A push.
pub(crate) const OLDER: Who = 0;
/// A push of a newer release.
pub(crate) const NEWER: Who = 1;
/// A release older than both, which a person asked for.
pub(crate) const ASKED: Who = 2;

/// Its execution.
pub(crate) fn id(who: Who) -> DeploymentId {
    NAMES[usize::from(who)].parse().expect("a name")
}

/// Who is called so.
pub(crate) fn who(id: &DeploymentId) -> Who {
    let found = NAMES.iter().position(|name| *name == id.as_str());
    found.and_then(|found| Who::try_from(found).ok()).expect("one of the three")
}

/// Where its release stands.
pub(crate) fn height(who: Who) -> Height {
    let pushed_at = match who {
        OLDER => 2,
        NEWER => 3,
        _ => 1,
    };
    let pushed_at = Timestamp::from_second(pushed_at).expect("a moment");
    Height { version: None, pushed_at }
}

/// Whether a person asked for it.
pub(crate) fn explicit(who: Who) -> bool {
    who == ASKED
}
