//! What every file of Rust keeps to.

use super::tree::{Source, rust};

/// Above this a file holds more than one idea, or a table that belongs into a file of data.
const LONGEST: usize = 400;

/// Unfinished work, and tests that are not run. Written in two parts, so as not to find itself.
const UNFINISHED: [&str; 6] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("todo", "!("),
    concat!("unimplemented", "!("),
    concat!("#[", "ignore"),
];

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 5] = ["common", "helper", "helpers", "manager", "utils"];

#[test]
fn a_file_holds_one_idea() {
    for Source { path, text } in rust() {
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{path} has {lines} lines: give an idea its own file");
    }
}

#[test]
fn every_file_says_what_it_is() {
    for Source { path, text } in rust() {
        assert!(text.starts_with("//! "), "{path} begins without `//!`");
    }
}

#[test]
fn nothing_is_left_unfinished() {
    for Source { path, text } in rust() {
        for (number, line) in text.lines().enumerate() {
            for word in UNFINISHED {
                assert!(!line.contains(word), "{path}:{}: {word}", number + 1);
            }
        }
    }
}

/// Clippy asks for it too, but only of code that is compiled here.
#[test]
fn every_exception_from_a_lint_has_a_reason() {
    for Source { path, text } in rust() {
        for opening in [
            concat!("#[", "expect("),
            concat!("#[", "allow("),
            concat!("#![", "expect("),
            concat!("#![", "allow("),
        ] {
            for (at, _) in text.match_indices(opening) {
                let attribute = text[at..].split(")]").next().unwrap_or_default();
                let line = text[..at].matches('\n').count() + 1;
                assert!(attribute.contains("reason = \""), "{path}:{line}: {attribute}");
            }
        }
    }
}

#[test]
fn every_name_of_a_file_says_what_is_inside() {
    for Source { path, .. } in rust() {
        let empty = path.trim_end_matches(".rs").split('/').find(|it| EMPTY_NAMES.contains(it));
        assert_eq!(empty, None, "{path}");
    }
}

#[test]
fn a_folder_is_the_whole_of_its_module() {
    let files = rust();
    for Source { path, .. } in &files {
        let folder = format!("{}/", path.trim_end_matches(".rs"));
        let beside = files.iter().find(|other| other.path.starts_with(&folder));
        let beside = beside.map(|it| it.path.as_str());
        assert_eq!(
            beside, None,
            "{path} has children in a folder beside it: make it {folder}mod.rs"
        );
    }
}
