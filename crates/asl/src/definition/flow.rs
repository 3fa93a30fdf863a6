//! Which state leads where: what is never reached, and whether there is an end.

use crate::report::Report;

/// What is known of a flow while it is read; kept apart from what is executed.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) path: String,
    pub(super) start: Option<usize>,
    pub(super) states: Vec<StateFacts>,
}

#[derive(Debug, Default)]
pub(super) struct StateFacts {
    pub(super) path: String,
    /// Variables it refers to, and where.
    pub(super) used: Vec<(String, String)>,
    /// Variables it assigns on whatever way out, and where.
    pub(super) assigned: Vec<(String, String)>,
    pub(super) exits: Vec<Exit>,
    /// The flows inside it: branches, or the processor of a Map.
    pub(super) inner: Vec<Facts>,
}

/// One way out of a state.
#[derive(Debug)]
pub(super) struct Exit {
    /// Where to; `None` ends the flow. A state that does not exist is taken for an end, so that one
    /// wrong name is reported once.
    pub(super) to: Option<usize>,
    /// What is assigned on this way.
    pub(super) assigned: Vec<String>,
}

/// Reports states that nothing leads to, and flows that cannot end.
pub(super) fn check_reach(facts: &Facts, report: &mut Report) {
    if let Some(start) = facts.start {
        let mut reached = vec![false; facts.states.len()];
        let mut open = vec![start];
        while let Some(place) = open.pop() {
            if !std::mem::replace(&mut reached[place], true) {
                open.extend(facts.states[place].exits.iter().filter_map(|exit| exit.to));
            }
        }

        for (state, _) in facts.states.iter().zip(&reached).filter(|(_, reached)| !**reached) {
            report.add(
                &*state.path,
                "nothing leads to this state",
                "lead to it with a `Next`, or remove it",
            );
        }
        let ends =
            facts.states.iter().zip(&reached).any(|(state, reached)| {
                *reached && state.exits.iter().any(|exit| exit.to.is_none())
            });
        if !ends {
            report.add(
                &*facts.path,
                "no state that is reached ends this flow",
                "end it with `\"End\": true`, or a Succeed or Fail state",
            );
        }
    }
    facts.states.iter().flat_map(|state| &state.inner).for_each(|inner| check_reach(inner, report));
}
