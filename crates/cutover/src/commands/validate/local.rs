//! Everything that is wrong with a configuration of `cutover local`.

use std::path::Path;

use ::local::daemon::{Config, Setup};

use crate::commands::local;
use crate::problem::Problem;
use crate::source::Source;

/// Everything that is wrong with the configuration in `text`. Paths in it are looked up where the file is.
///
/// Secrets of the environment count as set: where a configuration is validated they seldom are.
pub(super) fn problems(source: &Source, text: &str) -> Vec<Problem> {
    let home = match source {
        Source::File(path) => path.parent().unwrap_or(Path::new("")),
        Source::Standard => Path::new(""),
    };
    let checked = Config::read(text).and_then(|config| {
        Setup::of(&config, home, |_| Some("set".to_owned()))?;
        Ok(())
    });
    checked.err().map_or_else(Vec::new, |error| local::problems(source, error))
}
