//! The text format that Prometheus reads.

use std::fmt::{Arguments, Write};

/// Lines in the text format that Prometheus reads.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// What a metric is, before its lines.
    pub(super) fn about(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    pub(super) fn line(&mut self, line: Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{line}");
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// A label with its value, as the text format wants it.
pub(super) fn label(name: &str, value: &str) -> String {
    let value = value.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
    format!(r#"{name}="{value}""#)
}
