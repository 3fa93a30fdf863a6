//! The input of an execution, as a command line gives it.

use std::ffi::OsString;

use serde_json::Value;

use crate::problem::Problem;
use crate::source::Source;

/// The input of an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Input {
    /// As it stands on the command line.
    Text(String),
    /// As it stands elsewhere: `@FILE`, or `-`.
    Of(Source),
}

impl From<OsString> for Input {
    fn from(text: OsString) -> Self {
        let text = match text.into_string() {
            Ok(text) => text,
            Err(odd) => return Self::Text(odd.to_string_lossy().into_owned()),
        };
        match text.strip_prefix('@') {
            Some(file) => Self::Of(Source::File(file.into())),
            None if text == "-" => Self::Of(Source::Standard),
            None => Self::Text(text),
        }
    }
}

impl Input {
    /// The JSON, or why there is none.
    pub(super) fn read(&self) -> Result<Value, Problem> {
        let (text, whose) = match self {
            Self::Text(text) => (text.clone(), "--input".to_owned()),
            Self::Of(source) => (source.read()?, source.to_string()),
        };
        serde_json::from_str(&text).map_err(|error| {
            Problem::with(whose, format!("this is not JSON: {error}")).remedy(
                "give JSON, as in --input '{\"tag\": \"v1\"}', or @FILE, or - for standard input",
            )
        })
    }
}
