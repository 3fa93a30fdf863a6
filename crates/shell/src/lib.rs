//! Runs one step as a Lambda function.
//!
//! A function's `main` builds its clients and hands [`run`] the step. Here is the rest, the same for
//! all of them: the log, the decoding of the input, and the name under which a failure is known to
//! the state machines. What is asked by HTTP comes and goes as [`url`].

mod about;
mod event;
pub mod keys;
pub mod log;
mod run;
mod setting;
mod stopped;
pub mod url;

pub use run::run;
pub use setting::{SETTINGS, optional, setting};

/// Why a function cannot run at all: the last words of its process.
///
/// `main` shows them by `Debug`, so that is the sentence too.
#[derive(thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

impl std::fmt::Debug for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<domain::Failure> for Error {
    fn from(failure: domain::Failure) -> Self {
        Self(format!("{}: {failure}", failure.name()))
    }
}

impl From<lambda_runtime::Error> for Error {
    fn from(error: lambda_runtime::Error) -> Self {
        Self(format!("the Lambda runtime gave up: {error}"))
    }
}
