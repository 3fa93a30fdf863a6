//! What a desk keeps in quarantine.

use jiff::Timestamp;

use super::Quarantine;
use crate::desk::Desk;
use crate::name::Digest;

/// So many stand on one desk; the oldest make way.
const MOST: usize = 50;

impl Desk {
    /// Puts a digest into quarantine. Doing it again changes nothing.
    #[must_use]
    pub fn quarantine(mut self, quarantine: Quarantine) -> Self {
        let now = quarantine.since;
        if self.quarantine_of(&quarantine.digest, now).is_none() {
            self.quarantined.retain(|it| it.until > now && it.digest != quarantine.digest);
            self.quarantined.push(quarantine);
            let above = self.quarantined.len().saturating_sub(MOST);
            self.quarantined.drain(..above);
        }
        self
    }

    /// Lets a digest be deployed again, and tells what was lifted, if anything was.
    #[must_use]
    pub fn lift(mut self, digest: &Digest) -> (Self, Option<Quarantine>) {
        let found = self.quarantined.iter().position(|it| it.digest == *digest);
        let lifted = found.map(|found| self.quarantined.remove(found));
        (self, lifted)
    }

    /// The quarantine in force of a digest.
    pub fn quarantine_of(&self, digest: &Digest, now: Timestamp) -> Option<&Quarantine> {
        self.in_quarantine(now).find(|it| it.digest == *digest)
    }

    /// What is in quarantine now, the oldest first.
    pub fn in_quarantine(&self, now: Timestamp) -> impl Iterator<Item = &Quarantine> {
        self.quarantined.iter().filter(move |it| it.until > now)
    }

    /// Why a digest must not be deployed, if it is in quarantine.
    pub fn forbids(&self, digest: &Digest, now: Timestamp) -> Option<String> {
        self.quarantine_of(digest, now).map(|quarantine| {
            format!(
                "{} is in quarantine since {:.0} ({}); lift it with `cutover release-quarantine {} {}` and say why",
                digest.short(),
                quarantine.since,
                quarantine.why,
                self.service,
                digest.short(),
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quarantine::QUARANTINE;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a moment")
    }

    fn bad(n: u64, since: i64) -> Quarantine {
        Quarantine {
            digest: format!("sha256:{n:064}").parse().expect("a digest"),
            why: "alarm checkout-errors rings".into(),
            by: None,
            deployment: None,
            since: at(since),
            until: QUARANTINE.after(at(since)),
        }
    }

    #[test]
    fn a_digest_is_forbidden_until_a_person_lifts_it_or_it_expires() {
        let desk = Desk::new("checkout".parse().expect("a name")).quarantine(bad(1, 0));

        let why = desk.forbids(&bad(1, 0).digest, at(60)).expect("it is forbidden");
        assert!(why.contains("alarm checkout-errors rings"), "{why}");
        assert_eq!(desk.forbids(&bad(2, 0).digest, at(60)), None);
        assert_eq!(desk.forbids(&bad(1, 0).digest, QUARANTINE.after(at(0))), None, "expired");

        let (desk, lifted) = desk.lift(&bad(1, 0).digest);
        assert_eq!(lifted, Some(bad(1, 0)));
        assert_eq!(desk.forbids(&bad(1, 0).digest, at(60)), None);
        assert_eq!(desk.lift(&bad(1, 0).digest).1, None, "doing it again changes nothing");
    }

    #[test]
    fn the_first_reason_stays_and_the_oldest_make_way() {
        let mut desk = Desk::new("checkout".parse().expect("a name")).quarantine(bad(1, 0));
        let again = desk.clone().quarantine(Quarantine { why: "again".into(), ..bad(1, 9) });
        assert_eq!(again, desk);

        for n in 2..100 {
            desk = desk.quarantine(bad(n, 0));
        }
        assert_eq!(desk.quarantined.len(), MOST);
        assert_eq!(desk.forbids(&bad(1, 0).digest, at(1)), None);
    }
}
