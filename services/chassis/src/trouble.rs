//! Why something that a service depends on did not do what it was asked.

use thiserror::Error;

/// Why something that a service depends on did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Trouble {
    /// It cannot be reached, or does not answer in time. Another may be asked instead.
    #[error("{0}")]
    Gone(String),
    /// It answered that this cannot be done. Asking again gives the same answer.
    #[error("{0}")]
    Refused(String),
}

/// An error with what caused it, in one line.
pub(crate) fn told(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let mut told = error.to_string();
    for cause in causes.map(ToString::to_string) {
        // Some say again what their cause says.
        if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}
