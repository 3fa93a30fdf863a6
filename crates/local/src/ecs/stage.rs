//! The stages a service deployment passes through.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A stage of a service deployment, in AWS's order.
///
/// Source: `API_ServiceDeployment`, *lifecycleStage*; `PRE_PRODUCTION_TRAFFIC_SHIFT` is missing from
/// the SDK's enumeration and comes from `deployment-lifecycle-hooks`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LifecycleStage {
    /// More than one revision was active: all but the last good one are taken away.
    ReconcileService,
    /// Green has no tasks yet.
    PreScaleUp,
    /// Green's tasks start; it gets no traffic.
    ScaleUp,
    /// Green is healthy and gets no traffic.
    PostScaleUp,
    /// Green takes over the test listener.
    TestTrafficShift,
    /// Green answers on the test listener.
    PostTestTrafficShift,
    /// Before production traffic shifts; of linear and canary deployments, before every step.
    PreProductionTrafficShift,
    /// Production traffic shifts by one step, and the step bakes.
    ProductionTrafficShift,
    /// All production traffic is on green, blue is warm.
    PostProductionTrafficShift,
    /// The same, for `bakeTimeInMinutes`.
    BakeTime,
    /// Blue's tasks go.
    CleanUp,
}

impl LifecycleStage {
    /// All stages, in order.
    pub const ALL: [Self; 11] = [
        Self::ReconcileService,
        Self::PreScaleUp,
        Self::ScaleUp,
        Self::PostScaleUp,
        Self::TestTrafficShift,
        Self::PostTestTrafficShift,
        Self::PreProductionTrafficShift,
        Self::ProductionTrafficShift,
        Self::PostProductionTrafficShift,
        Self::BakeTime,
        Self::CleanUp,
    ];

    /// The stage as AWS spells it: `POST_TEST_TRAFFIC_SHIFT`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReconcileService => "RECONCILE_SERVICE",
            Self::PreScaleUp => "PRE_SCALE_UP",
            Self::ScaleUp => "SCALE_UP",
            Self::PostScaleUp => "POST_SCALE_UP",
            Self::TestTrafficShift => "TEST_TRAFFIC_SHIFT",
            Self::PostTestTrafficShift => "POST_TEST_TRAFFIC_SHIFT",
            Self::PreProductionTrafficShift => "PRE_PRODUCTION_TRAFFIC_SHIFT",
            Self::ProductionTrafficShift => "PRODUCTION_TRAFFIC_SHIFT",
            Self::PostProductionTrafficShift => "POST_PRODUCTION_TRAFFIC_SHIFT",
            Self::BakeTime => "BAKE_TIME",
            Self::CleanUp => "CLEAN_UP",
        }
    }

    /// Whether a `PAUSE` hook may stand here.
    pub fn may_pause(self) -> bool {
        !matches!(
            self,
            Self::ScaleUp
                | Self::TestTrafficShift
                | Self::ProductionTrafficShift
                | Self::BakeTime
                | Self::CleanUp
        )
    }
}

impl fmt::Display for LifecycleStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
