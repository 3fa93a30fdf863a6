//! What a check says.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What checks are called, before the name of what they look at.
pub(crate) const ALARM: &str = "alarm";
pub(crate) const ALERT: &str = "alert";
pub(crate) const TARGETS: &str = "targets";
pub(crate) const REPLICA: &str = "replica";

/// What one check says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which check: `smoke GET /healthz`, `alarm checkout-5xx`, `targets`.
    pub check: String,
    /// What it comes to.
    pub says: Says,
    /// What was measured, in a few words.
    pub measured: String,
}

/// What a check comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Says {
    /// Good.
    Pass,
    /// Neither good nor bad yet; it holds the rollout up for a while.
    Pending,
    /// Bad. Before production sees green it is asked again while there is time.
    Fail,
    /// Production is hurt. There is no second look.
    Alarm,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.check, self.measured)
    }
}

impl Finding {
    pub(crate) fn new(check: impl Into<String>, says: Says, measured: impl Into<String>) -> Self {
        Self { check: check.into(), says, measured: measured.into() }
    }

    /// Whether it is green's own doing, so that nothing may bring it again, where green is taken
    /// back for it. `seen` says whether production sees green.
    ///
    /// What nobody could tell, and what others hold up, is not. Nor are replicas that lag while all
    /// writes are still those of blue.
    pub(crate) fn blames(&self, seen: bool) -> bool {
        let kind = self.check.split(' ').next().unwrap_or_default();
        match self.says {
            Says::Pass => false,
            Says::Pending => kind == TARGETS,
            Says::Fail => seen || kind != REPLICA,
            Says::Alarm => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn green_is_blamed_for_its_own_doing_only() {
        for (check, says, unseen, seen) in [
            ("smoke GET /", Says::Fail, true, true),
            ("targets", Says::Fail, true, true),
            ("targets", Says::Pending, true, true),
            ("alarm 5xx", Says::Alarm, true, true),
            ("alarm 5xx", Says::Pending, false, false),
            ("errors against blue", Says::Fail, true, true),
            ("errors against blue", Says::Pending, false, false),
            ("replica orders", Says::Fail, false, true),
            ("replica orders", Says::Pending, false, false),
            ("terraform", Says::Pending, false, false),
            ("targets", Says::Pass, false, false),
        ] {
            let finding = Finding::new(check, says, "as it is");
            assert_eq!((finding.blames(false), finding.blames(true)), (unseen, seen), "{check}");
        }
    }
}
