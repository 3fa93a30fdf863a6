//! Which release to go back to.

use domain::name::Digest;
use domain::outcome::End;
use domain::record::Record;
use domain::request::Cause;

/// The last good release before the one that serves. `history` has the newest deployment first.
///
/// Releases are a pile: a deployment puts one on top, a rollback takes off what is above the one it
/// goes to. So going back twice goes back two releases, and never to what was just left.
pub(super) fn last_good(history: &[Record]) -> Option<Digest> {
    let mut pile: Vec<&Digest> = Vec::new();
    for record in history.iter().rev() {
        let (Some(plan), Some(outcome)) = (record.plan(), record.outcome()) else { continue };
        if outcome.end != End::Deployed {
            continue;
        }
        let blue = record.blue().and_then(|blue| blue.digest.as_ref());
        if pile.is_empty() {
            pile.extend(blue);
        }
        let known = pile.iter().rposition(|it| **it == plan.digest);
        match (plan.cause, known) {
            (Cause::Rollback, Some(known)) => pile.truncate(known + 1),
            _ => pile.push(&plan.digest),
        }
    }
    pile.pop()?;
    pile.pop().cloned()
}
