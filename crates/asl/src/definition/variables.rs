//! Which variables can have been assigned when a state is entered.

use super::Names;
use super::flow::Facts;
use crate::report::Report;

/// Reports variables that are read where no way from the start assigns them, and inner flows that
/// assign a variable of an outer one.
pub(super) fn check_variables(facts: &Facts, report: &mut Report) {
    check(facts, &Names::new(), &Names::new(), report);
}

/// `around`: what is assigned when the flow begins. `outer`: what the flows around assign anywhere.
fn check(facts: &Facts, around: &Names, outer: &Names, report: &mut Report) {
    let known = on_entry(facts, around);
    let own: Names = facts
        .states
        .iter()
        .flat_map(|state| &state.assigned)
        .map(|(name, _)| name.clone())
        .collect();
    let all: Names = own.union(outer).cloned().collect();

    for (state, known) in facts.states.iter().zip(&known) {
        for (name, path) in state.assigned.iter().filter(|(name, _)| outer.contains(name)) {
            report.add(
                &**path,
                format!("`${name}` belongs to the flow around this one"),
                "choose another name; give the value back with `Output`",
            );
        }
        // A state that is never reached is reported as such.
        let Some(known) = known else { continue };
        for (name, path) in state.used.iter().filter(|(name, _)| !known.contains(name)) {
            let remedy = if all.contains(name) {
                "assign it on some way to this state; what a state assigns is seen from the next one on"
            } else {
                "assign it in a state before, or correct the name"
            };
            report.add(&**path, format!("`${name}` is never assigned before"), remedy);
        }
        for inner in &state.inner {
            check(inner, known, &all, report);
        }
    }
}

/// For each state, the variables that some way to it has assigned; `None` if there is no way.
fn on_entry(facts: &Facts, around: &Names) -> Vec<Option<Names>> {
    let mut known: Vec<Option<Names>> = vec![None; facts.states.len()];
    let Some(start) = facts.start else {
        // Where the flow begins is not known: suppose that everything is assigned everywhere.
        let assigned = facts.states.iter().flat_map(|state| &state.assigned);
        let all: Names =
            around.iter().cloned().chain(assigned.map(|(name, _)| name.clone())).collect();
        return vec![Some(all); facts.states.len()];
    };
    known[start] = Some(around.clone());
    let mut open = vec![start];
    while let Some(place) = open.pop() {
        let before = known[place].clone().unwrap_or_default();
        for exit in &facts.states[place].exits {
            let Some(to) = exit.to else { continue };
            let mut after = before.clone();
            after.extend(exit.assigned.iter().cloned());
            let grown = match &mut known[to] {
                Some(names) => {
                    let size = names.len();
                    names.append(&mut after);
                    names.len() > size
                }
                unknown => {
                    *unknown = Some(after);
                    true
                }
            };
            if grown {
                open.push(to);
            }
        }
    }
    known
}
