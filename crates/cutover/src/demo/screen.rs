//! Where the demo is seen: lines that stay and, on a terminal, a picture below them that moves.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};

use anstream::{AutoStream, ColorChoice};
use rustix::termios::tcgetwinsize;

use super::ink::Ink;
use crate::console::Console;

/// What is drawn where nobody tells how wide the terminal is.
const WIDTH: usize = 80;

/// The console, with a picture at its bottom.
pub(super) struct Screen<'c> {
    console: &'c mut Console,
    ink: Ink,
    /// The picture's lines that stand there now.
    drawn: Vec<String>,
}

impl<'c> Screen<'c> {
    /// The screen that standard output is.
    pub(super) fn of(console: &'c mut Console) -> Self {
        let out = io::stdout();
        // Whoever wants no colours gets no picture that moves either: both are escape sequences.
        let colours = out.is_terminal() && AutoStream::choice(&out) != ColorChoice::Never;
        let ink = if colours { Ink::Colours } else { Ink::Plain };
        Self { console, ink, drawn: Vec::new() }
    }

    /// What it shows.
    pub(super) fn ink(&self) -> Ink {
        self.ink
    }

    /// How many columns it has.
    pub(super) fn width(&self) -> usize {
        let size = tcgetwinsize(io::stdout()).ok().filter(|_| self.ink == Ink::Colours);
        size.map(|size| usize::from(size.ws_col)).filter(|width| *width > 0).unwrap_or(WIDTH)
    }

    /// Writes a line that stays.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        let picture = std::mem::take(&mut self.drawn);
        let text = frame(picture.len(), &[line], &picture);
        self.drawn = picture;
        self.console.line(text)
    }

    /// Draws the picture anew. Its lines must not be wider than the screen.
    pub(super) fn draw(&mut self, picture: Vec<String>) -> io::Result<()> {
        if self.ink == Ink::Plain || self.drawn == picture {
            return Ok(());
        }
        let text = frame(self.drawn.len(), &[], &picture);
        self.drawn = picture;
        self.console.line(text)
    }

    /// Takes the picture away.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        match std::mem::take(&mut self.drawn).len() {
            0 => Ok(()),
            height => self.console.line(format_args!("\x1b[{height}F\x1b[J")),
        }
    }
}

/// What is to be written over a picture of this height: lines that stay, and the picture below.
fn frame(height: usize, lines: &[&str], picture: &[String]) -> String {
    let mut text = String::new();
    if height > 0 {
        // Up to the picture's first line, and away with all below.
        let _ = write!(text, "\x1b[{height}F\x1b[J");
    }
    let all = lines.iter().copied().chain(picture.iter().map(String::as_str));
    text + &all.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_above_the_picture() {
        let picture = ["one".to_owned(), "two".to_owned()];

        assert_eq!(frame(0, &["said"], &[]), "said");
        assert_eq!(frame(2, &["said"], &picture), "\x1b[2F\x1b[Jsaid\none\ntwo");
        assert_eq!(frame(1, &[], &picture), "\x1b[1F\x1b[Jone\ntwo");
    }
}
