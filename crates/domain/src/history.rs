//! What the deployments of a service, one after the other, tell: which release to go back to.

use crate::name::Digest;
use crate::outcome::End;
use crate::record::Record;
use crate::request::Cause;

/// The last good release before the one that serves. `history` has the newest deployment first.
///
/// Releases are a pile: a deployment puts one on top, a rollback takes off what is above the one it
/// goes to. So going back twice goes back two releases, and never to what was just left.
pub fn last_good(history: &[Record]) -> Option<Digest> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn digest(release: char) -> String {
        format!("sha256:{}", release.to_string().repeat(64))
    }

    /// The record of a deployment from one release to another.
    fn record((from, to, cause, end): (char, char, &str, &str)) -> Record {
        let service = json!({
            "name": "checkout", "image": "ghcr.io/acme/checkout", "tags": { "semver": "*" },
            "cluster": "shop", "strategy": { "blue_green": {} }
        });
        let at = "2026-03-01T03:00:00Z";
        let plan = json!({
            "deployment": "one", "service": service, "digest": digest(to), "cause": cause, "at": at,
            "height": { "version": null, "pushed_at": at }, "pauses": []
        });
        let blue = json!({
            "task_definition": "arn:aws:ecs:local:0:task-definition/checkout:1",
            "digest": digest(from), "desired": 2, "running": 2
        });
        let outcome =
            json!({ "deployment": "one", "end": end, "why": "", "settled": true, "at": at });
        let entries = json!([
            { "at": at, "what": "planned", "plan": plan },
            { "at": at, "what": "checked", "blue": blue },
            { "at": at, "what": "ended", "outcome": outcome },
        ]);
        let record = json!({ "deployment": "one", "service": "checkout", "entries": entries });
        serde_json::from_value(record).expect("a record")
    }

    #[test]
    fn going_back_goes_down_the_pile_of_good_releases() {
        let ab = ('a', 'b', "push", "Deployed");
        let bc = ('b', 'c', "push", "Deployed");
        let back = ('c', 'b', "rollback", "Deployed");
        let failed = ('b', 'd', "push", "RolledBack");
        let forth = ('b', 'c', "manual", "Deployed");
        for (deployments, good) in [
            (vec![], None),
            (vec![failed], None),
            (vec![ab], Some('a')),
            (vec![ab, bc], Some('b')),
            (vec![ab, failed], Some('a')),
            (vec![ab, bc, back], Some('a')),
            (vec![ab, bc, back, ('b', 'a', "rollback", "Deployed")], None),
            (vec![ab, bc, back, forth], Some('b')),
        ] {
            let history: Vec<_> = deployments.iter().rev().copied().map(record).collect();
            let found = last_good(&history).map(String::from);
            assert_eq!(found, good.map(digest), "{deployments:?}");
        }
    }
}
