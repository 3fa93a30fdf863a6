//! Why a service ended.

use std::io;

use thiserror::Error;

use crate::settings::BadSettings;
use crate::trouble::Trouble;

/// Why a service ended otherwise than by being told to stop.
#[derive(Debug, Error)]
pub enum Stopped {
    /// The environment makes no sense.
    #[error(transparent)]
    Settings(#[from] BadSettings),
    /// It was called with words that it does not know.
    #[error("`{0}` is not known; say nothing to serve, or `migrate`")]
    Words(String),
    /// The port cannot be listened on, or signals cannot be heard.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: String,
        /// What the system says.
        source: io::Error,
    },
    /// What its data is kept in cannot be opened, or was not migrated.
    #[error(transparent)]
    Data(#[from] Trouble),
    /// `FAIL_AFTER_SECONDS` are over.
    #[error("told to crash")]
    ToldToCrash,
}

impl Stopped {
    /// The exit code of a process that ends so: 2 for what it was told, otherwise 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Settings(_) | Self::Words(_) => 2,
            Self::System { .. } | Self::Data(_) | Self::ToldToCrash => 1,
        }
    }
}
