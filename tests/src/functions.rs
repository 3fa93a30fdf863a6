//! The functions as they are built: one binary for each step.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Where the binaries are, if they are not to be built here.
const FOLDER: &str = "CUTOVER_FUNCTIONS";

/// What cargo tells a test of itself. A build started by the test must not hear it: build scripts
/// that ask for such a variable would run again, and all that depends on them.
const OF_THE_TEST: [&str; 8] = [
    "CARGO_PKG_",
    "CARGO_MANIFEST_",
    "CARGO_BIN_",
    "CARGO_CRATE_NAME",
    "CARGO_PRIMARY_PACKAGE",
    "CARGO_TARGET_TMPDIR",
    "OUT_DIR",
    "AWS_LC_SYS_",
];

/// The binary of a function, built if it is not there or older than its sources.
///
/// They are built once in a process. `CUTOVER_FUNCTIONS=<folder>` says where they are, if they were
/// built otherwise: for release, say, to be measured.
pub fn binary(verb: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();

    let folder = BUILT.get_or_init(|| match std::env::var_os(FOLDER) {
        Some(folder) => PathBuf::from(folder),
        None => build(),
    });
    let binary = folder.join(verb);
    assert!(binary.is_file(), "there is no function {verb} in {}", folder.display());
    binary
}

/// Builds the functions beside this test.
///
/// Features are those of the whole workspace with its tests, so that nothing is compiled a second
/// time: not by `cargo test --workspace` before this, nor after it. A test target is named because
/// dependencies of tests count only where one is built.
fn build() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    let profile = test.parent().and_then(Path::parent).expect("tests are in `deps`");
    let name = match profile.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };

    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut building = Command::new(cargo);
    building
        .args(["build", "--quiet", "--workspace", "--bins", "--test", "tidy", "--profile", name])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."));
    for (variable, _) in std::env::vars_os() {
        let told = variable.to_string_lossy();
        if OF_THE_TEST.iter().any(|of_the_test| told.starts_with(of_the_test)) {
            building.env_remove(&variable);
        }
    }

    let built = building.output().expect("cargo, which runs this test, can be run");
    let complaint = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "the functions cannot be built: {complaint}");
    profile.to_owned()
}
