//! The files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

/// What a build, a run or git puts beside the files that belong to the project.
const NOT_OURS: [&str; 6] =
    [".git", ".cutover", "target", "node_modules", ".terraform", "__pycache__"];

/// A file of the repository.
#[derive(Debug)]
pub(crate) struct Source {
    /// Its path from the root, with `/` between the parts.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A file that has to be there.
pub(crate) fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every file of text, in the order of their paths.
pub(crate) fn all() -> Vec<Source> {
    let root = root();
    let (mut found, mut folders) = (Vec::new(), vec![root.clone()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository") {
            let entry = entry.expect("a readable entry");
            let (path, name) = (entry.path(), entry.file_name());
            if NOT_OURS.iter().any(|other| name == *other)
                || path.extension() == Some("new".as_ref())
            {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = path.strip_prefix(&root).expect("found below the root");
                found.push(Source { path: path.to_string_lossy().replace('\\', "/"), text });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.iter().any(|file| file.path == "Cargo.toml"), "that is not the repository");
    found
}

/// Every file of Rust.
pub(crate) fn rust() -> Vec<Source> {
    let mut files = all();
    files.retain(|file| Path::new(&file.path).extension() == Some("rs".as_ref()));
    files
}
