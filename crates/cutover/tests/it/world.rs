//! A folder with files in it, and the program run there.

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder of its own for a test.
pub(crate) struct World {
    folder: TempDir,
}

/// What a run printed, and how it ended.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) errors: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().expect("a folder") }
    }

    /// With a file of this content.
    pub(crate) fn with(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a folder");
        fs::write(path, content).expect("a file");
        self
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        let text = fs::read_to_string(self.path().join(name)).expect("a file");
        serde_json::from_str(&text).expect("JSON")
    }

    /// The program, to be run in the folder.
    pub(crate) fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cutover"));
        command.current_dir(self.path()).env_remove("CLICOLOR_FORCE").stdin(Stdio::null());
        command
    }

    /// Runs the program with arguments that have no spaces in them.
    pub(crate) fn run(&self, line: &str) -> Run {
        self.run_with(&line.split_whitespace().collect::<Vec<_>>())
    }

    pub(crate) fn run_with(&self, arguments: &[&str]) -> Run {
        self.told(arguments, "")
    }

    /// Runs the program and tells it something on standard input.
    pub(crate) fn told(&self, arguments: &[&str], input: &str) -> Run {
        let mut child = self
            .program()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        // It may end without reading.
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("an end");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Run { code: output.status.code(), out: text(output.stdout), errors: text(output.stderr) }
    }
}

impl Run {
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.errors, "");
        serde_json::from_str(&self.out).expect("JSON")
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.out)?;
        if !self.errors.is_empty() {
            write!(f, "--- standard error\n{}", self.errors)?;
        }
        write!(f, "--- exit code {}", self.code.expect("no signal"))
    }
}
