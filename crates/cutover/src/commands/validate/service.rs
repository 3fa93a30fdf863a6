//! Everything that is wrong with a service document.

use std::fmt;

use domain::service::{Mistake, ServiceDocument};

use crate::problem::Problem;
use crate::source::Source;

/// Everything that is wrong with the document in `text`.
pub(super) fn problems(source: &Source, text: &str) -> Vec<Problem> {
    read(source, text).err().unwrap_or_default()
}

/// The document in `text`, or everything that is wrong with it.
pub(super) fn read(
    source: &impl fmt::Display,
    text: &str,
) -> Result<ServiceDocument, Vec<Problem>> {
    ServiceDocument::read(text)
        .map_err(|mistakes| mistakes.0.iter().map(|mistake| problem(source, mistake)).collect())
}

fn problem(source: &impl fmt::Display, mistake: &Mistake) -> Problem {
    let problem = Problem::with(source, mistake.what.as_str());
    let problem = if mistake.path.is_empty() { problem } else { problem.at(&mistake.path) };
    match mistake.what.starts_with("missing field") {
        true => problem.remedy("add it; `cutover schema service` tells what it is"),
        false => problem,
    }
}
