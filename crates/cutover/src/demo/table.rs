//! The table at the end.

use domain::outcome::End;

use super::ink::Ink;
use super::report::{Deployment, Report};

const HEADINGS: [&str; 7] =
    ["service", "release", "end", "seconds", "transitions", "served", "answered 500"];

/// The last lines of the demo: each deployment, what clients saw, and whether all was as expected.
pub(super) fn lines(report: &Report, ink: Ink) -> Vec<String> {
    let rows: Vec<[String; 7]> = report.deployments.iter().map(row).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].len());
        cells.chain([HEADINGS[column].len()]).max().unwrap_or_default()
    };
    let widths: [usize; 7] = std::array::from_fn(width);

    let mut lines = vec![ink.faint(aligned(&HEADINGS.map(str::to_owned), &widths))];
    for (row, deployment) in rows.iter().zip(&report.deployments) {
        let line = aligned(row, &widths);
        lines.push(match deployment.end == Some(deployment.expected) {
            true => line,
            false => ink.bad(line),
        });
    }
    lines.push(String::new());
    lines.extend(totals(report));
    lines.push(String::new());
    lines.extend(report.unexpected.iter().map(|sentence| ink.bad(format_args!("  {sentence}"))));
    lines.push(conclusion(report, ink));
    lines
}

fn row(deployment: &Deployment) -> [String; 7] {
    let end = match deployment.end {
        Some(end) if end == deployment.expected => end.to_string(),
        Some(end) => format!("{end}, not {}", deployment.expected),
        None => "none".to_owned(),
    };
    [
        deployment.service.clone(),
        deployment.tag.clone(),
        end,
        format!("{:.1}", deployment.seconds),
        deployment.transitions.to_string(),
        grouped(deployment.served),
        grouped(deployment.errors),
    ]
}

/// Texts to the left, numbers to the right.
fn aligned(cells: &[String; 7], widths: &[usize; 7]) -> String {
    let mut line = String::from(" ");
    for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
        line.push(' ');
        match column {
            0..3 => line.push_str(&format!("{cell:<width$} ")),
            _ => line.push_str(&format!("{cell:>width$} ")),
        }
    }
    line.trim_end().to_owned()
}

fn totals(report: &Report) -> Vec<String> {
    let requests = &report.requests;
    let rates = report.services.iter().map(|(service, rate)| {
        let p99 = rate.p99_millis.unwrap_or_default();
        format!("{service} {:.0} a second, 99% within {p99:.0} ms", rate.requests_per_second)
    });
    let deployed = report.deployments.iter().filter(|it| it.end == Some(End::Deployed)).count();
    vec![
        format!(
            "  requests            {} ({})",
            grouped(requests.total),
            rates.collect::<Vec<_>>().join("; ")
        ),
        format!("  failed by a shift   {}", grouped(requests.failed_by_shift)),
        format!("  failed on purpose   {}", grouped(requests.failed_on_purpose)),
        format!(
            "  deliveries          {}, of which {} told of a push that was told before",
            report.deliveries, report.duplicates_ignored
        ),
        format!(
            "  deployments         {}, of which {deployed} went through, in {:.1} seconds",
            report.deployments.len(),
            report.seconds
        ),
    ]
}

fn conclusion(report: &Report, ink: Ink) -> String {
    match report.unexpected.len() {
        0 => ink.good("All was as expected: every end, and no request failed because of a shift."),
        1 => ink.bad("Not as expected: the sentence above says what."),
        several => {
            ink.bad(format_args!("Not as expected: the {several} sentences above say what."))
        }
    }
}

/// A number with its thousands apart: `12,345`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::report::tests::{played, went_wrong};

    #[test]
    fn a_good_demo_ends_with_a_table_and_one_good_sentence() {
        let report = Report::of(&played(), 21.37);

        insta::assert_snapshot!(lines(&report, Ink::Plain).join("\n"), @"");
    }

    #[test]
    fn whatever_was_not_as_expected_is_told() {
        let report = Report::of(&went_wrong(), 21.37);

        insta::assert_snapshot!(lines(&report, Ink::Plain).join("\n"), @"");
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
