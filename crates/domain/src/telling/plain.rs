//! A telling as plain text: a letter, a terminal.

use super::Telling;

/// A telling as a text: what serves, what happened, why, and what to type. At most twelve lines.
pub fn plain(telling: &Telling) -> String {
    let share = telling.share.filter(|_| telling.end().is_none());
    let traffic = share.map(|share| format!("{share}% to {}", telling.title));
    let by = match &telling.reason {
        Some(reason) => format!("{}: {reason}", telling.who),
        None => telling.who.clone(),
    };
    let moment = telling.ended.or(telling.began);
    let moment = moment.map(|at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string());
    let when = match (moment, telling.took()) {
        (Some(at), Some(took)) => Some(format!("{at}, after {took}")),
        (Some(at), None) => Some(format!("begun {at}")),
        (None, _) => None,
    };
    let serves = telling.serves.clone().unwrap_or_else(|| "not known".into());

    let head = [
        ("serves", Some(serves)),
        ("traffic", traffic),
        ("why", Some(telling.why.clone())),
        ("by", Some(by)),
        ("when", when),
        ("name", Some(telling.deployment.to_string())),
    ];
    let head = head.into_iter().filter_map(|(name, text)| Some((name, text?)));
    let commands = telling.presses.iter().map(|press| ("type", press.command(telling)));
    let rest = head.chain(commands).map(|(name, text)| format!("  {name:<8}{text}\n"));
    std::iter::once(format!("{}: {}\n", telling.standing(), telling.title)).chain(rest).collect()
}
