//! What a desk remembers of migrations.

use super::{Hold, Ran};
use crate::desk::Desk;
use crate::name::{DeploymentId, Digest};

/// How many migrations a desk remembers.
const REMEMBERED: usize = 20;

impl Desk {
    /// The migration of a digest, if it ended well before.
    pub fn ran(&self, digest: &Digest) -> Option<&Ran> {
        self.migrated.iter().find(|ran| ran.digest == *digest)
    }

    /// Remembers that a migration ended well; doing it again changes nothing. From then on
    /// `deployment`, which goes on from there, gives way to no push if that is `irreversible`.
    #[must_use]
    pub fn migrate(mut self, ran: Ran, deployment: &DeploymentId, irreversible: bool) -> Self {
        let at_work = self.lease.as_ref().is_some_and(|lease| lease.holder == *deployment);
        if let Some(worker) = self.worker.as_mut().filter(|_| at_work && irreversible) {
            worker.irreversible = true;
        }
        if self.ran(&ran.digest).is_none() {
            self.migrated.push(ran);
            self.migrated.drain(..self.migrated.len().saturating_sub(REMEMBERED));
        }
        self
    }

    /// Why nothing but a person takes back what changed last, if so.
    pub fn hold(&self) -> Option<Hold> {
        match &self.watcher {
            Some(watcher) => watcher.hold,
            None => self.deployed.as_ref()?.liability.as_ref()?.hold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_migrations_the_newest_are_remembered_each_digest_once() {
        let ran = |number: usize| Ran {
            digest: format!("sha256:{number:064x}").parse().expect("a digest"),
            deployment: format!("checkout-{number}").parse().expect("a name"),
        };
        let deployment = ran(0).deployment;
        let mut desk = Desk::new("checkout".parse().expect("a name"));
        for number in 0..REMEMBERED + 3 {
            desk = desk.migrate(ran(number), &deployment, false);
            desk = desk.migrate(ran(number), &deployment, false);
        }
        assert_eq!((desk.migrated.len(), &desk.migrated[0]), (REMEMBERED, &ran(3)));
    }
}
