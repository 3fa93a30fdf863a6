//! Which revision answers a request.

use parking_lot::Mutex;
use std::sync::Arc;

use super::group::Group;
use super::rotation::Rotation;
use super::target::InFlight;

/// The rule of one listener: target groups and their weights.
#[derive(Debug)]
pub(crate) struct Router(Mutex<Rotation<Arc<Group>>>);

/// Who answers one request.
#[derive(Debug)]
pub(crate) enum Choice {
    /// A target of this group.
    Target(Arc<Group>, InFlight),
    /// It was this group's turn (if there is any group), and it has no target.
    Nobody(Option<Arc<Group>>),
}

impl Router {
    /// A rule that forwards to nobody.
    pub(crate) fn new() -> Self {
        Self(Mutex::new(Rotation::new([])))
    }

    /// Forwards by these weights from now on, all at once.
    ///
    /// When this returns, requests that chose by the weights before are counted as in flight at
    /// their target: [`Router::choose`] picks the target under the lock that is taken here. So a
    /// group that has no weight any more may be deregistered without losing one.
    pub(crate) fn forward(&self, weights: impl IntoIterator<Item = (Arc<Group>, u16)>) {
        *self.0.lock() = Rotation::new(weights);
    }

    /// Chooses the group by weight, and of its targets the least busy.
    pub(crate) fn choose(&self) -> Choice {
        let mut rotation = self.0.lock();
        let Some(group) = rotation.turn() else { return Choice::Nobody(None) };
        match group.pick() {
            Some(target) => Choice::Target(Arc::clone(group), target),
            None => Choice::Nobody(Some(Arc::clone(group))),
        }
    }
}
