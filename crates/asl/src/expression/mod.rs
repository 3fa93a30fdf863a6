//! JSONata between `{%` and `%}`: read once, evaluated often.

#[cfg(test)]
mod agreement;
mod aws;
mod convert;
mod environment;
mod evaluate;
mod names;
mod plain;
mod template;
mod walk;

use jsonata_core::ast::AstNode;

pub(crate) use environment::{Environment, Item};
pub(crate) use names::Uses;
pub(crate) use plain::Plain;
pub(crate) use template::Template;

/// One parsed expression.
#[derive(Debug)]
pub(crate) struct Expression {
    /// The text between `{%` and `%}`, trimmed.
    source: Box<str>,
    /// Which field of its state it stands in, as Step Functions names it in causes: `Output/plan`.
    field: Box<str>,
    ast: AstNode,
    /// A dotted path needs no JSONata to be followed.
    plain: Option<Plain>,
    uses: Uses,
}

impl Expression {
    /// Reads the text of an expression that stands in `field`.
    pub(crate) fn parse(source: &str, field: &str) -> Result<Self, String> {
        let source = source.trim();
        let ast = jsonata_core::parser::parse(source).map_err(|error| error.to_string())?;

        Ok(Self {
            plain: Plain::of(&ast),
            uses: Uses::of(&ast),
            source: source.into(),
            field: field.into(),
            ast,
        })
    }

    /// The text between `{%` and `%}`.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// What it refers to.
    pub(crate) fn uses(&self) -> &Uses {
        &self.uses
    }
}

/// What a string in a definition is.
pub(crate) enum Text<'a> {
    /// Just text.
    Literal,
    /// The expression between `{%` and `%}`.
    Expression(&'a str),
    /// Only one of the two brackets, or text around them.
    Malformed,
}

/// Tells a literal from an expression: "must start with `{%` with no leading spaces, and must end
/// with `%}` with no trailing spaces" (Step Functions Developer Guide, "Transforming data").
pub(crate) fn text(text: &str) -> Text<'_> {
    let inside = text.strip_prefix("{%").and_then(|rest| rest.strip_suffix("%}"));
    match inside {
        Some(inside) => Text::Expression(inside),
        None if text.trim_start().starts_with("{%") || text.trim_end().ends_with("%}") => {
            Text::Malformed
        }
        None => Text::Literal,
    }
}
