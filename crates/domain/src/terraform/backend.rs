//! Where a state is.

use std::fmt;

/// Where a state is, in Terraform's own word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// In S3.
    S3 {
        /// The bucket.
        bucket: String,
        /// The key; beside it is the lock.
        key: String,
    },
    /// In HCP Terraform, or Terraform Enterprise.
    Hcp(Workspace),
}

/// A workspace of HCP Terraform.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Workspace {
    /// The organization it is in.
    pub organization: String,
    /// Its name there.
    pub name: String,
}

/// What the lock of a state in S3 is called: its key and this.
const LOCK: &str = ".tflock";

impl Backend {
    /// The key of the lock beside a state in S3.
    pub fn lock(key: &str) -> String {
        format!("{key}{LOCK}")
    }

    /// Whether an object is the state, or the lock of it.
    pub fn is_object(&self, named: (&str, &str)) -> bool {
        let (bucket, key) = named;
        let key = key.strip_suffix(LOCK).unwrap_or(key);
        matches!(self, Self::S3 { bucket: its, key: name } if its == bucket && name == key)
    }

    /// Whether the state is that of this workspace. HCP Terraform takes a name in any case; who is
    /// woken for nothing finds nothing.
    pub fn is_workspace(&self, workspace: &Workspace) -> bool {
        let Self::Hcp(Workspace { organization, name }) = self else { return false };
        organization.eq_ignore_ascii_case(&workspace.organization)
            && name.eq_ignore_ascii_case(&workspace.name)
    }

    /// What does not make sense: in which field, and what would be right.
    pub(super) fn nonsense(&self) -> Vec<(&'static str, String)> {
        let mut mistakes = Vec::new();
        let mut unless = |right: bool, field: &'static str, what: &str| {
            if !right {
                mistakes.push((field, what.to_owned()));
            }
        };
        match self {
            Self::S3 { bucket, key } => {
                let right = (3..=63).contains(&bucket.len());
                unless(right, "bucket", "the name of a bucket has 3 to 63 characters");
                let right = !key.is_empty() && !key.ends_with(LOCK);
                unless(right, "key", "say the key of the state, not of its lock");
            }
            Self::Hcp(Workspace { organization, name }) => {
                for (field, name) in [("organization", organization), ("workspace", name)] {
                    let what = "a name in HCP Terraform has letters, digits, hyphens and underscores; say it without its address";
                    unless(is_name(name), field, what);
                }
            }
        }
        mistakes
    }
}

fn is_name(name: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && name.chars().all(known)
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3 { bucket, key } => write!(f, "s3://{bucket}/{key}"),
            Self::Hcp(workspace) => write!(f, "hcp://{workspace}"),
        }
    }
}

/// `acme/shop`.
impl fmt::Display for Workspace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.organization, self.name)
    }
}
