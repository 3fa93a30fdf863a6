//! The traffic of a service, drawn over time: a row for each release, a cell for each second.

use std::collections::BTreeMap;
use std::fmt;

use clap::builder::styling::{AnsiColor, Style};
use local::load::LoadReport;

use super::ink::Ink;

/// How a cell is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    /// It served before.
    Blue,
    /// It is being deployed.
    Green,
    /// It answered with errors.
    Red,
}

/// A release that was, or is, to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Release {
    /// Its tag.
    pub(super) tag: String,
    /// Its image by digest, as answers name it.
    pub(super) image: String,
    /// The second of the load since which it is what serves; before, it was being deployed.
    pub(super) settled: Option<usize>,
}

/// The traffic of one service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    service: String,
    rows: Vec<Row>,
    seconds_per_cell: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    tag: String,
    cells: Vec<Cell>,
}

/// What a release had of the traffic of a few seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    /// In percent. Whoever got one request has at least one percent, and all means all.
    share: u8,
    colour: Colour,
}

/// What the cells mean.
pub(super) fn legend(ink: Ink) -> String {
    let meaning = match ink {
        Ink::Plain => {
            "# has all of the traffic, 1 to 9 that many tenths, . none; a column is a second"
                .to_owned()
        }
        Ink::Colours => {
            let word = |colour: Colour, word| ink.paint(colour.style(), word);
            let (blue, green, red) = (
                word(Colour::Blue, "blue serves"),
                word(Colour::Green, "green is being deployed"),
                word(Colour::Red, "red answers with errors"),
            );
            format!("{blue}, {green}, {red}; as high as the share of the traffic")
        }
    };
    format!("  {meaning}")
}

/// What stands before the cells of a row.
const MARGIN: usize = 2 + 10 + 8;

impl Picture {
    /// Draws what clients saw, in at most `width` columns.
    pub(super) fn of(service: &str, releases: &[Release], load: &LoadReport, width: usize) -> Self {
        let room = width.saturating_sub(MARGIN).max(10);
        let seconds_per_cell = load.seconds.len().div_ceil(room).max(1);
        let row = |release: &Release| {
            let cells = load.seconds.chunks(seconds_per_cell).enumerate().map(|(at, seconds)| {
                let sum = |of: fn(&local::load::Tally) -> &BTreeMap<String, u64>| -> u64 {
                    seconds.iter().filter_map(|second| of(second).get(&release.image)).sum()
                };
                let all: u64 = seconds.iter().flat_map(|second| second.by_image.values()).sum();
                let errors = sum(|second| &second.status_500_by_image);
                let settled = release.settled.is_some_and(|since| since <= at * seconds_per_cell);
                let colour = match (errors, settled) {
                    (1.., _) => Colour::Red,
                    (0, true) => Colour::Blue,
                    (0, false) => Colour::Green,
                };
                Cell { share: percent(sum(|second| &second.by_image), all), colour }
            });
            Row { tag: release.tag.clone(), cells: cells.collect() }
        };
        let rows = releases.iter().map(row).collect();
        Self { service: service.to_owned(), rows, seconds_per_cell }
    }

    /// The rows, a line each.
    pub(super) fn lines(&self, ink: Ink) -> Vec<String> {
        let line = |(at, row): (usize, &Row)| {
            let service = if at == 0 { &*self.service } else { "" };
            let cells: String = row.cells.iter().map(|cell| cell.drawn(ink)).collect();
            format!("  {service:<9} {:<7} {cells}", row.tag)
        };
        self.rows.iter().enumerate().map(line).collect()
    }

    /// The seconds, to stand below the rows.
    pub(super) fn axis(&self) -> String {
        let cells = self.rows.iter().map(|row| row.cells.len()).max().unwrap_or_default();
        let mut axis = String::new();
        for cell in (0..cells).step_by(10) {
            let mark = format!("{}s", cell * self.seconds_per_cell);
            axis = format!("{axis:<cell$}{mark}");
        }
        format!("{:MARGIN$}{axis}", "")
    }
}

impl Cell {
    /// A bar that is as high as the share; where no bars can be drawn, the tens of percent.
    fn drawn(self, ink: Ink) -> String {
        const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        const DIGITS: [char; 11] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '#'];
        let share = usize::from(self.share);

        match ink {
            Ink::Plain if share == 0 => ".".to_owned(),
            // Less than ten percent is still something.
            Ink::Plain => DIGITS[(share / 10).max(1)].to_string(),
            Ink::Colours if share == 0 => ink.faint("·"),
            Ink::Colours => ink.paint(self.colour.style(), BARS[(share * 8 / 100).clamp(1, 8) - 1]),
        }
    }
}

impl Colour {
    fn style(self) -> Style {
        let colour = match self {
            Self::Blue => AnsiColor::BrightBlue,
            Self::Green => AnsiColor::Green,
            Self::Red => AnsiColor::Red,
        };
        colour.on_default()
    }
}

/// The share in percent, rounded so that one request of many is not nothing, nor all but one all.
fn percent(part: u64, all: u64) -> u8 {
    match (part, all) {
        (0, _) | (_, 0) => 0,
        (part, all) if part == all => 100,
        (part, all) => u8::try_from(part * 100 / all).unwrap_or(99).clamp(1, 99),
    }
}

impl fmt::Display for Picture {
    /// The picture without colours.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.lines(Ink::Plain) {
            writeln!(f, "{line}")?;
        }
        f.write_str(&self.axis())
    }
}

#[cfg(test)]
mod tests;
