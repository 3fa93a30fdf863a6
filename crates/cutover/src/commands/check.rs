//! `cutover check`: is this a state machine that can run?

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use crate::console::{Console, End};
use crate::definition;
use crate::problem::{Problem, Trouble};
use crate::source::Source;
use crate::tally::tally;

/// Check state machine definitions, and tell everything that is wrong with them
///
/// Reads definitions in the Amazon States Language as Cutover runs it: JSONata, and no field, state
/// or expression that would be guessed at. A folder stands for every *.asl.json below it.
/// `${placeholders}` are taken for their own names.
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover check statemachines")]
pub(crate) struct Check {
    /// Files, folders, or - for standard input
    #[arg(required = true, value_name = "DEFINITION")]
    definitions: Vec<Source>,
    /// Answer in JSON: {"definitions": [{"file", "problems": [{"file", "path", "what", "remedy"}]}]}
    #[arg(long)]
    json: bool,
}

/// A definition that was looked at.
struct Checked {
    file: String,
    problems: Vec<Problem>,
}

impl Check {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let checked: Vec<Checked> = self.definitions.iter().flat_map(check).collect();

        if self.json {
            let entry = |one: &Checked| json!({ "file": one.file, "problems": one.problems });
            let definitions: Vec<_> = checked.iter().map(entry).collect();
            console.json(&json!({ "definitions": definitions }))?;
        } else {
            for problem in checked.iter().flat_map(|one| &one.problems) {
                console.line(format_args!("{problem}\n"))?;
            }
            console.line(tally(checked.iter().map(|one| &one.problems)))?;
        }

        let good = checked.iter().all(|one| one.problems.is_empty());
        Ok(if good { End::Good } else { End::Wrong })
    }
}

/// Looks at one definition, or at each below a folder.
fn check(source: &Source) -> Vec<Checked> {
    let sources = match source {
        Source::File(folder) if folder.is_dir() => match definitions_below(folder) {
            Ok(found) if found.is_empty() => {
                let none = Problem::with(source, "there is no *.asl.json below this folder")
                    .remedy("name a definition, or a folder of them");
                return vec![Checked { file: source.to_string(), problems: vec![none] }];
            }
            Ok(found) => found.into_iter().map(Source::File).collect(),
            Err(error) => {
                let problem = Problem::with(source, format!("this cannot be read: {error}"))
                    .remedy("make the folder readable");
                return vec![Checked { file: source.to_string(), problems: vec![problem] }];
            }
        },
        other => vec![other.clone()],
    };
    let check = |source: Source| Checked {
        file: source.to_string(),
        problems: definition::read(&source, &[]).err().unwrap_or_default(),
    };
    sources.into_iter().map(check).collect()
}

/// Every `*.asl.json` below `folder`, by name. Links to folders are not followed: they may go round.
fn definitions_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let is_definition = |name: &OsStr| name.to_string_lossy().ends_with(".asl.json");
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else if is_definition(&entry.file_name()) {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}
