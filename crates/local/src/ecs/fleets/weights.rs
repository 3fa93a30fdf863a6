//! Who gets which share of the traffic.

use super::{Fleet, Fleets};
use crate::ecs::revision::RevisionNumber;
use crate::plant::Share;

impl Fleets {
    /// Gives `green` its share of production traffic, and `blue` the rest.
    pub(in crate::ecs) fn shift(
        &mut self,
        blue: Option<RevisionNumber>,
        green: RevisionNumber,
        share: Share,
    ) {
        if !self.has_load_balancer {
            return;
        }
        self.production = match blue {
            Some(blue) if share < Share::ALL => {
                vec![(blue, Share(Share::ALL.0 - share.0)), (green, share)]
            }
            _ => vec![(green, Share::ALL)],
        };
    }

    /// Lets the target group that all revisions are in divide the traffic: by healthy tasks.
    ///
    /// Where no task is healthy the shares stay as they were: whoever had the traffic fails it.
    pub(in crate::ecs) fn spread(&mut self) {
        if !self.has_load_balancer {
            return;
        }
        let healthy = |fleet: &Fleet| fleet.seen.healthy.min(fleet.tasks);
        let total: u64 = self.active().map(|fleet| u64::from(healthy(fleet))).sum();
        if total == 0 {
            let given: u16 = self.production.iter().map(|(_, share)| share.0).sum();
            if given < Share::ALL.0 {
                let stands = |it: &RevisionNumber| self.of(*it).is_some_and(|fleet| fleet.active);
                let heir = self.foremost().or(self.primary.filter(stands));
                self.production = heir.into_iter().map(|heir| (heir, Share::ALL)).collect();
            }
            return;
        }

        let mut shares: Vec<_> = self
            .active()
            .filter(|fleet| healthy(fleet) > 0)
            .map(|fleet| {
                let share = u64::from(healthy(fleet)) * u64::from(Share::ALL.0) / total;
                (fleet.revision, Share(u16::try_from(share).unwrap_or(Share::ALL.0)))
            })
            .collect();
        let given: u16 = shares.iter().map(|(_, share)| share.0).sum();
        if let Some((_, most)) = shares.iter_mut().max_by_key(|(_, share)| *share) {
            most.0 += Share::ALL.0 - given;
        }
        shares.retain(|(_, share)| *share > Share::NONE);
        self.production = shares;
    }

    pub(in crate::ecs) fn test(&mut self, revision: Option<RevisionNumber>) {
        self.test = revision.filter(|_| self.has_test_listener);
    }

    pub(in crate::ecs) fn production_share(&self, revision: RevisionNumber) -> Share {
        let named = self.production.iter().find(|(named, _)| *named == revision);
        named.map_or(Share::NONE, |(_, share)| *share)
    }

    pub(in crate::ecs) fn test_share(&self, revision: RevisionNumber) -> Share {
        if self.test == Some(revision) { Share::ALL } else { Share::NONE }
    }

    /// Whether all production traffic is where it should be, as far as we divide it.
    pub(in crate::ecs) fn serves_alone(&self, revision: RevisionNumber) -> bool {
        !self.has_load_balancer || self.production_share(revision) == Share::ALL
    }

    /// The last good revision; before there was one, whoever serves.
    pub(in crate::ecs) fn last_good(&self) -> Option<RevisionNumber> {
        self.primary.or_else(|| self.foremost())
    }

    /// Who has the largest share of production traffic.
    pub(in crate::ecs) fn foremost(&self) -> Option<RevisionNumber> {
        self.production.iter().max_by_key(|(_, share)| *share).map(|(revision, _)| *revision)
    }
}
