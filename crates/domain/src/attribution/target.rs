//! Where a service goes back to, and what it leaves.

use jiff::Timestamp;

use crate::desk::{Deployed, Desk};
use crate::name::{Digest, Tag};
use crate::pile::Released;
use crate::quarantine::{QUARANTINE, Quarantine};
use crate::trigger::GoBack;

/// Where it goes.
pub(super) struct Target {
    pub(super) tag: Option<Tag>,
    pub(super) digest: Option<Digest>,
}

/// The last good release that is allowed.
pub(super) fn last_good(desk: &Desk, now: Timestamp) -> Option<Target> {
    let allowed = |digest: &Digest| desk.quarantine_of(digest, now).is_none();
    desk.releases.last_good(allowed).map(Released::as_target)
}

impl Released {
    /// By its digest alone: its tag may have been pushed anew since.
    pub(super) fn as_target(&self) -> Target {
        Target { tag: None, digest: Some(self.digest.clone()) }
    }
}

pub(super) fn target(ask: &GoBack, desk: &Desk, now: Timestamp) -> Result<Target, String> {
    let Some(to) = &ask.to else {
        return last_good(desk, now).ok_or_else(|| {
            format!(
                "nothing that Cutover knows was good before in {}; say `to`: a tag, a digest, or the deployment that brought it",
                desk.service
            )
        });
    };
    if let Some(known) = desk.releases.find(to) {
        return Ok(known.as_target());
    }
    match (to.parse::<Digest>(), to.parse::<Tag>()) {
        (Ok(digest), _) => Ok(Target { tag: None, digest: Some(digest) }),
        (_, Ok(tag)) => Ok(Target { tag: Some(tag), digest: None }),
        (_, Err(error)) => Err(format!("at `to`: {error}")),
    }
}

pub(super) fn quarantined(
    deployed: &Deployed,
    why: &str,
    by: Option<String>,
    now: Timestamp,
) -> Quarantine {
    Quarantine {
        digest: deployed.digest.clone(),
        why: why.to_owned(),
        by,
        deployment: Some(deployed.deployment.clone()),
        since: now,
        until: QUARANTINE.after(now),
    }
}
