//! Where what is measured goes.

use domain::measure::Measure;
use domain::name::DeploymentId;
use jiff::Timestamp;

/// Where what is measured of deployments is counted: CloudWatch.
pub trait Meter {
    /// Counts what was measured of a deployment that ended at that moment. Counting twice counts it
    /// twice. Nobody waits for it, and nothing depends on it.
    fn count(&self, deployment: &DeploymentId, at: Timestamp, measures: &[Measure]);
}
