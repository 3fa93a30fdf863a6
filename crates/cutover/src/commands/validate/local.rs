//! Everything that is wrong with a configuration of `cutover local`.

use std::path::Path;

use ::local::daemon::{Config, Setup};
use serde_json::Value;

use crate::commands::local;
use crate::problem::Problem;
use crate::source::Source;

/// Everything that is wrong with `document`. Paths in it are looked up where the file is.
///
/// Secrets of the environment count as set: where a configuration is validated they seldom are.
pub(super) fn problems(source: &Source, document: &Value) -> Vec<Problem> {
    let home = match source {
        Source::File(path) => path.parent().unwrap_or(Path::new("")),
        Source::Standard => Path::new(""),
    };
    let checked = Config::read(&document.to_string()).and_then(|config| {
        Setup::of(&config, home, |_| Some("set".to_owned()))?;
        Ok(())
    });
    checked.err().map_or_else(Vec::new, |error| local::problems(source, error))
}
