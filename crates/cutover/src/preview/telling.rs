//! The preview as a person looks at it.

use clap::builder::styling::Style;
use comfy_table::{CellAlignment, Table, presets};
use domain::strategy::Strategy;

use super::Preview;
use super::bill::{Line, second_fleet};
use super::picture::Picture;
use super::stages::Stage;
use crate::problem::visible;

const TITLE: Style = Style::new().bold();

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
        lines.extend(pairs(&checks.collect::<Vec<_>>()));
        lines.push(String::new());
        lines.push(format!("{TITLE}What takes it back, and how soon{TITLE:#}"));
        let dangers = self.dangers.iter().map(|danger| (&*danger.what, &*danger.when));
        lines.extend(pairs(&dangers.collect::<Vec<_>>()));
        lines.push(String::new());
        lines.extend(self.costs());
        lines
    }

    /// How long it takes, in a sentence.
    fn length(&self) -> String {
        let took = self.rehearsal.took;
        let (least, most) = self.lasts();
        let most = most.map(|most| format!(", {most} at most")).unwrap_or_default();
        match self.is_good() {
            true => format!(
                "It takes {least} at least{most}; {took} in rehearsal, of which green's tasks take 1m to start."
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
                format!("{} {}", amount(line), line.price.unit),
                format!("${} per {}", line.price.usd, grouped(line.price.per)),
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
        lines.extend(pairs(&counted.collect::<Vec<_>>()));
        if self.has_two_fleets() {
            lines.push(format!(
                "Beside that both fleets stand for {}: on Fargate ${:.4} for each task of 1 vCPU and 2 GB.",
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
    table.set_header(["stage", "green has", "at least", "at most", "judged", "ECS pauses at"]);
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
            stage.pause.map(|at| at.to_string()).unwrap_or_default(),
        ]);
    }
    table
}

/// Two columns without borders: the first as wide as its widest.
fn pairs(pairs: &[(&str, &str)]) -> Vec<String> {
    let width = pairs.iter().map(|(first, _)| first.chars().count()).max().unwrap_or_default();
    let line = |(first, second): &(&str, &str)| {
        format!("  {:<width$}  {}", visible(first), visible(second))
    };
    pairs.iter().map(line).collect()
}

fn amount(line: &Line) -> String {
    match line.amount.fract() == 0.0 {
        true => format!("{:.0}", line.amount),
        false => format!("{:.2}", line.amount),
    }
}

/// `1,000`, `million`, nothing for one.
fn grouped(per: f64) -> &'static str {
    match per {
        per if per >= 1e6 => "million",
        per if per >= 1e4 => "10,000",
        per if per >= 1e3 => "1,000",
        _ => "one",
    }
}
