//! One look at the replicas before a deployment begins: go on, look again later, or give up.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ReplicaCheck;
use crate::finding::{Finding, Says};
use crate::seconds::Seconds;

/// The longest between two looks. A lag is measured once a minute, but whoever has to make way for
/// an urgent rollback must hear of it sooner.
const SOON: Seconds = Seconds(15);

/// What came of a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// Whether all of them keep up.
    pub healthy: bool,
    /// Whether it is worth looking again.
    pub waits: bool,
    /// After how long.
    pub seconds: Seconds,
    /// Why, in a sentence.
    pub why: String,
    /// What was found of each.
    pub findings: Vec<Finding>,
}

impl Look {
    /// Decides over what was found now in a check that began at `began`; `every` is how often the
    /// replicas are measured.
    pub fn decide(
        check: &ReplicaCheck,
        findings: Vec<Finding>,
        every: Seconds,
        began: Timestamp,
        now: Timestamp,
    ) -> Self {
        let of = |says| {
            let told = findings.iter().filter(move |it: &&Finding| it.says == says);
            told.map(Finding::to_string).collect::<Vec<_>>().join("; ")
        };
        let (failed, pending) = (of(Says::Fail), of(Says::Pending));
        let left = Seconds(check.within.0.saturating_sub(Seconds::between(began, now).0));

        let (healthy, waits, why) = match (failed.as_str(), pending.as_str()) {
            ("", "") => (true, false, "all replicas keep up".to_owned()),
            ("", pending) if left > Seconds(0) => (false, true, pending.to_owned()),
            ("", pending) => {
                (false, false, format!("{pending}; that did not become good in {}", check.within))
            }
            (failed, "") => (false, false, failed.to_owned()),
            (failed, pending) => (false, false, format!("{failed}; {pending}")),
        };
        let seconds = every.min(SOON).min(left).max(Seconds(1));
        Self { healthy, waits, seconds, why, findings }
    }

    /// The end of a look for somebody who has to make way.
    pub fn superseded(by: &str) -> Self {
        let why = format!("superseded by {by}");
        Self { healthy: false, waits: false, seconds: SOON, why, findings: Vec::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Says::{Fail, Pass, Pending};

    #[test]
    fn it_waits_for_what_may_become_good_until_its_deadline() {
        let check: ReplicaCheck =
            serde_json::from_str(r#"{ "instances": ["a"], "within": "10m" }"#).unwrap();
        for (found, passed, healthy, waits, seconds) in [
            (vec![Pass, Pass], 0, true, false, 15),
            (vec![Pass, Pending], 0, false, true, 15),
            (vec![Pending], 590, false, true, 10),
            (vec![Pending], 600, false, false, 1),
            (vec![Pass], 700, true, false, 1),
            (vec![Fail, Pending], 0, false, false, 15),
        ] {
            let findings: Vec<_> =
                found.iter().map(|says| Finding::new("replica a", *says, "as it is")).collect();
            let now = Seconds(passed).after(Timestamp::UNIX_EPOCH);
            let look =
                Look::decide(&check, findings, Seconds::minutes(1), Timestamp::UNIX_EPOCH, now);
            assert_eq!(
                (look.healthy, look.waits, look.seconds.0),
                (healthy, waits, seconds),
                "{found:?} after {passed}: {}",
                look.why
            );
        }
    }
}
