//! A service in which nothing new begins for a while.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::{Desk, Next};
use crate::failure::Failure;
use crate::name::{ServiceName, beginning};
use crate::seconds::Seconds;

/// The longest freeze. What waits asks again every five minutes, and the history of an execution
/// ends after 25,000 events.
pub const LONGEST_FREEZE: Seconds = Seconds(7 * 24 * 3600);

/// How much of a reason is kept: all of a desk has to fit into 400 KB.
const LONGEST_REASON: usize = 1_000;

/// Until when nothing new begins, and why. Pushes wait; the newest follows when it is over. A way
/// back and a hotfix do not wait, and what is under way goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// Why.
    pub why: String,
    /// Who froze it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Who ended it before its time, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
}

/// What a person wants: a freeze, or its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreezeByHand {
    /// Which service.
    pub service: ServiceName,
    /// How long from now; over at once if nothing is said.
    pub length: Option<Seconds>,
    /// Who.
    pub by: Option<String>,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Freeze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let until = self.until.strftime("%Y-%m-%dT%H:%M:%SZ");
        write!(f, "frozen until {until}: {}", self.why)
    }
}

impl Desk {
    /// The freeze in force.
    pub fn frozen(&self, now: Timestamp) -> Option<&Freeze> {
        self.freeze.as_ref().filter(|freeze| now < freeze.until)
    }

    /// When the last freeze was over, if there was one.
    pub fn thawed(&self, now: Timestamp) -> Option<Timestamp> {
        self.freeze.as_ref().map(|freeze| freeze.until.min(now))
    }

    /// Freezes the service, or lets it go on, and tells the freeze that begins or is over, and whose
    /// turn it is then. Another freeze takes the place of one in force.
    ///
    /// The answer is [`Failure::Invalid`] without a reason or with no sensible length, and
    /// [`Failure::Refused`] if there is nothing to end.
    pub fn freeze_by_hand(
        mut self,
        ask: &FreezeByHand,
        now: Timestamp,
    ) -> (Self, Result<(Freeze, Next), Failure>) {
        if ask.reason.trim().is_empty() {
            return (self, Err(Failure::Invalid("say why: `reason` is empty".into())));
        }
        let freeze = match ask.length {
            Some(length) if length.0 == 0 || length > LONGEST_FREEZE => {
                let why =
                    format!("a freeze of {length} makes no sense; choose at most {LONGEST_FREEZE}");
                return (self, Err(Failure::Invalid(why)));
            }
            Some(length) => Freeze {
                why: beginning(ask.reason.clone(), LONGEST_REASON),
                by: ask.by.clone(),
                since: now,
                until: length.after(now),
                ended: None,
            },
            None => match self.frozen(now) {
                Some(freeze) => {
                    let by = ask.by.as_deref().unwrap_or("somebody");
                    let ended = beginning(format!("{by}: {}", ask.reason), LONGEST_REASON);
                    Freeze { until: now, ended: Some(ended), ..freeze.clone() }
                }
                None => {
                    let why = format!("{} is not frozen", self.service);
                    return (self, Err(Failure::Refused(why)));
                }
            },
        };
        self.freeze = Some(freeze.clone());
        let next = match self.lease {
            None => self.next(now),
            Some(_) => Next::Nobody,
        };
        (self, Ok((freeze, next)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::{Claimed, Waiter};
    use crate::policy::Height;
    use crate::service::WhenBusy;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(minute * 60).expect("a moment")
    }

    fn ask(minutes: Option<u64>, reason: &str) -> FreezeByHand {
        FreezeByHand {
            service: "checkout".parse().expect("a name"),
            length: minutes.map(Seconds::minutes),
            by: Some("ada".into()),
            reason: reason.into(),
        }
    }

    fn frozen() -> Desk {
        let desk = Desk::new("checkout".parse().expect("a name"));
        let (desk, freeze) = desk.freeze_by_hand(&ask(Some(60), "the fair"), at(0));
        assert_eq!(
            freeze.expect("a freeze").0.to_string(),
            "frozen until 1970-01-01T01:00:00Z: the fair"
        );
        desk
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

    #[test]
    fn a_push_waits_until_the_freeze_is_over_and_the_newest_follows() {
        let (desk, first) = frozen().claim(waiter("one"), true, at(1));
        assert_eq!(first, Claimed::Parked { superseded: None });
        let (desk, second) = desk.claim(waiter("two"), true, at(2));
        assert!(matches!(second, Claimed::Parked { superseded: Some(one) } if one.title == "one"));

        let (desk, again) = desk.claim(waiter("two"), true, at(59));
        assert_eq!(again, Claimed::Parked { superseded: None });
        let (desk, granted) = desk.claim(waiter("two"), true, at(60));

        assert!(matches!(granted, Claimed::Granted(lease) if lease.holder.as_str() == "two"));
        assert_eq!(desk.waiting, None);
    }

    #[test]
    fn who_waits_is_told_when_a_person_ends_the_freeze() {
        let (desk, _) = frozen().claim(waiter("one"), true, at(1));

        let (desk, over) = desk.freeze_by_hand(&ask(None, "it is over"), at(5));

        let (_, next) = over.expect("it was frozen");
        assert!(matches!(next, Next::Granted(one, _) if one.title == "one"));
        assert_eq!(desk.lease.map(|lease| lease.holder.to_string()), Some("one".into()));
    }

    #[test]
    fn a_way_back_and_a_hotfix_do_not_wait() {
        for waiter in
            [Waiter { urgent: true, ..waiter("back") }, Waiter { hotfix: true, ..waiter("hotfix") }]
        {
            let (_, claimed) = frozen().claim(waiter, true, at(1));
            assert!(matches!(claimed, Claimed::Granted(_)), "{claimed:?}");
        }
    }

    #[test]
    fn what_is_under_way_ends_and_what_waits_for_it_waits_on() {
        let desk = Desk::new("checkout".parse().expect("a name"));
        let (desk, _) = desk.claim(waiter("one"), true, at(0));
        let (desk, _) = desk.claim(waiter("two"), true, at(0));
        let (desk, _) = desk.freeze_by_hand(&ask(Some(60), "the fair"), at(1));

        let (desk, next) = desk.release(&"one".parse().expect("a name"), None, at(2));

        assert_eq!((next, &desk.lease), (Next::Nobody, &None));
        assert_eq!(desk.waiting.as_ref().map(|it| it.title.as_str()), Some("two"));
        let (_, granted) = desk.claim(waiter("two"), true, at(61));
        assert!(matches!(granted, Claimed::Granted(_)));
    }

    #[test]
    fn who_takes_nothing_while_busy_takes_nothing_while_frozen() {
        let rejects = Waiter { when_busy: WhenBusy::Reject, ..waiter("one") };
        let (_, claimed) = frozen().claim(rejects, true, at(1));
        let Claimed::Behind(why) = claimed else { panic!("{claimed:?}") };
        assert!(why.starts_with("frozen until 1970-01-01T01:00:00Z: the fair"), "{why}");
    }

    #[test]
    fn a_freeze_has_a_reason_and_an_end() {
        for (minutes, reason, told) in [
            (Some(60), " ", "say why: `reason` is empty"),
            (Some(0), "x", "a freeze of 0s makes no sense; choose at most 168h"),
            (Some(7 * 24 * 60 + 1), "x", "makes no sense; choose at most"),
            (None, "x", "checkout is not frozen"),
        ] {
            let desk = Desk::new("checkout".parse().expect("a name"));
            let (same, answer) = desk.clone().freeze_by_hand(&ask(minutes, reason), at(0));
            let answer = answer.expect_err("it makes no sense").to_string();
            assert!(answer.contains(told), "{answer}");
            assert_eq!(same, desk);
        }

        let (desk, over) = frozen().freeze_by_hand(&ask(None, "it is over"), at(5));
        let (over, next) = over.expect("it was frozen");
        assert_eq!((over.until, next), (at(5), Next::Nobody));
        assert_eq!(over.ended.as_deref(), Some("ada: it is over"));
        assert_eq!((desk.frozen(at(5)), desk.thawed(at(9))), (None, Some(at(5))));
    }
}
