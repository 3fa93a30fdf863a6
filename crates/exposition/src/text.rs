//! The lines of the text format.

use std::fmt::{Arguments, Write};

/// How the text is announced over HTTP.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Lines in the text format.
#[derive(Debug, Default)]
pub struct Text(String);

impl Text {
    /// What a metric is, before its lines: `kind` is `counter`, `gauge` or `histogram`.
    pub fn about(&mut self, name: &str, kind: &str, help: &str) {
        self.line(format_args!("# HELP {name} {help}"));
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    /// One more line.
    pub fn line(&mut self, line: Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{line}");
    }

    /// All of it.
    pub fn finish(self) -> String {
        self.0
    }
}

/// A label with its value, as the text format wants it.
pub fn label(name: &str, value: &str) -> String {
    let value = value.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
    format!(r#"{name}="{value}""#)
}
