//! What no event told of: deployments that stand on a desk though nobody may carry them any more,
//! and those that broke off without a word.

use jiff::Timestamp;
use serde_json::Value;

use crate::desk::{Desk, LEASE};
use crate::event::ExecutionEnded;
use crate::name::{DeploymentId, ServiceName};
use crate::seconds::Seconds;

/// A lease that gave a sign this recently, and an execution that broke off this recently, is left
/// alone: its recovery may be at work.
const QUIET: Seconds = Seconds::minutes(10);

/// How far back it is looked for executions that broke off. As long as EventBridge tries to tell.
const MEMORY: Seconds = Seconds(24 * 3600);

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

/// From when until before when executions that broke off are looked for.
pub fn window(now: Timestamp) -> (Timestamp, Timestamp) {
    (MEMORY.before(now), QUIET.before(now))
}

/// Whether an execution that broke off was of a service, or of this one. What named none has no
/// record to be written to.
pub fn concerns(ended: &ExecutionEnded, service: Option<&ServiceName>) -> bool {
    let input = ended.input.as_deref().map(serde_json::from_str::<Value>);
    let input = input.and_then(Result::ok).unwrap_or_default();
    let named = input["service"].as_str().and_then(|name| name.parse::<ServiceName>().ok());

    named.is_some_and(|named| service.is_none_or(|service| *service == named))
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
            freezes: Vec::new(),
            since: at(0),
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
    fn what_broke_off_is_looked_for_by_the_service_that_its_input_names() {
        let ended = |input: Option<&str>| ExecutionEnded {
            input: input.map(str::to_owned),
            ..ExecutionEnded::lost("checkout-1".parse().expect("a name"))
        };
        let (checkout, cart) = ("checkout".parse().ok(), "cart".parse().ok());
        let named = ended(Some(r#"{"service": "checkout", "tag": "v1"}"#));

        assert!(concerns(&named, None) && concerns(&named, checkout.as_ref()));
        assert!(!concerns(&named, cart.as_ref()));
        for input in [None, Some("{"), Some("{}"), Some(r#"{"service": 7}"#)] {
            assert!(!concerns(&ended(input), None), "{input:?}");
        }
        assert_eq!(window(at(1450)), (at(10), at(1440)));
    }

    #[test]
    fn a_recovery_of_the_same_hour_has_the_same_name() {
        let name = "checkout-1".parse().expect("a name");
        assert_eq!(recovery(&name, at(61)), recovery(&name, at(119)));
        assert_ne!(recovery(&name, at(61)), recovery(&name, at(120)));
    }
}
