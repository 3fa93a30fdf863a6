//! What could be looked at, and what is told where it is not there.

use std::collections::BTreeMap;

use super::report::Report;
use super::wiring::short;
use crate::name::Arn;

/// What is known of something, or why it could not be looked at: a permission that is missing.
pub type Known<T> = Result<T, String>;

/// What is known of each of several; what is not there is `None`.
pub(super) type Each<T> = BTreeMap<Arn, Known<Option<T>>>;

/// What is known of `arn`, if it is there. That it is not, or cannot be looked at, is told.
pub(super) fn seen<'a, T>(
    each: &'a Each<T>,
    what: &str,
    arn: &Arn,
    report: &mut Report,
) -> Option<&'a T> {
    match each.get(arn)? {
        Ok(Some(there)) => return Some(there),
        Ok(None) => report.objects(format!("the {what} {arn} does not exist; create it")),
        Err(why) => {
            report.warns(format!("the {what} {} could not be looked at: {why}", short(arn)));
        }
    }
    None
}
