//! Puts values where a definition says `${name}`, as Terraform's `templatefile` does.

use crate::report::Report;

/// Replaces every `${name}` in `text` by what `value` answers for the name.
///
/// `$${` stands for a literal `${`, and `%%{` for a literal `%{`. JSONata between `{%` and `%}` is
/// left alone apart from that. Of Terraform's language only plain names are understood: an
/// expression, a directive such as `%{ if`, or a name that `value` does not know is reported with
/// its line and column (both from 1), all in one report.
pub fn substitute(text: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, Report> {
    let mut report = Report::default();
    let mut result = String::with_capacity(text.len());
    let mut rest = text;

    while let Some(at) = rest.find(['$', '%']) {
        result.push_str(&rest[..at]);
        rest = &rest[at..];
        let place = || place(text, text.len() - rest.len());

        if let Some(after) = rest.strip_prefix("$${") {
            result.push_str("${");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("%%{") {
            result.push_str("%{");
            rest = after;
        } else if let Some(after) = rest.strip_prefix("${") {
            let Some(end) = after.find('}') else {
                report.add(
                    place(),
                    "`${` is not closed",
                    "close it with `}`, or write `$${` for the text itself",
                );
                result.push_str(rest);
                rest = "";
                break;
            };
            let name = after[..end].trim();
            match value(name).filter(|_| is_name(name)) {
                Some(value) => result.push_str(&value),
                None if is_name(name) => {
                    report.add(
                        place(),
                        format!("`{name}` has no value"),
                        "give it one, or correct the name",
                    );
                }
                None => {
                    report.add(
                        place(),
                        format!("`${{{name}}}` is not a plain name"),
                        "write `${name}`",
                    );
                }
            }
            rest = &after[end + 1..];
        } else if rest.starts_with("%{") {
            report.add(
                place(),
                "`%{` begins a directive of Terraform",
                "write `%%{` for the text itself",
            );
            result.push_str("%{");
            rest = &rest[2..];
        } else {
            result.push_str(&rest[..1]);
            rest = &rest[1..];
        }
    }
    result.push_str(rest);

    if report.is_empty() { Ok(result) } else { Err(report) }
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

fn place(text: &str, at: usize) -> String {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |start| start.chars().count()) + 1;
    format!("line {line}, column {column}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(name: &str) -> Option<String> {
        (name == "plan").then(|| "arn:plan".to_owned())
    }

    #[test]
    fn names_are_replaced_and_jsonata_is_left_alone() {
        let text = r#"{"a": "${plan}", "b": "{% $plan.x & '100%' %}", "c": "$${plan} %%{ $ %"}"#;

        assert_eq!(
            substitute(text, known).unwrap(),
            r#"{"a": "arn:plan", "b": "{% $plan.x & '100%' %}", "c": "${plan} %{ $ %"}"#
        );
    }

    #[test]
    fn every_unknown_name_is_reported_with_its_place() {
        let report = substitute("${plan}\n  ${judge} ${a.b} %{ if x } ${open", known).unwrap_err();

        let lines: Vec<_> = report.iter().map(|p| format!("{}: {}", p.path, p.what)).collect();
        assert_eq!(
            lines,
            [
                "line 2, column 3: `judge` has no value",
                "line 2, column 12: `${a.b}` is not a plain name",
                "line 2, column 19: `%{` begins a directive of Terraform",
                "line 2, column 29: `${` is not closed",
            ]
        );
    }
}
