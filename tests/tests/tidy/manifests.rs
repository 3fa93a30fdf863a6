//! Every crate takes edition, licence and lints from the workspace.

use super::tree::all;

#[test]
fn every_crate_is_like_the_others() {
    let mut seen = 0;
    for file in all().iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        // A fuzz target is a workspace of its own, for another compiler.
        if file.text.contains("cargo-fuzz = true") {
            continue;
        }
        for line in [
            "version.workspace = true",
            "edition.workspace = true",
            "rust-version.workspace = true",
            "license.workspace = true",
            "publish.workspace = true",
        ] {
            assert!(file.text.lines().any(|it| it == line), "{} lacks {line:?}", file.path);
        }
        assert!(file.text.contains("[lints]\nworkspace = true\n"), "{} has lints", file.path);
        assert!(file.text.contains("\ndescription = \""), "{} has no description", file.path);
        seen += 1;
    }
    assert!(seen > 5, "found only {seen} crates");
}

/// A test whose features are not on is left out without a word.
#[test]
fn every_test_runs_without_being_asked_for_its_features() {
    let mut seen = 0;
    for file in all().iter().filter(|file| file.path.ends_with("/Cargo.toml")) {
        let (_, defaults) = file.text.split_once("\ndefault = [").unwrap_or_default();
        let defaults = defaults.split(']').next().unwrap_or_default();
        for line in file.text.lines().filter(|line| line.starts_with("required-features")) {
            for feature in line.split('"').skip(1).step_by(2) {
                assert!(defaults.contains(&format!("\"{feature}\"")), "{}: {feature}", file.path);
                seen += 1;
            }
        }
    }
    assert!(seen > 3, "found only {seen} features that tests require");
}
