//! Which freeze of a service is in force.

use jiff::Timestamp;

use super::{Cause, Freeze, Window};
use crate::desk::{Desk, Waiter};

impl Desk {
    /// Every freeze in force, `windows` being those of the service document.
    pub(super) fn freezes(&self, windows: &[Window], now: Timestamp) -> Vec<Freeze> {
        let person = self.freeze.iter().filter(|freeze| freeze.stands(now)).cloned();
        let terraform = self.terraform.iter().filter_map(|memory| memory.freeze());
        let lifted = self.thawed.as_ref().is_some_and(|thawed| now < thawed.until);
        let windows = windows.iter().filter(|_| !lifted).filter_map(|it| in_window(it, now));
        windows.chain(person).chain(terraform).collect()
    }

    /// The freeze in force, `windows` being those of the service document; of several the one that
    /// lasts longest.
    pub fn frozen(&self, windows: &[Window], now: Timestamp) -> Option<Freeze> {
        longest(self.freezes(windows, now))
    }

    /// The freeze for the end of which `waiter` waits.
    pub fn holds_up(&self, waiter: &Waiter, now: Timestamp) -> Option<Freeze> {
        let freezes = self.freezes(&waiter.freezes, now).into_iter();
        longest(freezes.filter(|freeze| waiter.waits_for(freeze.cause)).collect())
    }

    /// Why nothing may be begun, not even a hotfix, and what is to be done about it.
    pub fn barred(&self) -> Option<String> {
        let freeze = self.terraform.as_ref()?.freeze()?;
        Some(format!(
            "{} is frozen since {:.0} ({}); mend that, then say `cutover thaw {}`",
            self.service, freeze.since, freeze.why, self.service
        ))
    }
}

/// Of several the one that lasts longest.
pub(super) fn longest(freezes: Vec<Freeze>) -> Option<Freeze> {
    freezes.into_iter().max_by_key(|freeze| freeze.until.unwrap_or(Timestamp::MAX))
}

/// The freeze of a window that is open. One that cannot be read any more freezes until a person
/// looks after it.
fn in_window(window: &Window, now: Timestamp) -> Option<Freeze> {
    let (why, since, until) = match window.open(now) {
        Ok(open) => open.map(|open| (window.why.clone(), open.since, Some(open.until)))?,
        Err(wrong) => (format!("a window that cannot be read: {wrong}"), now, None),
    };
    Some(Freeze {
        cause: Cause::Window,
        why,
        by: None,
        since,
        until,
        zone: Some(window.zone.clone()),
        ended: None,
    })
}
