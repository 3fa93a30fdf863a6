//! Chance that repeats.

use std::hash::{DefaultHasher, Hash, Hasher};

/// Chance that repeats: the same numbers always throw the same.
#[derive(Debug, Clone, Copy)]
pub struct Dice(u64);

impl Dice {
    /// The dice of these numbers.
    pub fn of(numbers: &[u64]) -> Self {
        let mut hasher = DefaultHasher::new();
        numbers.hash(&mut hasher);
        Self(hasher.finish())
    }

    /// A number from 0 up to, not including, `limit`.
    pub fn below(self, limit: u64) -> u64 {
        self.0 % limit.max(1)
    }

    /// One of these.
    ///
    /// # Panics
    /// When there are none.
    pub fn pick<T>(self, among: &[T]) -> &T {
        let index = usize::try_from(self.below(among.len() as u64));
        &among[index.expect("it is less than a length")]
    }
}
