//! The preview as a person looks at it.

use clap::builder::styling::Style;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};
use domain::strategy::{Stage as At, Strategy};

use super::Preview;
use super::bill::{Line, minute_of_a_task, second_fleet};
use super::picture::Picture;
use super::prices::Price;
use super::stages::Stage;
use crate::problem::visible;

/// How wide a text may be.
const WIDTH: u16 = 100;

pub(super) const TITLE: Style = Style::new().bold();

impl Preview {
    /// What a person reads, a line each.
    pub(crate) fn lines(&self) -> Vec<String> {
        let service = &self.service;
        let mut lines = vec![
            format!(
                "{TITLE}{}{TITLE:#}: {} of {} on {}",
                service.name,
                named(&service.strategy),
                service.image,
                service.place()
            ),
            String::new(),
        ];
        lines.extend(Picture::of(&self.rehearsal).lines());
        lines.extend([
            String::new(),
            stages(&self.stages).to_string(),
            self.length(),
            String::new(),
        ]);
        lines.push(format!("{TITLE}What is judged{TITLE:#}"));
        let checks = self.checks.iter().map(|check| (&*check.check, &*check.good));
        lines.push(pairs(&checks.collect::<Vec<_>>()));
        lines.push(String::new());
        lines.push(format!("{TITLE}What takes it back, and how soon{TITLE:#}"));
        let dangers = self.dangers.iter().map(|danger| (&*danger.what, &*danger.when));
        lines.push(pairs(&dangers.collect::<Vec<_>>()));
        lines.push(String::new());
        lines.extend(self.costs());
        lines
    }

    /// How long it takes, in a sentence.
    fn length(&self) -> String {
        let took = self.rehearsal.took;
        let (least, most) = self.lasts();
        let most = most.map(|most| format!(", {most} at most")).unwrap_or_default();
        let starts_in = self.rehearsal.starts_in;
        match self.is_good() {
            true => format!(
                "It takes {least} at least{most}; {took} in rehearsal, where green's tasks start in \
                 {starts_in}."
            ),
            false => format!(
                "In rehearsal nothing goes wrong, and still it ends as {}: {}.",
                self.rehearsal.outcome.end, self.rehearsal.outcome.why
            ),
        }
    }

    /// The bill, and how it was counted.
    fn costs(&self) -> Vec<String> {
        let bill = &self.bill;
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY);
        table.set_header(["what it uses", "how much", "price", "USD"]);
        for line in &bill.lines {
            table.add_row([
                line.what.to_owned(),
                amount(line),
                price(line.price),
                format!("{:.6}", line.usd),
            ]);
        }
        table.add_row(["together", "", "", &format!("{:.6}", bill.total)]);
        for column in [1, 3] {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }

        let mut lines = vec![
            format!("{TITLE}What one such deployment costs: ${:.4}{TITLE:#}", bill.total),
            table.to_string(),
            format!(
                "List prices of {} ({}); free tiers are not counted. Counted in rehearsal:",
                bill.region, bill.as_of
            ),
        ];
        let counted = bill.lines.iter().map(|line| (line.what, &*line.counted));
        lines.push(pairs(&counted.collect::<Vec<_>>()));
        if self.service.migration.is_some() {
            lines.push(format!(
                "The migration is a task of its own: on Fargate ${:.4} for each minute of 1 vCPU and 2 GB.",
                minute_of_a_task()
            ));
        }
        if self.has_two_fleets() {
            lines.push(format!(
                "Both fleets stand for {}: on Fargate ${:.4} more for each task of 1 vCPU and 2 GB.",
                self.rehearsal.took,
                second_fleet(&self.rehearsal)
            ));
        }
        lines
    }
}

/// How traffic moves, in the trade's words.
fn named(strategy: &Strategy) -> String {
    match strategy {
        Strategy::BlueGreen {} => "blue/green".to_owned(),
        Strategy::Canary { percent, hold } => format!("canary ({percent} for {hold})"),
        Strategy::Linear { step, hold } => format!("linear ({step} every {hold})"),
        Strategy::Rolling {} => "rolling".to_owned(),
    }
}

fn stages(stages: &[Stage]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_BORDERS_ONLY);
    table.set_header(["stage", "green", "at least", "at most", "judged", "pause"]);
    for stage in stages {
        let what = match stage.times {
            1 => stage.what.clone(),
            times => format!("{}, {times} times", stage.what),
        };
        let share = match stage.share {
            (first, last) if (first - last).abs() < f64::EPSILON => format!("{first}%"),
            (first, last) => format!("{first}% to {last}%"),
        };
        table.add_row([
            what,
            share,
            stage.at_least.to_string(),
            stage.at_most.map_or_else(|| "-".to_owned(), |most| most.to_string()),
            stage.judged.join(", "),
            stage.pause.map(short).unwrap_or_default().to_owned(),
        ]);
    }
    table
}

/// Two columns without borders; the second is broken where it is long.
pub(super) fn pairs(pairs: &[(&str, &str)]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(WIDTH);
    for (first, second) in pairs {
        table.add_row([visible(first), visible(second)]);
    }
    if let Some(column) = table.column_mut(0) {
        column.set_constraint(ColumnConstraint::ContentWidth);
    }
    table.trim_fmt()
}

/// The stage of a pause, without what is the same in all of them.
fn short(at: At) -> &'static str {
    match at {
        At::PostTestTrafficShift => "post test",
        At::PreProductionTrafficShift => "pre production",
        At::PostProductionTrafficShift => "post production",
    }
}

/// How much of it: `1 request`, `10.69 GB-s`.
fn amount(line: &Line) -> String {
    let (amount, unit) = (line.amount, line.price.unit);
    match amount {
        one if (one - 1.0).abs() < f64::EPSILON => format!("1 {}", unit.trim_end_matches('s')),
        whole if whole.fract() == 0.0 => format!("{whole:.0} {unit}"),
        part => format!("{part:.2} {unit}"),
    }
}

/// A price: `$0.025 per 1,000`.
fn price(price: Price) -> String {
    let Price { usd, per, .. } = price;
    let usd = match (usd * 100.0).fract() == 0.0 {
        true => format!("${usd:.2}"),
        false => format!("${usd}"),
    };
    match per {
        per if per >= 1e6 => format!("{usd} per million"),
        per if per >= 1e4 => format!("{usd} per 10,000"),
        per if per >= 1e3 => format!("{usd} per 1,000"),
        _ => format!("{usd} each"),
    }
}
