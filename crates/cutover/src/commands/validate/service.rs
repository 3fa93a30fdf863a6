//! Everything that is wrong with a service document.

use domain::service::{Mistake, ServiceDocument};

use crate::problem::Problem;
use crate::source::Source;

/// Everything that is wrong with the document in `text`.
pub(super) fn problems(source: &Source, text: &str) -> Vec<Problem> {
    let mistakes = ServiceDocument::read(text).err();
    let mistakes = mistakes.into_iter().flat_map(|mistakes| mistakes.0);
    mistakes.map(|mistake| problem(source, &mistake)).collect()
}

fn problem(source: &Source, mistake: &Mistake) -> Problem {
    let problem = Problem::with(source, mistake.what.as_str());
    let problem = if mistake.path.is_empty() { problem } else { problem.at(&mistake.path) };
    match mistake.what.starts_with("missing field") {
        true => problem.remedy("add it; `cutover schema service` tells what it is"),
        false => problem,
    }
}
