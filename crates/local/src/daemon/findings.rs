//! What was found to be wrong with a configuration, all of it at once.

use crate::alarms::Mistake;

/// The mistakes found so far.
#[derive(Default)]
pub(super) struct Findings(pub(super) Vec<Mistake>);

impl Findings {
    pub(super) fn add(
        &mut self,
        path: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.0.push(Mistake { path: path.into(), what: what.into(), remedy: remedy.into() });
    }
}
