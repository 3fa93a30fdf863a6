//! The releases of a service that went all the way, one on top of the other: what to go back to.

use serde::{Deserialize, Serialize};

use crate::name::{DeploymentId, Digest, Tag};
use crate::policy::Height;

/// So many are remembered; nobody goes further back without saying exactly where to.
const HEIGHT: usize = 30;

/// The good releases of a service, the one that serves on top.
///
/// A deployment puts one on top, a rollback takes off what is above the one it goes to. So going
/// back twice goes back two releases, and never to what was just left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pile(Vec<Released>);

/// A release that served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Released {
    /// What it is.
    pub digest: Digest,
    /// The tag it was deployed by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    /// The deployment that brought it; none for what served before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<DeploymentId>,
    /// Where it stands among the releases; unknown of what served before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height: Option<Height>,
}

impl Released {
    /// One of which only the digest is known.
    fn unknown(digest: Digest) -> Self {
        Self { digest, tag: None, deployment: None, height: None }
    }

    /// Whether this is its tag, its digest, or the deployment that brought it.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.digest.as_str() == name
            || self.tag.as_ref().is_some_and(|tag| tag.as_str() == name)
            || self.deployment.as_ref().is_some_and(|deployment| deployment.as_str() == name)
    }
}

impl Pile {
    /// Whether nothing was deployed yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts a release on top of `blue`, which served before; going `back`, takes off what is above
    /// it.
    pub fn put(&mut self, release: Released, blue: Option<&Digest>, back: bool) {
        if self.0.is_empty() {
            self.0.extend(blue.cloned().map(Released::unknown));
        }
        let known = self.0.iter().rposition(|it| it.digest == release.digest);
        match known.filter(|_| back) {
            Some(known) => self.0.truncate(known + 1),
            None => self.0.push(release),
        }
        let above = self.0.len().saturating_sub(HEIGHT);
        self.0.drain(..above);
    }

    /// The newest release below the one that serves which is not that one again, and is `allowed`.
    pub fn last_good(&self, allowed: impl Fn(&Digest) -> bool) -> Option<&Released> {
        let (top, below) = self.0.split_last()?;
        below.iter().rev().find(|it| it.digest != top.digest && allowed(&it.digest))
    }

    /// The newest release that is called so: by its tag, its digest, or the deployment that brought
    /// it.
    pub fn find(&self, name: &str) -> Option<&Released> {
        self.newest_first().find(|it| it.is_called(name))
    }

    /// The releases, the one that serves first.
    pub fn newest_first(&self) -> impl Iterator<Item = &Released> {
        self.0.iter().rev()
    }

    /// The tag that a digest was deployed by last, if by any.
    pub fn tag_of(&self, digest: &Digest) -> Option<&Tag> {
        self.newest_first().filter(|it| it.digest == *digest).find_map(|it| it.tag.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(release: char) -> Digest {
        format!("sha256:{}", release.to_string().repeat(64)).parse().expect("a digest")
    }

    fn released(release: char) -> Released {
        Released {
            digest: digest(release),
            tag: Some(format!("v-{release}").parse().expect("a tag")),
            deployment: Some(format!("checkout-{release}").parse().expect("a name")),
            height: None,
        }
    }

    /// The pile after deployments from one release to another; `true` goes back.
    fn pile(deployments: &[(char, char, bool)]) -> Pile {
        deployments.iter().fold(Pile::default(), |mut pile, (from, to, back)| {
            pile.put(released(*to), Some(&digest(*from)), *back);
            pile
        })
    }

    #[test]
    fn going_back_goes_down_the_pile_of_good_releases() {
        let (ab, bc) = (('a', 'b', false), ('b', 'c', false));
        let (back, forth) = (('c', 'b', true), ('b', 'c', false));
        for (deployments, good) in [
            (&[][..], None),
            (&[ab], Some('a')),
            (&[ab, bc], Some('b')),
            (&[ab, bc, back], Some('a')),
            (&[ab, bc, back, ('b', 'a', true)], None),
            (&[ab, bc, back, forth], Some('b')),
            (&[ab, bc, ('c', 'e', true)], Some('c')),
        ] {
            let pile = pile(deployments);
            let found = pile.last_good(|_| true).map(|it| it.digest.clone());
            assert_eq!(found, good.map(digest), "{deployments:?}");
        }
    }

    #[test]
    fn what_must_not_be_deployed_is_passed_by() {
        let pile = pile(&[('a', 'b', false), ('b', 'c', false)]);

        let good = pile.last_good(|it| *it != digest('b'));

        assert_eq!(good.map(|it| &it.digest), Some(&digest('a')));
    }

    #[test]
    fn a_release_has_three_names() {
        let pile = pile(&[('a', 'b', false), ('b', 'c', false)]);

        for name in ["v-b", "checkout-b", digest('b').as_str()] {
            assert_eq!(pile.find(name), Some(&released('b')), "{name}");
        }
        assert_eq!(pile.find("v-x"), None);
    }

    #[test]
    fn the_oldest_are_forgotten() {
        let mut pile = Pile::default();
        for n in 0..100 {
            let digest = format!("sha256:{n:064}").parse().expect("a digest");
            pile.put(Released::unknown(digest), None, false);
        }
        assert_eq!(pile.0.len(), HEIGHT);
    }
}
