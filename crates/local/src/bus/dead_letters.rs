//! Deliveries given up, kept for a person to read, deliver again or throw away.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::Serialize;

use super::Event;
use super::delivery::Delivery;

/// A delivery given up. Serialised with the names of the attributes that EventBridge gives to a
/// message in a dead-letter queue
/// (<https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html>).
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub struct DeadLetter {
    /// What it is taken out and re-driven by.
    pub id: u64,
    /// The rule that matched.
    pub rule: Arc<str>,
    /// The target that did not take it.
    pub target: Arc<str>,
    /// What the target said the last time.
    pub error_message: String,
    /// Why it was not tried again. `None` for what never was on its way ([`super::Bus::bury`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exhausted_retry_condition: Option<Exhausted>,
    /// How often it was tried again after the first time.
    pub retry_attempts: u32,
    /// The event itself.
    pub event: Arc<Event>,
    #[serde(skip)]
    pub(super) delivery: Delivery,
}

/// Why a delivery was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Exhausted {
    /// It was tried as often as allowed.
    MaximumRetryAttempts,
    /// The next try would have been too late.
    MaximumEventAgeInSeconds,
}

/// The newest dead letters, at most as many as were asked for.
pub(super) struct DeadLetters {
    letters: VecDeque<DeadLetter>,
    most: usize,
    next: u64,
}

impl DeadLetters {
    pub(super) fn keeping(most: usize) -> Self {
        Self { letters: VecDeque::new(), most, next: 1 }
    }

    pub(super) fn add(&mut self, letter: impl FnOnce(u64) -> DeadLetter) {
        self.letters.push_back(letter(self.next));
        self.next += 1;
        if self.letters.len() > self.most {
            self.letters.pop_front();
        }
    }

    pub(super) fn list(&self) -> Vec<DeadLetter> {
        self.letters.iter().cloned().collect()
    }

    pub(super) fn take(&mut self, id: u64) -> Option<DeadLetter> {
        let position = self.letters.iter().position(|letter| letter.id == id)?;
        self.letters.remove(position)
    }

    pub(super) fn take_all(&mut self) -> Vec<DeadLetter> {
        self.letters.drain(..).collect()
    }
}
