//! How many things were looked at, and how many of them are wrong.

use crate::problem::Problem;

/// The last line of what a person reads: `3 checked, 1 wrong (2 problems)`.
pub(crate) fn tally<'a>(found: impl Iterator<Item = &'a Vec<Problem>>) -> String {
    let (mut checked, mut wrong, mut problems) = (0, 0, 0);
    for found in found {
        checked += 1;
        wrong += usize::from(!found.is_empty());
        problems += found.len();
    }
    match wrong {
        0 => format!("{checked} checked, nothing wrong"),
        wrong => format!("{checked} checked, {wrong} wrong ({})", count(problems, "problem")),
    }
}

/// So many of something: `1 problem`, `2 problems`.
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
