//! What no event told of: deployments that stand on a desk though nobody may carry them any more.

use jiff::Timestamp;

use crate::desk::{Desk, LEASE};
use crate::name::DeploymentId;
use crate::seconds::Seconds;

/// A lease that gave a sign this recently is left alone: its recovery may be at work.
const QUIET: Seconds = Seconds::minutes(10);

/// Everybody on a desk whose execution is to be looked for: who has the lease, waits, or watches.
pub fn suspects(desk: &Desk, now: Timestamp) -> Vec<DeploymentId> {
    let lease = desk.lease.as_ref();
    let silent =
        lease.filter(|lease| Seconds::between(now, lease.expires_at).0 + QUIET.0 <= LEASE.0);
    let lively = lease.filter(|_| silent.is_none()).map(|lease| &lease.holder);

    let waiting = [&desk.urgent, &desk.waiting].into_iter().flatten().map(|it| &it.deployment);
    let watching = desk.watcher.iter().map(|it| &it.deployment);
    let mut suspects: Vec<_> = silent
        .map(|lease| &lease.holder)
        .into_iter()
        .chain(waiting)
        .chain(watching)
        .filter(|it| Some(*it) != lively)
        .cloned()
        .collect();
    suspects.sort();
    suspects.dedup();
    suspects
}

/// The name of the recovery of a deployment that a sweep found: one in an hour.
pub fn recovery(deployment: &DeploymentId, now: Timestamp) -> String {
    format!("{deployment}-swept-{}", now.as_second() / 3600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::Waiter;
    use crate::policy::Height;
    use crate::service::WhenBusy;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).expect("a moment")
    }

    fn waiter(name: &str) -> Waiter {
        Waiter {
            deployment: name.parse().expect("a name"),
            title: name.into(),
            height: Height { version: None, pushed_at: at(0) },
            explicit: false,
            urgent: false,
            hotfix: false,
            when_busy: WhenBusy::Queue,
            token: name.parse().expect("a token"),
        }
    }

    fn names(desk: &Desk, minute: i64) -> Vec<String> {
        suspects(desk, at(minute)).into_iter().map(String::from).collect()
    }

    #[test]
    fn who_gave_no_sign_for_a_while_is_looked_for_and_who_waits_always() {
        let desk = Desk::new("checkout".parse().expect("a name"));
        assert_eq!(names(&desk, 0), [""; 0]);

        let (desk, _) = desk.claim(waiter("one"), true, at(0));
        let (desk, _) = desk.claim(waiter("two"), true, at(0));

        assert_eq!(names(&desk, 9), ["two"]);
        assert_eq!(names(&desk, 10), ["one", "two"]);
        assert_eq!(names(&desk, 100), ["one", "two"]);
    }

    #[test]
    fn a_recovery_of_the_same_hour_has_the_same_name() {
        let name = "checkout-1".parse().expect("a name");
        assert_eq!(recovery(&name, at(61)), recovery(&name, at(119)));
        assert_ne!(recovery(&name, at(61)), recovery(&name, at(120)));
    }
}
