//! What changed between two states.

use crate::name::Arn;
use crate::terraform::{Seen, Terraform};

/// Something that changed of what a service stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The task definition from which it is to run.
    Template(Arn),
    /// An output, which tells of the data layer.
    Output(String),
    /// The service must not be touched, and why.
    Broken(String),
}

/// What changed since `before`, which is nothing when the state is seen for the first time.
pub fn changes(watch: &Terraform, before: Option<&Seen>, now: &Seen) -> Vec<Change> {
    let gone = |address: &&String| !now.resources.contains_key(*address);
    let Some(before) = before else {
        let gone = watch.resources.iter().filter(gone);
        return gone.map(|it| Change::Broken(format!("{it} is not in the state"))).collect();
    };
    if before.lineage != now.lineage {
        return vec![Change::Broken(format!(
            "{} is another state by now: its lineage was {} and is {}",
            watch.address(),
            before.lineage,
            now.lineage
        ))];
    }
    // An earlier version that was put back is a newer object with a lower serial.
    if now.serial <= before.serial {
        return Vec::new();
    }

    let resources = watch.resources.iter().filter_map(|address| {
        let known = before.resources.get(address);
        match (known, now.resources.get(address)) {
            (Some(_), None) => Some(format!("{address} was destroyed")),
            (Some(was), Some(is)) if was != is => Some(format!("{address} was replaced")),
            (None, None) => Some(format!("{address} is not in the state")),
            _ => None,
        }
    });
    let outputs =
        watch.outputs.iter().filter(|name| before.outputs.get(*name) != now.outputs.get(*name));
    let template = now.template.iter().filter(|is| before.template.as_ref() != Some(is));

    let broken = resources.map(Change::Broken);
    let told = outputs.map(|name| Change::Output(name.clone()));
    broken.chain(template.cloned().map(Change::Template)).chain(told).collect()
}
