//! Whose turn it is, by weight.

/// Smooth weighted round robin: every full cycle gives each item exactly its weight, and no item
/// waits longer than its weight demands, so 10 % is 5 of any 50 turns and not "about 10 % in the
/// long run". A canary is judged on few requests; chance would make it look idle or flooded.
#[derive(Debug)]
pub(crate) struct Rotation<T> {
    entries: Vec<Entry<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    item: T,
    weight: i64,
    credit: i64,
}

impl<T> Rotation<T> {
    /// Items and their weights. An item without weight never gets a turn.
    pub(crate) fn new(items: impl IntoIterator<Item = (T, u16)>) -> Self {
        let entries = items
            .into_iter()
            .filter(|(_, weight)| *weight > 0)
            .map(|(item, weight)| Entry { item, weight: i64::from(weight), credit: 0 })
            .collect();
        Self { entries }
    }

    /// The item whose turn it is; `None` when there is none.
    pub(crate) fn turn(&mut self) -> Option<&T> {
        let total: i64 = self.entries.iter().map(|entry| entry.weight).sum();
        for entry in &mut self.entries {
            entry.credit += entry.weight;
        }

        // `rev`, because of equals `max_by_key` takes the last one and the first is due.
        let chosen = self.entries.iter_mut().rev().max_by_key(|entry| entry.credit)?;
        chosen.credit -= total;
        Some(&chosen.item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(weights: &[(&'static str, u16)], count: usize) -> Vec<&'static str> {
        let mut rotation = Rotation::new(weights.iter().copied());
        (0..count).filter_map(|_| rotation.turn().copied()).collect()
    }

    #[test]
    fn ten_percent_is_five_of_any_fifty_turns() {
        let turns = turns(&[("blue", 900), ("green", 100)], 1_000);

        for window in turns.windows(50) {
            assert_eq!(window.iter().filter(|turn| **turn == "green").count(), 5);
        }
    }

    #[test]
    fn a_tenth_of_a_percent_is_one_of_a_thousand() {
        let turns = turns(&[("blue", 999), ("green", 1)], 3_000);

        assert_eq!(turns.iter().filter(|turn| **turn == "green").count(), 3);
    }

    #[test]
    fn equals_take_turns() {
        assert_eq!(turns(&[("a", 500), ("b", 500)], 4), ["a", "b", "a", "b"]);
    }

    #[test]
    fn without_weight_nobody_is_due() {
        assert!(turns(&[("blue", 0)], 1).is_empty());
        assert!(turns(&[], 1).is_empty());
    }
}
