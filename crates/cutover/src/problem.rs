//! What is said when something is wrong: what, where, and what would be right.

use std::fmt;
use std::io;

use anstream::adapter::strip_str;
use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const HELP: Style = AnsiColor::Green.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();

/// One thing that is wrong with what was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Problem {
    /// What was read: a file as the person named it, an option, or standard input.
    pub(crate) file: String,
    /// Where in it: `$.States.Watch.Next`, `checks.smoke[0].path`.
    pub(crate) path: Option<String>,
    /// What is wrong there.
    pub(crate) what: String,
    /// What would be right.
    pub(crate) remedy: Option<String>,
}

impl Problem {
    /// Something is wrong with `file` as a whole.
    pub(crate) fn with(file: impl fmt::Display, what: impl fmt::Display) -> Self {
        Self { file: file.to_string(), path: None, what: what.to_string(), remedy: None }
    }

    /// It is at `path`.
    pub(crate) fn at(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// This would be right.
    pub(crate) fn remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }

    /// Everything that the interpreter found wrong with `file`.
    pub(crate) fn all_of(file: impl fmt::Display, report: &asl::Report) -> Vec<Self> {
        let problem = |found: &asl::Problem| {
            Self::with(&file, &found.what).at(&found.path).remedy(&found.remedy)
        };
        report.iter().map(problem).collect()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{ERROR}error:{ERROR:#} {}", visible(&self.what))?;
        write!(f, "   {PLACE}at{PLACE:#} {}", visible(&self.file))?;
        if let Some(path) = &self.path {
            write!(f, ": {}", visible(path))?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "\n {HELP}help:{HELP:#} {}", visible(remedy))?;
        }
        Ok(())
    }
}

/// `text` from outside without what would steer a terminal.
pub(crate) fn visible(text: &str) -> String {
    let plain = strip_str(text).to_string();
    plain.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

/// Why a command could not do what it was asked.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// What it was given is wrong; all of it at once.
    Wrong(Vec<Problem>),
    /// The system would not do what was needed.
    System {
        /// What was tried, as a person says it: `write history.json`.
        what: String,
        /// What the system says.
        source: io::Error,
    },
}

impl Trouble {
    /// The system would not do `what`: for `map_err`.
    pub(crate) fn system(what: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let what = what.into();
        move |source| Self::System { what, source }
    }

    /// The exit code that tells it.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Wrong(_) => 2,
            Self::System { .. } => 1,
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(problems) => {
                for (index, problem) in problems.iter().enumerate() {
                    if index > 0 {
                        writeln!(f, "\n")?;
                    }
                    write!(f, "{problem}")?;
                }
                Ok(())
            }
            Self::System { what, source } => {
                write!(f, "{ERROR}error:{ERROR:#} cannot {}: {source}", visible(what))
            }
        }
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self::Wrong(vec![problem])
    }
}

/// Only writing to the console is let through with `?`; everything else says what it tried.
impl From<io::Error> for Trouble {
    fn from(source: io::Error) -> Self {
        Self::System { what: "write the answer".to_owned(), source }
    }
}
