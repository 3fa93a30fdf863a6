//! What is promised about the lease, as what must not happen.

use crate::action::{Action, What};
use crate::desks::Facts;
use crate::lease::Lease;
use crate::rules::{Who, explicit, height};
use crate::world::{Execution, World};

/// A promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Promise {
    /// Traffic is moved under the lease that is in force, and so by one deployment at a time.
    OneActs,
    /// The fencing token only grows, and a new holder has a new one.
    TokensGrow,
    /// A lease is taken only from an execution that is gone.
    NoneIsRobbed,
    /// Of two pushes the newer one waits.
    TheNewerWaits,
    /// Who was asked for by a person waits until it is its turn, it leaves, or a person asks for
    /// something else.
    TheAskedWaits,
    /// A push never moves the service backwards.
    NeverBackwards,
    /// When everyone ended, nobody holds the lease, waits, or is to be woken.
    TheDeskIsClear,
}

impl Promise {
    /// All of them.
    pub(crate) const EVERY: &'static [Self] = &[
        Self::OneActs,
        Self::TokensGrow,
        Self::NoneIsRobbed,
        Self::TheNewerWaits,
        Self::TheAskedWaits,
        Self::NeverBackwards,
        Self::TheDeskIsClear,
    ];

    /// What is told when it is broken.
    pub(crate) fn broken(self) -> &'static str {
        match self {
            Self::OneActs => "traffic was moved without the lease",
            Self::TokensGrow => "a fencing token did not grow",
            Self::NoneIsRobbed => "a lease was taken from an execution that runs",
            Self::TheNewerWaits => "an older push took the place of a newer one",
            Self::TheAskedWaits => "what a person asked for was lost to a push",
            Self::NeverBackwards => "a push moved the service backwards",
            Self::TheDeskIsClear => "everyone ended, and the desk is not clear",
        }
    }

    fn holds(self, step: &Step<'_>) -> bool {
        let Step { before, after, was, is, action } = step;
        let actor = action.who();
        let acts = (action.what == What::Acts).then(|| before.acts_under(action.caller)).flatten();
        match self {
            Self::OneActs => acts.is_none_or(|token| {
                was.lease.is_some_and(|held| held.holder == actor && held.token == token)
            }),
            Self::NeverBackwards => acts.is_none_or(|_| {
                explicit(actor) || was.deployed.is_none_or(|mark| !is_newer(mark, actor))
            }),
            Self::TokensGrow => {
                let held = |facts: &Facts| facts.lease.map(|lease| (lease.holder, lease.token));
                let grows = |(_, token)| token > was.token || held(was) == held(is);
                is.token >= was.token && held(is).is_none_or(grows)
            }
            Self::NoneIsRobbed => match (was.lease, is.lease) {
                (Some(old), Some(new)) if old.holder != new.holder && actor == new.holder => {
                    before.executions[usize::from(old.holder)].has_left()
                }
                _ => true,
            },
            Self::TheNewerWaits => match (was.waiting, is.waiting) {
                (Some(old), Some(new)) => explicit(new) || !is_newer(old, new),
                _ => true,
            },
            Self::TheAskedWaits => was.waiting.is_none_or(|asked| {
                !explicit(asked)
                    || asked == actor
                    || is.waiting.is_some_and(explicit)
                    || is.lease.is_some_and(|lease| lease.holder == asked)
            }),
            Self::TheDeskIsClear => {
                !after.everyone_ended()
                    || (is.lease.is_none() && is.waiting.is_none() && !is.watched)
            }
        }
    }
}

/// What happened, with the desks before and after.
struct Step<'a> {
    before: &'a World,
    after: &'a World,
    was: Facts,
    is: Facts,
    action: Action,
}

/// The first of these promises that a step breaks.
pub(crate) fn promised(
    model: &Lease,
    promises: &[Promise],
    before: &World,
    action: Action,
    after: &World,
) -> Option<&'static str> {
    if before.desk == after.desk && action.what != What::Acts && !after.everyone_ended() {
        return None;
    }
    let (was, is) = (model.desks.facts(before.desk), model.desks.facts(after.desk));
    let step = Step { before, after, was, is, action };
    promises.iter().find(|promise| !promise.holds(&step)).map(|promise| promise.broken())
}

fn is_newer(one: Who, other: Who) -> bool {
    height(one).pushed_at > height(other).pushed_at
}

impl Execution {
    /// Whether nothing more comes of it than its recovery.
    fn has_left(self) -> bool {
        matches!(self, Self::Gone { .. } | Self::Recovers { .. } | Self::Ended)
    }
}
