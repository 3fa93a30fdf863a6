//! What a deployment would meet now, as a person reads it.

use domain::finding::{Finding, Says};
use domain::outlook::Outlook;

use super::telling::{TITLE, pairs};
use crate::problem::visible;

/// What a person reads, a line each.
pub(crate) fn lines(outlook: &Outlook) -> Vec<String> {
    let mut lines = vec![format!("{TITLE}If it began now{TITLE:#}"), begins(outlook)];
    let objections = outlook.objections.iter().map(|why| ("refused", why.clone()));
    let waits = outlook.waits.iter().map(|why| ("waits", why.clone()));
    let warnings = outlook.warnings.iter().map(|warning| ("warned", warning.to_string()));
    let met: Vec<_> = objections.chain(waits).chain(warnings).collect();
    if !met.is_empty() {
        lines.push(table(&met));
    }
    lines.push(String::new());

    if !outlook.findings.is_empty() {
        lines.push(format!("{TITLE}What the checks say now{TITLE:#}"));
        let says = outlook.findings.iter().map(|it| (it.check.as_str(), said(it)));
        lines.push(table(&says.collect::<Vec<_>>()));
        lines.push(String::new());
    }
    lines
}

/// What would become of it, and by which name.
fn begins(outlook: &Outlook) -> String {
    let name = outlook.deployment.as_ref().map(|name| format!(", as {name}"));
    let (begins, name) = match outlook {
        Outlook { objections, .. } if !objections.is_empty() => ("would be refused", None),
        Outlook { waits: Some(_), .. } => ("would wait", name),
        Outlook { .. } => ("would begin at once", name),
    };
    visible(&format!("{} {begins}{}", outlook.title, name.unwrap_or_default()))
}

/// What a check says, and what that would do to a rollout.
fn said(finding: &Finding) -> String {
    let measured = &finding.measured;
    match finding.says {
        Says::Pass => measured.clone(),
        Says::Pending => format!("would hold it up: {measured}"),
        Says::Fail | Says::Alarm => format!("would take it back: {measured}"),
    }
}

fn table(rows: &[(&str, String)]) -> String {
    let rows: Vec<_> = rows.iter().map(|(first, second)| (*first, second.as_str())).collect();
    pairs(&rows)
}
