//! What an image is built for, and what tasks run on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an image is built for and tasks run on, in the words of OCI: `linux/amd64`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Platform {
    /// `linux`, `windows`.
    pub os: String,
    /// `amd64`, `arm64`.
    pub architecture: String,
}

impl Platform {
    /// One by its two names.
    pub fn new(os: &str, architecture: &str) -> Self {
        Self { os: os.to_owned(), architecture: architecture.to_owned() }
    }

    /// That of `runtimePlatform`: `operatingSystemFamily` (`LINUX`, `WINDOWS_SERVER_2022_CORE`) and
    /// `cpuArchitecture` (`X86_64`, `ARM64`). What is left out is `LINUX` on `X86_64`.
    ///
    /// Source: the ECS API reference, `RuntimePlatform`.
    pub fn of_runtime(family: Option<&str>, cpu: Option<&str>) -> Self {
        let family = family.unwrap_or("LINUX").to_ascii_lowercase();
        let os = family.split('_').next().unwrap_or_default();
        match cpu {
            Some("ARM64") => Self::new(os, "arm64"),
            _ => Self::new(os, "amd64"),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)
    }
}
