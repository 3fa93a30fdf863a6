//! Where GitHub shows deployments.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::name::{Repository, Tag};

/// Where GitHub shows deployments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// The repository.
    pub repository: Repository,
    /// The environment, by its name there: `production`.
    pub environment: String,
    /// The branch, tag or commit of the repository that was deployed. `{tag}` stands for the tag of
    /// the image.
    #[serde(default = "the_tag", rename = "ref")]
    pub reference: String,
    /// Where the environment is, for people: `https://shop.example.com`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// What stands for the tag of the image.
const TAG: &str = "{tag}";

/// The longest name of an environment. Source: the REST API of GitHub, "Create or update an
/// environment".
const LONGEST_ENVIRONMENT: usize = 255;

fn the_tag() -> String {
    TAG.into()
}

impl Shown {
    /// The branch, tag or commit of what was deployed by this tag; none where nothing names it.
    pub fn reference(&self, tag: Option<&Tag>) -> Option<String> {
        match (self.reference.contains(TAG), tag) {
            (true, tag) => Some(self.reference.replace(TAG, tag?.as_str())),
            (false, _) => Some(self.reference.clone()),
        }
    }

    /// What does not make sense though each field is well formed: the field, and what would be
    /// right.
    pub(super) fn nonsense(&self) -> Vec<(&'static str, String)> {
        let mut mistakes = Vec::new();
        let length = self.environment.chars().count();
        if self.environment.trim().is_empty() || length > LONGEST_ENVIRONMENT {
            let what =
                format!("an environment has a name of 1 to {LONGEST_ENVIRONMENT} characters");
            mistakes.push(("environment", what));
        }
        if self.reference.trim().is_empty() {
            let what = "name a branch, a tag or a commit; `{tag}` stands for the tag of the image";
            mistakes.push(("ref", what.into()));
        }
        if self.url.as_ref().is_some_and(|url| !is_url(url)) {
            let what = "an address begins with https:// or http:// and has no spaces";
            mistakes.push(("url", what.into()));
        }
        mistakes
    }
}

fn is_url(text: &str) -> bool {
    let host = text.strip_prefix("https://").or(text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && host.chars().all(|c| c.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_was_deployed_is_named_by_the_tag_of_the_image_or_as_the_document_says() {
        let shown = |reference: Option<&str>| -> Shown {
            let mut shown = json!({ "repository": "acme/checkout", "environment": "production" });
            if let Some(reference) = reference {
                shown["ref"] = json!(reference);
            }
            serde_json::from_value(shown).unwrap()
        };
        let tag: Tag = "1.4.2".parse().unwrap();

        for (reference, tag, named) in [
            (None, Some(&tag), Some("1.4.2")),
            (Some("v{tag}"), Some(&tag), Some("v1.4.2")),
            (Some("main"), Some(&tag), Some("main")),
            (Some("main"), None, Some("main")),
            (None, None, None),
        ] {
            assert_eq!(shown(reference).reference(tag).as_deref(), named, "{reference:?}");
        }
    }
}
