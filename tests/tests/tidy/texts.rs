//! What every file of text keeps to.

use super::tree::{Source, all, text};

/// Where people and build machines keep their files. Written in two parts, so as not to find
/// itself.
const PLACES: [&str; 4] =
    [concat!("/ho", "me/"), concat!("/Us", "ers/"), concat!("/wo", "rk/"), concat!("/ro", "ot/")];

/// Whether `line` has `place` at the beginning of a path, not inside a longer one.
fn names(line: &str, place: &str) -> bool {
    line.match_indices(place).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|it| it.is_alphanumeric() || "._-}".contains(it))
    })
}

#[test]
fn no_file_names_a_place_on_somebodys_machine() {
    for Source { path, text } in all() {
        for (number, line) in text.lines().enumerate() {
            for place in PLACES {
                assert!(!names(line, place), "{path}:{}: {line}", number + 1);
            }
        }
    }
}

#[test]
fn a_place_is_told_from_a_part_of_another_path() {
    let place = PLACES[2];

    assert!(names(&format!("cd {place}x"), place));
    assert!(names(&format!("\"{place}x\""), place));
    assert!(!names(&format!("https://example.com{place}x"), place));
}

#[test]
fn every_line_ends_with_a_newline_alone() {
    for Source { path, text } in all() {
        assert!(text.is_empty() || text.ends_with('\n'), "{path} ends within a line");
        assert!(!text.contains('\r'), "{path} has carriage returns");
    }
}

#[test]
fn the_files_that_a_newcomer_looks_for_are_there() {
    for path in [
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "SECURITY.md",
        "deny.toml",
        "statemachines/README.md",
    ] {
        assert!(text(path).len() > 300, "{path}");
    }
}
