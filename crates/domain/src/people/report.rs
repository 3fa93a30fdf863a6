//! How services stand and what was deployed, for people who ask in a chat.

use jiff::Timestamp;

use crate::desk::{Deployed, Desk};
use crate::name::ServiceName;
use crate::quarantine::Quarantine;
use crate::record::Record;
use crate::service::ServiceDocument;
use crate::telling::{Telling, line};

/// How a service stands by what Cutover remembers: what is under way or was deployed last, and a
/// line for each thing that is not as usual. `record` is that of the deployment under way.
pub fn standing(
    document: &ServiceDocument,
    desk: &Desk,
    record: Option<&Record>,
    now: Timestamp,
) -> String {
    let mut lines = vec![match (record, &desk.deployed) {
        (Some(record), _) => under_way(&Telling::of(record, desk, now)),
        (None, Some(last)) => format!("{}: {} was deployed last", desk.service, name(last)),
        (None, None) => format!("{}: nothing was deployed by Cutover yet", desk.service),
    }];
    let waiting = [&desk.urgent, &desk.waiting].into_iter().flatten();
    lines.extend(waiting.map(|it| format!("{} waits for its turn", it.title)));
    lines.extend(desk.frozen(&document.freezes, now).map(|freeze| freeze.to_string()));
    let barred = desk.quarantined.iter().filter(|it| now < it.until);
    lines.extend(barred.map(|it| in_quarantine(it, desk)));

    let lines: Vec<String> = lines.iter().map(|text| line(text, 300)).collect();
    lines.join("\n    ")
}

/// The newest deployments of a service, a line for each.
pub fn history(service: &ServiceName, records: &[Record], desk: &Desk, now: Timestamp) -> String {
    if records.is_empty() {
        return format!("nothing of {service} was deployed by Cutover yet");
    }
    let told = records.iter().map(|record| {
        let it = Telling::of(record, desk, now);
        let began = it.began.map(|at| at.strftime("%Y-%m-%d %H:%M UTC ").to_string());
        let took = it.took().map(|took| format!(" after {took}")).unwrap_or_default();
        let (title, standing, who, why) = (&it.title, it.standing(), &it.who, &it.why);
        let began = began.unwrap_or_default();
        line(&format!("{began}{title}: {standing}{took}, {who}: {why}"), 300)
    });
    told.collect::<Vec<_>>().join("\n")
}

fn under_way(it: &Telling) -> String {
    let share = it.share.map(|share| format!(" at {share}% of production")).unwrap_or_default();
    let serves = it.serves.as_ref().map(|serves| format!("; {serves} served before"));
    let (title, standing, serves) = (&it.title, it.standing(), serves.unwrap_or_default());
    format!("{title}: {standing}{share}, {}{serves}", it.why)
}

/// A release as people know it: `v1.4.2 (0a1b2c3d4e5f)`.
fn name(last: &Deployed) -> String {
    match &last.tag {
        Some(tag) => format!("{tag} ({})", last.digest.short()),
        None => last.digest.short().to_owned(),
    }
}

fn in_quarantine(it: &Quarantine, desk: &Desk) -> String {
    let (digest, why) = (it.digest.short(), &it.why);
    let until = it.until;
    match desk.releases.tag_of(&it.digest) {
        Some(tag) => format!("{tag} ({digest}) is in quarantine until {until:.0}: {why}"),
        None => format!("{digest} is in quarantine until {until:.0}: {why}"),
    }
}
