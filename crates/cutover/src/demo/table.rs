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
    let cell = |(column, (cell, width)): (usize, (&String, &usize))| match column {
        0..3 => format!("{cell:<width$}"),
        _ => format!("{cell:>width$}"),
    };
    let cells: Vec<_> = cells.iter().zip(widths).enumerate().map(cell).collect();
    format!("  {}", cells.join("  "))
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
            "  duplicates ignored  {} of {} deliveries",
            report.duplicates_ignored, report.deliveries
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
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
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

        insta::assert_snapshot!(lines(&report, Ink::Plain).join("\n"), @"
          service   release  end         seconds  transitions  served  answered 500
          catalog   v1.1.0   Deployed        7.3           14     500             0
          catalog   v1.2.0   RolledBack      7.3           14       0             0
          catalog   v1.3.0   RolledBack      7.3           14     500            30
          checkout  v1.1.0   Deployed        7.3           14     500             0
          checkout  v1.2.0   RolledBack      7.3           14     500            30

          requests            3,660 (catalog 600 a second, 99% within 2 ms; checkout 600 a second, 99% within 2 ms)
          failed by a shift   0
          failed on purpose   60
          duplicates ignored  2 of 7 deliveries
          deployments         5, of which 2 went through, in 21.4 seconds

        All was as expected: every end, and no request failed because of a shift.
        ");
    }

    #[test]
    fn whatever_was_not_as_expected_is_told() {
        let report = Report::of(&went_wrong(), 21.37);

        insta::assert_snapshot!(lines(&report, Ink::Plain).join("\n"), @r#"
          service   release  end                       seconds  transitions  served  answered 500
          catalog   v1.1.0   none                          0.0           14     500             0
          catalog   v1.2.0   RolledBack                    7.3           14       7             0
          catalog   v1.3.0   RolledBack                    7.3           14     500            30
          checkout  v1.1.0   Deployed                      7.3           14     500             0
          checkout  v1.2.0   RolledBack, not Deployed      7.3           14     500            30

          requests            3,660 (catalog 600 a second, 99% within 2 ms; checkout 600 a second, 99% within 2 ms)
          failed by a shift   1
          failed on purpose   60
          duplicates ignored  1 of 7 deliveries
          deployments         5, of which 1 went through, in 21.4 seconds

          catalog v1.1.0 did not end; Deployed was expected
          catalog v1.2.0 failed its smoke request, and answered 7 production requests
          catalog had 4 deployments where 3 images were pushed
          a delivery about catalog was answered with 500
          the proxy and the clients of catalog counted differently: {"ghcr.io/octo-shop/catalog@sha256:0000000000000000000000000000000000000000000000000000000000000000": 500, "ghcr.io/octo-shop/catalog@sha256:0202020202020202020202020202020202020202020202020202020202020202": 500} and {"ghcr.io/octo-shop/catalog@sha256:0000000000000000000000000000000000000000000000000000000000000000": 500, "ghcr.io/octo-shop/catalog@sha256:0101010101010101010101010101010101010101010101010101010101010101": 7, "ghcr.io/octo-shop/catalog@sha256:0202020202020202020202020202020202020202020202020202020202020202": 500}
          checkout v1.2.0 ended as RolledBack, not as Deployed: it had to
          1 requests of checkout failed by a shift: answers {}, none {"connection refused": 1}
          the proxy of checkout counted failed requests: {Unavailable: 2}
        Not as expected: the 8 sentences above say what.
        "#);
    }

    #[test]
    fn thousands_stand_apart() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
