//! A deployment over time: who serves production, and when it is looked at.

use std::fmt::Write;

use clap::builder::styling::{AnsiColor, Style};
use domain::seconds::Seconds;

use super::rehearsal::Rehearsal;

const BLUE: Style = AnsiColor::BrightBlue.on_default();
const GREEN: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().dimmed();

/// How wide and how high the picture is, in cells.
const WIDTH: usize = 64;
const HEIGHT: usize = 4;

/// What stands before the cells.
const MARGIN: usize = 7;

/// Bars of one to eight eighths of a cell.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The picture of a deployment.
#[derive(Debug)]
pub(super) struct Picture<'a> {
    shares: &'a [(Seconds, f64)],
    looks: Vec<Seconds>,
    answers: Vec<Seconds>,
    took: Seconds,
    /// A little more than it took, so that its end can be seen.
    span: Seconds,
}

impl<'a> Picture<'a> {
    pub(super) fn of(rehearsal: &'a Rehearsal) -> Self {
        Self {
            shares: &rehearsal.shares,
            looks: rehearsal.looks(),
            answers: rehearsal.answers(),
            took: rehearsal.took,
            span: Seconds(rehearsal.took.0 + rehearsal.took.0 / 16 + 1),
        }
    }

    /// The picture, a line each.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<_> = (0..HEIGHT).rev().map(|row| self.row(row)).collect();
        lines.push(self.marks());
        lines.push(self.axis());
        lines.push(format!(
            "{:MARGIN$}{BLUE}░{BLUE:#} blue serves   {GREEN}█{GREEN:#} green serves   · judged   ▲ judged, and told to go on",
            ""
        ));
        lines
    }

    /// A row of cells; row 0 is the lowest.
    fn row(&self, row: usize) -> String {
        let label = match row {
            0 => "0%",
            _ if row == HEIGHT - 1 => "100%",
            _ => "",
        };
        let mut line = format!("{label:>5}  ");
        for column in 0..WIDTH {
            // Eighths of a cell that green fills, of all the cells above each other.
            let filled = eighths(self.share_at(column));
            let (style, cell) = match filled.saturating_sub(row * 8).min(8) {
                0 => (BLUE, '░'),
                part => (GREEN, BARS[part - 1]),
            };
            let _ = write!(line, "{style}{cell}{style:#}");
        }
        line
    }

    /// Green's share in the middle of a column, in percent.
    fn share_at(&self, column: usize) -> f64 {
        let at = self.span.0 * (2 * column as u64 + 1) / (2 * WIDTH as u64);
        let since = self.shares.iter().rev().find(|(from, _)| from.0 <= at);
        since.map_or(0.0, |(_, share)| *share)
    }

    fn column(&self, at: Seconds) -> usize {
        let column = at.0 * WIDTH as u64 / self.span.0;
        usize::try_from(column).unwrap_or(WIDTH).min(WIDTH - 1)
    }

    fn marks(&self) -> String {
        let mut marks = [' '; WIDTH];
        for look in &self.looks {
            marks[self.column(*look)] = '·';
        }
        for answer in &self.answers {
            marks[self.column(*answer)] = '▲';
        }
        let marks: String = marks.iter().collect();
        format!("{:MARGIN$}{}", "", marks.trim_end())
    }

    /// Round moments, written where they are.
    fn axis(&self) -> String {
        let step = step(self.span);
        let mut axis = String::new();
        let mut at = Seconds(0);
        while at <= self.took {
            let column = self.column(at);
            axis = format!("{axis:<column$}{at}");
            at = Seconds(at.0 + step.0);
        }
        format!("{:MARGIN$}{FAINT}{axis}{FAINT:#}", "")
    }
}

/// The eighths of a cell that a share fills, of a whole column. A little is something, and nearly
/// all is not all.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share is 0 to 100"
)]
fn eighths(share: f64) -> usize {
    let all = HEIGHT * 8;
    match share {
        share if share <= 0.0 => 0,
        share if share >= 100.0 => all,
        share => ((share * all as f64 / 100.0).round() as usize).clamp(1, all - 1),
    }
}

/// A round length of which at most eight fit into the picture.
fn step(took: Seconds) -> Seconds {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 3600;
    let round = [
        5,
        15,
        30,
        MINUTE,
        2 * MINUTE,
        5 * MINUTE,
        10 * MINUTE,
        15 * MINUTE,
        30 * MINUTE,
        HOUR,
        2 * HOUR,
        3 * HOUR,
        6 * HOUR,
        12 * HOUR,
        24 * HOUR,
        48 * HOUR,
        120 * HOUR,
    ];
    let fits = |step: &&u64| took.0 <= **step * 8;
    Seconds(*round.iter().find(fits).unwrap_or(&(240 * HOUR)))
}
