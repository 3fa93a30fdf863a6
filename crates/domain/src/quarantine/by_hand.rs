//! What a person puts into quarantine, or takes out of it, by whatever name the desk knows it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{QUARANTINE, Quarantine};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::name::{Digest, ServiceName, beginning, shortened};

/// Fewer digits are too easily those of another digest.
const FEWEST: usize = 7;

/// How much of a reason is kept: all of a desk has to fit into 400 KB.
const LONGEST_REASON: usize = 1_000;

/// What a person wants done about a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByHand {
    /// Of which service.
    pub service: ServiceName,
    /// Which: a digest or at least seven of its first digits, a tag, or the deployment that brought
    /// it.
    pub release: String,
    /// Who.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
}

/// A quarantine in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// It.
    #[serde(flatten)]
    pub quarantine: Quarantine,
    /// Whether it was before: then nothing was changed, and the first reason stays.
    pub already: bool,
}

impl Desk {
    /// Puts a release into quarantine by a person's word.
    ///
    /// The answer is [`Failure::Invalid`] if there is no reason, or no such release is known.
    pub fn quarantine_by_hand(
        self,
        ask: &ByHand,
        now: Timestamp,
    ) -> (Self, Result<InForce, Failure>) {
        let digest = match ask.reason().and_then(|_| self.digest_called(&ask.release)) {
            Ok(digest) => digest,
            Err(failure) => return (self, Err(failure)),
        };
        if let Some(quarantine) = self.quarantine_of(&digest, now).cloned() {
            return (self, Ok(InForce { quarantine, already: true }));
        }
        let brought = self.releases.find(digest.as_str()).and_then(|it| it.deployment.clone());
        let quarantine = Quarantine {
            why: beginning(ask.reason.clone(), LONGEST_REASON),
            by: ask.by.clone(),
            deployment: brought,
            since: now,
            until: QUARANTINE.after(now),
            digest,
        };
        (self.quarantine(quarantine.clone()), Ok(InForce { quarantine, already: false }))
    }

    /// Lets a release be deployed again by a person's word, and tells what was lifted.
    ///
    /// The answer is [`Failure::Invalid`] if there is no reason or several are called so, and
    /// [`Failure::Refused`] if it is not in quarantine.
    pub fn lift_by_hand(self, ask: &ByHand, now: Timestamp) -> (Self, Result<Quarantine, Failure>) {
        match ask.reason().and_then(|_| self.quarantined_as(&ask.release, now).cloned()) {
            Ok(quarantine) => (self.lift(&quarantine.digest).0, Ok(quarantine)),
            Err(failure) => (self, Err(failure)),
        }
    }

    /// The digest that a person calls so: any whole one; else a tag or a deployment of a release, or
    /// the beginning of a digest, that this desk knows.
    fn digest_called(&self, name: &str) -> Result<Digest, Failure> {
        if let Ok(digest) = name.parse() {
            return Ok(digest);
        }
        let quarantined = || self.quarantined.iter().find(|it| it.is_of(name)).map(|it| &it.digest);
        let released = self.releases.find(name).map(|it| &it.digest);
        if let Some(digest) = released.or_else(quarantined) {
            return Ok(digest.clone());
        }

        let known = self.releases.newest_first().map(|it| &it.digest);
        let known = known.chain(self.quarantined.iter().map(|it| &it.digest));
        let mut begun: Vec<&Digest> = known.filter(|digest| begins(digest, name)).collect();
        begun.sort();
        begun.dedup();
        match begun.as_slice() {
            [digest] => Ok((*digest).clone()),
            [] => Err(Failure::Invalid(format!(
                "no release of {} that Cutover knows is called {:?}; give its digest, at least {FEWEST} of \
                 the first digits, or the tag it was deployed by",
                self.service,
                shortened(name.to_owned())
            ))),
            several => Err(self.ambiguous(name, several.iter().copied())),
        }
    }

    /// The one in quarantine that a person calls so.
    fn quarantined_as(&self, name: &str, now: Timestamp) -> Result<&Quarantine, Failure> {
        let called = |it: &&Quarantine| {
            let mut releases = self.releases.newest_first();
            it.digest.as_str() == name
                || begins(&it.digest, name)
                || it.is_of(name)
                || releases.any(|release| release.digest == it.digest && release.is_called(name))
        };
        let found: Vec<&Quarantine> = self.in_quarantine(now).filter(called).collect();
        match found.as_slice() {
            [one] => Ok(one),
            [] => Err(Failure::Refused(self.not_in_quarantine(name, now))),
            several => Err(self.ambiguous(name, several.iter().map(|it| &it.digest))),
        }
    }

    fn not_in_quarantine(&self, name: &str, now: Timestamp) -> String {
        let those = self.listed(self.in_quarantine(now).map(|it| &it.digest));
        let name = shortened(name.to_owned());
        match those.as_str() {
            "" => format!("{name} is not in quarantine, and nothing of {} is", self.service),
            those => format!("{name} is not in quarantine; of {} are: {those}", self.service),
        }
    }

    fn ambiguous<'a>(&self, name: &str, digests: impl Iterator<Item = &'a Digest>) -> Failure {
        let name = shortened(name.to_owned());
        let those = self.listed(digests);
        Failure::Invalid(format!("{name} may be any of {those}; give more of its digest"))
    }

    /// `0a1b2c3d4e5f (v1.4.2), …`
    fn listed<'a>(&self, digests: impl Iterator<Item = &'a Digest>) -> String {
        let listed = digests.map(|digest| match self.releases.tag_of(digest) {
            Some(tag) => format!("{} ({tag})", digest.short()),
            None => digest.short().to_owned(),
        });
        listed.collect::<Vec<_>>().join(", ")
    }
}

impl ByHand {
    fn reason(&self) -> Result<&str, Failure> {
        let reason = Some(self.reason.trim()).filter(|reason| !reason.is_empty());
        reason.ok_or_else(|| Failure::Invalid("say why: `reason` is empty".into()))
    }
}

impl Quarantine {
    /// Whether it came by this deployment.
    fn is_of(&self, deployment: &str) -> bool {
        self.deployment.as_ref().is_some_and(|it| it.as_str() == deployment)
    }
}

/// Whether a digest begins with these digits, and they are enough to mean it.
fn begins(digest: &Digest, digits: &str) -> bool {
    let all = digest.as_str().trim_start_matches("sha256:");
    let digits = digits.trim_start_matches("sha256:");
    digits.len() >= FEWEST && all.starts_with(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pile::Released;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a moment")
    }

    /// The digest of a release: that of `a` is `aaaaaaaaaaaa…`, and that of `A` differs from it in
    /// the last digit.
    fn digest(release: char) -> Digest {
        let digits = release.to_lowercase().to_string().repeat(63);
        let last = if release.is_uppercase() { '0' } else { release };
        format!("sha256:{digits}{last}").parse().expect("a digest")
    }

    fn ask(release: &str) -> ByHand {
        ByHand {
            service: "checkout".parse().expect("a name"),
            release: release.into(),
            by: Some("ada".into()),
            reason: "receipts are wrong".into(),
        }
    }

    /// `a`, `A` and `b` were deployed, `b` and `A` by the tag `main`; `d` was taken back.
    fn desk() -> Desk {
        let mut desk = Desk::new("checkout".parse().expect("a name"));
        for (release, tag) in [('a', "v1.0.0"), ('A', "main"), ('b', "main")] {
            let deployment = format!("checkout-{release}").parse().ok();
            let tag = tag.parse().ok();
            let release = Released { digest: digest(release), tag, deployment, height: None };
            desk.releases.put(release, None, false);
        }
        let (desk, taken_back) = desk.quarantine_by_hand(&ask(digest('d').as_str()), at(0));
        assert!(taken_back.is_ok_and(|it| !it.already && it.quarantine.deployment.is_none()));
        desk
    }

    #[test]
    fn a_release_is_called_by_anything_that_means_it_alone() {
        for (name, means) in [
            (digest('a').as_str(), Ok('a')),
            (digest('e').as_str(), Ok('e')),
            ("v1.0.0", Ok('a')),
            ("main", Ok('b')),
            ("checkout-A", Ok('A')),
            ("bbbbbbb", Ok('b')),
            ("sha256:bbbbbbbbbbbb", Ok('b')),
            ("ddddddd", Ok('d')),
            ("bbbbbb", Err("no release of checkout that Cutover knows is called \"bbbbbb\"")),
            ("eeeeeee", Err("give its digest, at least 7 of the first digits, or the tag")),
            ("v9.9.9", Err("no release of checkout that Cutover knows")),
            ("aaaaaaaa", Err("may be any of aaaaaaaaaaaa (main), aaaaaaaaaaaa (v1.0.0)")),
            ("", Err("is called \"\"")),
        ] {
            let (desk, put) = desk().quarantine_by_hand(&ask(name), at(1));
            match (put, means) {
                (Ok(put), Ok(release)) => {
                    assert_eq!(put.quarantine.digest, digest(release), "{name}");
                    assert!(desk.forbids(&digest(release), at(2)).is_some(), "{name}");
                }
                (Err(Failure::Invalid(told)), Err(why)) => {
                    assert!(told.contains(why), "{name}: {told}");
                    assert_eq!(desk, self::desk(), "{name}");
                }
                (put, _) => panic!("{name}: {put:?}"),
            }
        }
    }

    #[test]
    fn by_hand_it_stands_with_who_and_why_and_what_brought_it() {
        let (desk, put) = desk().quarantine_by_hand(&ask("v1.0.0"), at(1));

        let put = put.expect("it is known");
        assert_eq!(put.quarantine.why, "receipts are wrong");
        assert_eq!(put.quarantine.by.as_deref(), Some("ada"));
        assert_eq!(put.quarantine.deployment, "checkout-a".parse().ok());

        let again = ByHand { reason: "again".into(), ..ask("v1.0.0") };
        let (same, again) = desk.clone().quarantine_by_hand(&again, at(2));
        assert_eq!(same, desk);
        assert_eq!(again, Ok(InForce { already: true, ..put }));
    }

    #[test]
    fn what_is_lifted_is_looked_for_among_what_is_in_quarantine() {
        let (desk, _) = desk().quarantine_by_hand(&ask("checkout-A"), at(1));
        for (name, means) in [
            ("ddddddd", Ok('d')),
            // The newest `main` is another, and `v1.0.0` begins like this one.
            ("main", Ok('A')),
            ("aaaaaaa", Ok('A')),
            ("checkout-A", Ok('A')),
            (
                "v1.0.0",
                Err(
                    "v1.0.0 is not in quarantine; of checkout are: dddddddddddd, aaaaaaaaaaaa (main)",
                ),
            ),
            ("bbbbbbb", Err("bbbbbbb is not in quarantine")),
        ] {
            let (left, lifted) = desk.clone().lift_by_hand(&ask(name), at(2));
            match (lifted, means) {
                (Ok(lifted), Ok(release)) => {
                    assert_eq!(lifted.digest, digest(release), "{name}");
                    assert_eq!(left.forbids(&digest(release), at(2)), None, "{name}");
                }
                (Err(Failure::Refused(told)), Err(why)) => {
                    assert!(told.contains(why), "{name}: {told}");
                    assert_eq!(left, desk, "{name}");
                }
                (lifted, _) => panic!("{name}: {lifted:?}"),
            }
        }
        let (_, late) = desk.lift_by_hand(&ask("ddddddd"), QUARANTINE.after(at(1)));
        assert_eq!(
            late.map_err(|failure| failure.to_string()),
            Err("ddddddd is not in quarantine, and nothing of checkout is".into())
        );
    }

    #[test]
    fn nobody_may_keep_the_reason_to_himself() {
        let silent = ByHand { reason: " ".into(), ..ask("ddddddd") };
        let told = Failure::Invalid("say why: `reason` is empty".into());

        assert_eq!(desk().quarantine_by_hand(&silent, at(1)).1, Err(told.clone()));
        assert_eq!(desk().lift_by_hand(&silent, at(1)).1, Err(told));
    }
}
