//! What every file of text keeps to.

use std::path::Path;

use super::tree::{Source, all, root, text};

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

/// What a document calls a file, or a folder, of the repository.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2));
    let is_plain = |it: &char| it.is_ascii_alphanumeric() || "./_-".contains(*it);
    let is_path = move |it: &&str| it.contains('/') && it.chars().all(|letter| is_plain(&letter));
    let is_file = |it: &str| it.rsplit_once('.').is_some_and(|(_, kind)| KINDS.contains(&kind));
    let is_ours = |it: &str| FOLDERS.iter().any(|folder| it.starts_with(folder));
    quoted.filter(is_path).filter(move |it| is_file(it) || is_ours(it))
}

/// What files are that documents name.
const KINDS: [&str; 10] = ["asl", "json", "md", "mjs", "py", "rs", "sh", "tf", "toml", "yaml"];

/// Whatever begins so is meant to be here.
const FOLDERS: [&str; 8] = [
    "benches/",
    "crates/",
    "events/",
    "examples/",
    "functions/",
    "infra/",
    "services/",
    "statemachines/",
];

/// Where a path may begin, beside the root and the folder of the document that names it: the promises
/// of the architecture leave these out.
const BEGINNINGS: [&str; 2] = ["crates", "tests/tests"];

/// A path that shows a rule, and is of no file.
const EXAMPLE: &str = "foo/mod.rs";

#[test]
fn every_file_that_a_document_names_is_there() {
    let root = root();
    let documents = all();
    let documents = documents.iter().filter(|it| {
        Path::new(&it.path).extension() == Some("md".as_ref()) && it.path != "CHANGELOG.md"
    });
    let mut found = 0;
    for Source { path, text } in documents {
        let beside = root.join(path).parent().expect("a folder").to_owned();
        let begins = BEGINNINGS.map(|it| root.join(it));
        for name in named(text).filter(|it| *it != EXAMPLE) {
            let mut places = begins.iter().chain([&root, &beside]);
            assert!(places.any(|place| place.join(name).exists()), "{path} names {name}");
            found += 1;
        }
    }
    assert!(found > 100, "only {found} were found: they are not read right");
}
