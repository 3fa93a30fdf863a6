//! Whether there are colours.

use std::fmt::Display;

use clap::builder::styling::{AnsiColor, Effects, Style};

/// What the demo writes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// Letters and digits, one line after the other: for files, pipes and `NO_COLOR`.
    Plain,
    /// Colours and bars, on a terminal.
    Colours,
}

impl Ink {
    /// Text in a style.
    pub(super) fn paint(self, style: Style, text: impl Display) -> String {
        match self {
            Self::Plain => text.to_string(),
            Self::Colours => format!("{style}{text}{style:#}"),
        }
    }

    /// Text that stands back.
    pub(super) fn faint(self, text: impl Display) -> String {
        self.paint(Style::new().effects(Effects::DIMMED), text)
    }

    /// Text that stands out.
    pub(super) fn strong(self, text: impl Display) -> String {
        self.paint(Style::new().effects(Effects::BOLD), text)
    }

    /// What went well.
    pub(super) fn good(self, text: impl Display) -> String {
        self.paint(AnsiColor::Green.on_default().bold(), text)
    }

    /// What went wrong, or was taken back.
    pub(super) fn bad(self, text: impl Display) -> String {
        self.paint(AnsiColor::Red.on_default().bold(), text)
    }
}
