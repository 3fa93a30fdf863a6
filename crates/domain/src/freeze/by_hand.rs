//! A person freezes a service, or ends whatever freezes it.

use jiff::Timestamp;

use super::in_force::longest;
use super::{Cause, Freeze, LONGEST_FREEZE, Thawed, Window};
use crate::desk::{Desk, Next};
use crate::failure::Failure;
use crate::name::{ServiceName, beginning};
use crate::seconds::Seconds;

/// How much of a reason is kept: all of a desk has to fit into 400 KB.
const LONGEST_REASON: usize = 1_000;

/// For how long windows freeze nothing whose end cannot be told.
const LIFTED: Seconds = Seconds(24 * 3600);

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

impl Desk {
    /// Freezes the service, or lets it go on, and tells the freeze that begins or is over, and who is
    /// to be told. Another freeze takes the place of one by a person's word; the end is that of all
    /// freezes in force, `windows` being those of the service document.
    ///
    /// The answer is [`Failure::Invalid`] without a reason or with no sensible length, and
    /// [`Failure::Refused`] if there is nothing to end.
    pub fn freeze_by_hand(
        mut self,
        ask: &FreezeByHand,
        windows: &[Window],
        now: Timestamp,
    ) -> (Self, Result<(Freeze, Next), Failure>) {
        if ask.reason.trim().is_empty() {
            return (self, Err(Failure::Invalid("say why: `reason` is empty".into())));
        }
        let decided = match ask.length {
            Some(length) => self.freeze(ask, length, now),
            None => self.thaw(ask, windows, now),
        };
        (self, decided)
    }

    fn freeze(
        &mut self,
        ask: &FreezeByHand,
        length: Seconds,
        now: Timestamp,
    ) -> Result<(Freeze, Next), Failure> {
        if length.0 == 0 || length > LONGEST_FREEZE {
            let why =
                format!("a freeze of {length} makes no sense; choose at most {LONGEST_FREEZE}");
            return Err(Failure::Invalid(why));
        }
        let freeze = Freeze {
            cause: Cause::Person,
            why: beginning(ask.reason.clone(), LONGEST_REASON),
            by: ask.by.clone(),
            since: now,
            until: Some(length.after(now)),
            zone: None,
            ended: None,
        };
        let before = self.freeze.replace(freeze.clone());
        // Who waits for an end that was later would sleep past this one.
        let sooner = before.is_some_and(|it| it.stands(now) && it.until > freeze.until);
        let waiting = self.waiting.clone().filter(|_| sooner);
        Ok((freeze, waiting.map_or(Next::Nobody, Next::Asks)))
    }

    fn thaw(
        &mut self,
        ask: &FreezeByHand,
        windows: &[Window],
        now: Timestamp,
    ) -> Result<(Freeze, Next), Failure> {
        let freezes = self.freezes(windows, now);
        let Some(frozen) = longest(freezes.clone()) else {
            return Err(Failure::Refused(format!("{} is not frozen", self.service)));
        };
        let by = ask.by.as_deref().unwrap_or("somebody");
        let said = beginning(format!("{by}: {}", ask.reason), LONGEST_REASON);
        let over =
            |freeze: Freeze| Freeze { until: Some(now), ended: Some(said.clone()), ..freeze };

        for freeze in freezes {
            match freeze.cause {
                Cause::Person => self.freeze = Some(over(freeze)),
                Cause::Window => {
                    let until = freeze.until.unwrap_or_else(|| LIFTED.after(now));
                    let known = self.thawed.take().map_or(until, |it| it.until.max(until));
                    self.thawed = Some(Thawed { until: known, said: said.clone() });
                }
                Cause::Terraform => {
                    if let Some(memory) = &mut self.terraform {
                        memory.accept(now);
                    }
                }
            }
        }
        let next = match self.lease {
            None => self.next(now),
            Some(_) => Next::Nobody,
        };
        Ok((over(frozen), next))
    }
}
