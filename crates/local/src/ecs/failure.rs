//! Why a deployment cannot go on, and what comes of it.

/// Why a deployment cannot go on.
pub(super) enum Failure {
    /// It is taken back.
    Rollback(String),
    /// It is stopped where it is.
    Stop(String),
}

impl Failure {
    pub(super) fn new(rollback: bool, reason: String) -> Self {
        if rollback { Self::Rollback(reason) } else { Self::Stop(reason) }
    }
}
