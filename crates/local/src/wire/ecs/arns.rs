//! The ARNs that a call is about.

use crate::wire::refusal::Refusal;

/// The most ARNs that are described in one call: deployments and revisions.
const MOST_ARNS: usize = 20;

/// The ARNs to describe, of which there must be some and not too many.
pub(super) fn arns(parameter: &str, arns: Option<Vec<String>>) -> Result<Vec<String>, Refusal> {
    let arns = arns.filter(|arns| !arns.is_empty());
    let arns = arns.ok_or_else(|| Refusal::missing(parameter))?;
    match arns.len() {
        0..=MOST_ARNS => Ok(arns),
        many => Err(Refusal::invalid(format!(
            "{parameter} has {many} entries and at most {MOST_ARNS} are allowed"
        ))),
    }
}
