//! What may happen to an event on its way, for tests.

use std::time::Duration;

use super::Event;

/// Says what happens to an event between a rule and a target, in this order.
pub(super) type Disturb = dyn Fn(&str, &str, &Event) -> Disturbance + Send + Sync;

/// What happens to an event between a rule and a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disturbance {
    /// It arrives, as it mostly does.
    Once,
    /// It arrives twice, as at-least-once delivery allows.
    Twice,
    /// It never arrives.
    Drop,
    /// It arrives later, perhaps after events that were put after it.
    Delay(Duration),
}

impl Disturbance {
    /// For each copy that arrives, how much later.
    pub(super) fn copies(self) -> impl Iterator<Item = Option<Duration>> {
        let (copies, delay) = match self {
            Self::Once => (1, None),
            Self::Twice => (2, None),
            Self::Drop => (0, None),
            Self::Delay(delay) => (1, Some(delay)),
        };
        std::iter::repeat_n(delay, copies)
    }
}
