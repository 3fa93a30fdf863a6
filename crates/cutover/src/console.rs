//! Where commands write, and how they end.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::problem::Trouble;

/// Whether colours are wanted on standard error, for what does not write by a [`Console`]: logs.
pub(crate) fn errors_have_colours() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

/// How a command ended that did what it was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// And it is good.
    Good,
    /// It tried, and it did not succeed.
    Failed,
    /// It looked at its input, and the input is wrong.
    Wrong,
}

impl End {
    fn exit_code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Failed => 1,
            Self::Wrong => 2,
        }
    }
}

/// Where commands write.
///
/// Write colours freely: they are taken out where they would not be seen.
pub(crate) struct Console {
    out: Reader<Box<dyn Write>>,
    errors: Reader<Box<dyn Write>>,
}

impl Console {
    /// Standard output and standard error.
    pub(crate) fn standard() -> Self {
        Self::new(anstream::stdout(), anstream::stderr())
    }

    pub(crate) fn new(out: impl Write + 'static, errors: impl Write + 'static) -> Self {
        Self { out: Reader::of(Box::new(out)), errors: Reader::of(Box::new(errors)) }
    }

    /// Writes a line of the answer.
    pub(crate) fn line(&mut self, line: impl fmt::Display) -> io::Result<()> {
        writeln!(self.out, "{line}")
    }

    /// Writes the answer for a program.
    pub(crate) fn json(&mut self, answer: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut self.out, answer)?;
        writeln!(self.out)
    }

    /// Ends: tells the trouble, if there was any, and answers the exit code.
    pub(crate) fn conclude(mut self, end: Result<End, Trouble>) -> ExitCode {
        let end = end.and_then(|end| {
            self.out.flush()?;
            Ok(end)
        });
        match end {
            Ok(end) => ExitCode::from(end.exit_code()),
            Err(trouble) => {
                // With nobody to read it, the exit code still tells.
                let _ = writeln!(self.errors, "{trouble}");
                ExitCode::from(trouble.exit_code())
            }
        }
    }
}

/// Somebody who reads, and may go away: `cutover … | head`. Then the rest is written to nobody, and
/// the command still does all of its work and ends with its own exit code.
struct Reader<W> {
    inner: W,
    gone: bool,
}

impl<W: Write> Reader<W> {
    fn of(inner: W) -> Self {
        Self { inner, gone: false }
    }

    fn unless_gone<T>(
        &mut self,
        instead: T,
        write: impl FnOnce(&mut W) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.gone {
            return Ok(instead);
        }
        match write(&mut self.inner) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.gone = true;
                Ok(instead)
            }
            result => result,
        }
    }
}

impl<W: Write> Write for Reader<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_gone(bytes.len(), |inner| inner.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_gone((), Write::flush)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pipe that nobody reads, on a full disk, or any other.
    struct Broken(ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(self.0.into())
        }
    }

    #[test]
    fn a_reader_who_goes_away_is_no_error() {
        let mut console = Console::new(Broken(ErrorKind::BrokenPipe), io::sink());

        console.line("to nobody").expect("a quiet end");
        console.json(&[1, 2, 3]).expect("a quiet end");

        assert_eq!(console.conclude(Ok(End::Failed)), ExitCode::from(1));
    }

    #[test]
    fn a_full_disk_is_an_error() {
        let mut console = Console::new(Broken(ErrorKind::StorageFull), io::sink());

        assert!(console.line("too much").is_err());
        assert_eq!(console.conclude(Ok(End::Good)), ExitCode::from(1));
    }
}
