//! Where text is read from: a file, or standard input.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::problem::Problem;

/// The most that is read of one file, in bytes. Everything Cutover reads is far smaller; this keeps
/// a slip such as `/dev/zero` from filling the memory.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Where text is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// A file, as the person named it.
    File(PathBuf),
    /// Standard input, which a person calls `-`.
    Standard,
}

impl From<OsString> for Source {
    fn from(name: OsString) -> Self {
        if name == "-" { Self::Standard } else { Self::File(name.into()) }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Standard => f.write_str("standard input"),
        }
    }
}

impl Source {
    /// Its text, or why there is none.
    pub(crate) fn read(&self) -> Result<String, Problem> {
        let bytes = match self {
            Self::File(path) => open(path).and_then(limited),
            Self::Standard => limited(io::stdin().lock()),
        };
        let bytes = bytes.map_err(|error| {
            let remedy = match error.kind() {
                io::ErrorKind::NotFound => "correct the path, or run it from another folder",
                io::ErrorKind::PermissionDenied => "make it readable",
                _ => "name a readable file of at most 16 MiB, or - for standard input",
            };
            Problem::with(self, format!("this cannot be read: {error}")).remedy(remedy)
        })?;
        String::from_utf8(bytes).map_err(|error| {
            let place = error.utf8_error().valid_up_to();
            Problem::with(self, "this is not text")
                .at(format!("byte {place}"))
                .remedy("write it as UTF-8")
        })
    }
}

fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    match file.metadata()?.is_dir() {
        true => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")),
        false => Ok(file),
    }
}

fn limited(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match source.take(LIMIT + 1).read_to_end(&mut bytes)? as u64 > LIMIT {
        true => Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 16 MiB")),
        false => Ok(bytes),
    }
}
