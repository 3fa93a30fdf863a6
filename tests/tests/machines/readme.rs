//! `statemachines/README.md` against the definitions.
//!
//! What can be derived from a definition is compared with it, and written anew by
//! `UPDATE_README=1 cargo test -p tests --test machines`. What a person wrote is only checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::{env, fs};

use asl::StateView;
use domain::event::ExecutionEnded;
use domain::failure::decode;
use domain::release::ImagePushed;
use domain::request::Request;
use serde_json::Value;

use super::definition::{Definition, all, file};

fn readme() -> String {
    fs::read_to_string(file("README.md")).expect("statemachines/README.md")
}

/// The text of a section, from below its heading to the next one of its level or above.
fn section<'a>(readme: &'a str, heading: &str) -> &'a str {
    let level = heading.chars().take_while(|it| *it == '#').count();
    let (_, rest) = readme
        .split_once(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("there is no section {heading:?}"));
    let next = rest.match_indices("\n#").map(|(at, _)| at).find(|at| {
        let deep = rest[at + 1..].chars().take_while(|it| *it == '#').count();
        deep <= level
    });
    &rest[..next.unwrap_or(rest.len())]
}

/// The diagram and the table of a machine, as they must be.
fn derived(definition: &Definition) -> String {
    let mut text = String::from("\n```mermaid\nstateDiagram-v2\n");
    let states = definition.machine.states();
    draw(&mut text, &states, None, 1);
    text.push_str("```\n\n| State | |\n|---|---|\n");
    for state in &states {
        let comment = state.comment().unwrap_or_default();
        writeln!(text, "| `{}` | {comment} |", state.name()).expect("a String takes all");
    }
    text.push('\n');
    text
}

/// The states whose parent is `parent`, and the ways between them.
fn draw(text: &mut String, states: &[StateView<'_>], parent: Option<&str>, depth: usize) {
    let indent = "    ".repeat(depth);
    let here: Vec<_> = states.iter().filter(|state| state.parent() == parent).collect();
    let line = |text: &mut String, from: &str, to: &str, label: &str| {
        let label = if label.is_empty() { String::new() } else { format!(": {label}") };
        writeln!(text, "{indent}{from} --> {to}{label}").expect("a String takes all");
    };

    for state in here {
        if state.begins() {
            line(text, "[*]", state.name(), "");
        }
        if states.iter().any(|inner| inner.parent() == Some(state.name())) {
            writeln!(text, "{indent}state {} {{", state.name()).expect("a String takes all");
            draw(text, states, Some(state.name()), depth + 1);
            writeln!(text, "{indent}}}").expect("a String takes all");
        }
        for edge in state.edges() {
            line(text, edge.from, edge.to.unwrap_or("[*]"), edge.label.trim());
        }
    }
}

/// The README with what is derived written anew.
fn renewed(mut readme: String) -> String {
    for definition in all() {
        let (begin, end) =
            (format!("<!-- {} -->\n", definition.name), format!("<!-- /{} -->", definition.name));
        let from = readme.find(&begin).expect(&begin) + begin.len();
        let to = readme.find(&end).expect(&end);
        readme.replace_range(from..to, &derived(&definition));
    }
    readme
}

#[test]
fn the_diagrams_and_tables_are_the_machines() {
    let written = readme();
    let renewed = renewed(written.clone());

    if env::var_os("UPDATE_README").is_some() {
        fs::write(file("README.md"), renewed).expect("the README can be written");
        return;
    }
    for (number, (is, must)) in written.lines().zip(renewed.lines()).enumerate() {
        assert_eq!(is, must, "line {}; UPDATE_README=1 writes it anew", number + 1);
    }
    assert_eq!(written, renewed, "UPDATE_README=1 writes it anew");
}

/// One row of the table of errors: which, where it comes from, where it leads.
fn errors(readme: &str) -> BTreeMap<String, (String, String)> {
    let rows = section(readme, "## Errors").lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let [error, from, leads] = cells[..] else { panic!("three cells: {row}") };
        assert!(from.ends_with('.') && leads.ends_with('.'), "sentences: {row}");
        (error.trim_matches('`').to_owned(), (from.to_owned(), leads.to_owned()))
    })
    .collect()
}

#[test]
fn the_table_of_errors_has_every_error_and_where_it_leads() {
    let (readme, definitions) = (readme(), all());
    let table = errors(&readme);
    let mut matched = BTreeSet::new();
    let mut tried_again = BTreeSet::new();

    for definition in &definitions {
        for state in definition.machine.states() {
            tried_again.extend(state.retried().concat());
            matched.extend(state.retried().concat());
            matched.extend(state.caught().concat());
            // The ways out of a state end with those of its catchers, in their order.
            let edges = state.edges();
            let catchers = edges[edges.len() - state.caught().len()..].iter();
            for (errors, way) in state.caught().iter().zip(catchers) {
                let to = way.to.expect("a catcher leads to a state");
                for error in errors {
                    let (_, leads) = table.get(*error).unwrap_or_else(|| panic!("{error}"));
                    let place = format!("{}, {}", definition.name, state.name());
                    assert!(leads.contains(&format!("`{to}`")), "{place}: {error} leads to {to}");
                }
            }
        }
    }

    let told: BTreeSet<&str> = table.keys().map(String::as_str).collect();
    assert_eq!(told, matched);
    for (error, (_, leads)) in &table {
        let says = leads.to_lowercase().contains("tried again");
        assert_eq!(says, tried_again.contains(error.as_str()), "{error} is tried again");
    }
}

/// The first JSON block under a machine's heading: what a person types at the console.
fn input(readme: &str, machine: &str) -> Value {
    let section = section(readme, &format!("## {machine}"));
    let (_, block) = section.split_once("```json\n").expect("an input");
    let (block, _) = block.split_once("```").expect("the end of the input");
    serde_json::from_str(block).expect("JSON")
}

#[test]
fn the_inputs_can_be_typed_as_they_stand() {
    let readme = readme();

    decode::<ImagePushed>(&input(&readme, "release")).expect("an input of the release machine");
    decode::<Request>(&input(&readme, "deployment")).expect("an input of the deployment machine");
    decode::<ExecutionEnded>(&input(&readme, "recovery"))
        .expect("an input of the recovery machine");
}

#[test]
fn every_machine_has_a_section() {
    let readme = readme();

    for definition in all() {
        assert!(!section(&readme, &format!("## {}", definition.name)).is_empty());
    }
}
