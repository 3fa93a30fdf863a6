//! Which tags of an image are meant for a service, and which of two releases is the newer one.

use jiff::Timestamp;
use regex_lite::{Error, Regex, RegexBuilder};
use schemars::JsonSchema;
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

use crate::name::Tag;

/// Which tags count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TagPolicy {
    /// Versions in a range, `">=1.2, <2"`; a leading `v` of the tag is ignored. A pre-release counts
    /// only where the range names one of the same version, as Cargo has it.
    Semver(#[schemars(with = "String")] VersionReq),
    /// Tags that this regular expression matches as a whole: `"main-[0-9a-f]{7}"`.
    Regex(Pattern),
    /// One tag that moves: every new digest that it points to counts.
    Branch(Tag),
}

/// A regular expression that compiles, matched against whole tags.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern(String);

impl Pattern {
    fn whole(text: &str) -> Result<Regex, Error> {
        RegexBuilder::new(&format!("^(?:{text})$")).size_limit(1 << 20).build()
    }

    fn matches(&self, tag: &Tag) -> bool {
        Self::whole(&self.0).is_ok_and(|regex| regex.is_match(tag.as_str()))
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match Self::whole(&text) {
            Ok(_) => Ok(Self(text)),
            Err(error) => Err(format!("{text:?} is not a regular expression: {error}")),
        }
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.0
    }
}

impl TagPolicy {
    /// Whether a tag is meant for the service; if not, why not.
    pub fn judge(&self, tag: &Tag) -> Result<(), String> {
        match self {
            Self::Semver(range) => match version(tag) {
                Some(version) if range.matches(&version) => Ok(()),
                Some(version) => Err(format!("version {version} is not in the range \"{range}\"")),
                None => Err(format!("the tag {tag} is no semantic version")),
            },
            Self::Regex(pattern) if pattern.matches(tag) => Ok(()),
            Self::Regex(Pattern(text)) => Err(format!("the tag {tag} does not match \"{text}\"")),
            Self::Branch(branch) if branch == tag => Ok(()),
            Self::Branch(branch) => Err(format!("the tag {tag} is not the branch \"{branch}\"")),
        }
    }

    /// Where a release of this tag stands among the releases of its service.
    pub fn height(&self, tag: Option<&Tag>, pushed_at: Timestamp) -> Height {
        let version = match self {
            Self::Semver(_) => tag.and_then(version),
            Self::Regex(_) | Self::Branch(_) => None,
        };
        Height { version, pushed_at }
    }
}

/// The semantic version that a tag spells, with or without a leading `v`.
fn version(tag: &Tag) -> Option<Version> {
    let text = tag.as_str();
    Version::parse(text.strip_prefix('v').unwrap_or(text)).ok()
}

/// Where a release stands: by its version where both have one, else by when it was pushed.
///
/// The height of what was last deployed is the service's high-water mark; pushes that arrive late
/// and stand below it never move the service backwards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Height {
    /// The version, under a semver policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// When the image was pushed.
    pub pushed_at: Timestamp,
}

impl Height {
    /// Whether this one is older than `mark`. The same version pushed again (a moved tag) goes by
    /// the time of the push.
    pub fn is_below(&self, mark: &Self) -> bool {
        match (&self.version, &mark.version) {
            (Some(mine), Some(theirs)) if mine != theirs => mine < theirs,
            _ => self.pushed_at < mark.pushed_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(json: &str) -> TagPolicy {
        serde_json::from_str(json).expect(json)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn only_wanted_tags_count() {
        for (written, tag, wanted) in [
            (r#"{"semver": ">=1.2, <2"}"#, "v1.2.0", true),
            (r#"{"semver": ">=1.2, <2"}"#, "1.9.7", true),
            (r#"{"semver": ">=1.2, <2"}"#, "v2.0.0", false),
            (r#"{"semver": ">=1.2, <2"}"#, "v1.3.0-rc.1", false),
            (r#"{"semver": ">=1.3.0-rc.1"}"#, "v1.3.0-rc.2", true),
            (r#"{"semver": "*"}"#, "latest", false),
            (r#"{"regex": "main-[0-9a-f]{7}"}"#, "main-0a1b2c3", true),
            (r#"{"regex": "main-[0-9a-f]{7}"}"#, "main-0a1b2c3-debug", false),
            (r#"{"regex": "a|b"}"#, "ab", false),
            (r#"{"branch": "main"}"#, "main", true),
            (r#"{"branch": "main"}"#, "mainline", false),
        ] {
            let verdict = policy(written).judge(&tag.parse().unwrap());
            assert_eq!(verdict.is_ok(), wanted, "{tag} under {written}: {verdict:?}");
        }
    }

    #[test]
    fn a_policy_that_cannot_work_is_refused_when_read() {
        for (written, says) in [
            (r#"{"semver": "newest"}"#, "unexpected character"),
            (r#"{"regex": "main-("}"#, "is not a regular expression"),
            (r#"{"branch": "a b"}"#, "is not a tag"),
            (r#"{"glob": "v*"}"#, "unknown variant `glob`"),
        ] {
            let error = serde_json::from_str::<TagPolicy>(written).expect_err(written).to_string();
            assert!(error.contains(says), "{written}: {error}");
        }
    }

    #[test]
    fn the_newer_release_is_told_by_version_and_else_by_time() {
        let semver = policy(r#"{"semver": "*"}"#);
        let branch = policy(r#"{"branch": "main"}"#);
        let height = |policy: &TagPolicy, tag: &str, second| {
            policy.height(Some(&tag.parse().unwrap()), at(second))
        };

        assert!(height(&semver, "v1.9.0", 9).is_below(&height(&semver, "v1.10.0", 1)));
        assert!(!height(&semver, "v1.10.0", 1).is_below(&height(&semver, "v1.9.0", 9)));
        assert!(height(&semver, "v1.9.0", 1).is_below(&height(&semver, "v1.9.0", 2)));
        assert!(height(&branch, "main", 1).is_below(&height(&branch, "main", 2)));
        assert!(!height(&branch, "main", 2).is_below(&height(&branch, "main", 2)));
    }
}
