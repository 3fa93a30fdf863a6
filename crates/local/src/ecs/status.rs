//! How a service deployment stands.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The status of a service deployment. There is no `FAILED`: what fails is rolled back or stopped.
///
/// Source: `API_ServiceDeployment`, *status*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ServiceDeploymentStatus {
    /// Created, not started.
    Pending,
    /// On its way to green.
    InProgress,
    /// Green serves, blue is gone.
    Successful,
    /// To be stopped where it is.
    StopRequested,
    /// Stopped where it was.
    Stopped,
    /// To be taken back.
    RollbackRequested,
    /// On its way back to blue.
    RollbackInProgress,
    /// Blue serves as before, green is gone.
    RollbackSuccessful,
    /// Blue could not be brought back.
    RollbackFailed,
}

impl ServiceDeploymentStatus {
    /// The status as AWS spells it: `IN_PROGRESS`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::InProgress => "IN_PROGRESS",
            Self::Successful => "SUCCESSFUL",
            Self::StopRequested => "STOP_REQUESTED",
            Self::Stopped => "STOPPED",
            Self::RollbackRequested => "ROLLBACK_REQUESTED",
            Self::RollbackInProgress => "ROLLBACK_IN_PROGRESS",
            Self::RollbackSuccessful => "ROLLBACK_SUCCESSFUL",
            Self::RollbackFailed => "ROLLBACK_FAILED",
        }
    }

    /// Whether the deployment is over, and will never change again.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Self::Successful | Self::Stopped | Self::RollbackSuccessful | Self::RollbackFailed
        )
    }
}

impl fmt::Display for ServiceDeploymentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
