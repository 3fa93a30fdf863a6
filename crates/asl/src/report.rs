//! What is wrong with a definition, all of it at once.

use std::fmt;

/// One mistake in a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where it is, as a JSON path: `$.States.Watch.Retry[0].BackoffRate`.
    pub path: String,
    /// What is wrong there.
    pub what: String,
    /// What would be right.
    pub remedy: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.path, self.what, self.remedy)
    }
}

/// Every mistake found in a definition, in the order of the document as far as that is known.
///
/// Shown with `{}`, it has one line for each mistake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    problems: Vec<Problem>,
}

impl Report {
    /// The mistakes.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.problems.iter()
    }

    /// How many mistakes there are.
    pub fn len(&self) -> usize {
        self.problems.len()
    }

    /// Whether nothing was found wrong.
    pub fn is_empty(&self) -> bool {
        self.problems.is_empty()
    }

    pub(crate) fn add(
        &mut self,
        path: impl Into<String>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        let problem = Problem { path: path.into(), what: what.into(), remedy: remedy.into() };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }
}

impl<'a> IntoIterator for &'a Report {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (line, problem) in self.problems.iter().enumerate() {
            if line > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Report {}
