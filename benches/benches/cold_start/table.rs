//! What was measured, as a table and as goals.

use benches::comparison::{Goal, Spread};
use comfy_table::{CellAlignment, Table, presets};

use crate::race::{Measured, Start};

/// What is measured of a start, in the order of the goals.
const FIGURES: [fn(&Start) -> f64; 3] =
    [|start| start.ready.after, |start| start.ready.memory, |start| start.answered];

/// A row for each of them.
pub(crate) fn table(measured: &[Measured]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(["", "first event asked for, ms", "memory then, MB", "first answer, ms"]);
    for each in measured {
        let figures = FIGURES.map(|figure| of(each, figure).map_or_else(String::new, spread));
        table.add_row(std::iter::once(each.name.clone()).chain(figures));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// A line for each goal, and whether all were reached. The first of those measured is ours.
pub(crate) fn goals(
    measured: &[Measured],
    goals: &[Goal; 3],
) -> Result<(String, bool), &'static str> {
    const NOTHING: &str = "there is nothing to compare";
    let (ours, others) = measured.split_first().ok_or(NOTHING)?;
    let (mut lines, mut all) = (Vec::new(), true);
    for (goal, figure) in goals.iter().zip(FIGURES) {
        let others =
            others.iter().filter_map(|other| Some((other.name.as_str(), of(other, figure)?)));
        let outcome = goal.outcome(of(ours, figure).ok_or(NOTHING)?, others).ok_or(NOTHING)?;
        let word = if outcome.reached { "reached" } else { "missed" };
        lines.push(format!(
            "{} {}: {:.1} times, beside {} ({} wanted: {word})",
            ours.name, goal.what, outcome.times, outcome.beside, goal.wanted
        ));
        all &= outcome.reached;
    }
    Ok((lines.join("\n"), all))
}

/// The least, the median and the most.
pub(crate) fn spread(Spread { least, median, most }: Spread) -> String {
    format!("{least:.1} / {median:.1} / {most:.1}")
}

fn of(measured: &Measured, figure: fn(&Start) -> f64) -> Option<Spread> {
    Spread::of(measured.starts.iter().map(figure))
}
