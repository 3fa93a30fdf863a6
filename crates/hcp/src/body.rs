//! The body of an answer, read by who blocks.

use std::io::{self, Read};

use bytes::{Buf, Bytes};
use domain::Failure;
use reqwest::Response;
use tokio::runtime::Handle;

/// A body that is read piece by piece, as it comes.
pub(crate) struct Body {
    answer: Response,
    piece: Bytes,
    left: u64,
    lost: Option<Lost>,
    runtime: Handle,
}

/// Why a body was not read to its end.
enum Lost {
    TooMuch,
    Broken(String),
}

impl Body {
    /// The body of an answer, of which at most so much is read.
    pub(crate) fn of(answer: Response, most: u64) -> Self {
        let runtime = Handle::current();
        Self { answer, piece: Bytes::new(), left: most, lost: None, runtime }
    }

    /// That it was read as far as somebody wanted, or why not.
    pub(crate) fn whole(self, what: &str, most: u64) -> Result<(), Failure> {
        match self.lost {
            None => Ok(()),
            Some(Lost::TooMuch) => Err(too_large(what, most)),
            Some(Lost::Broken(why)) => {
                Err(Failure::Unavailable(format!("could not read {what} to its end: {why}")))
            }
        }
    }

    fn lose(&mut self, lost: Lost) -> io::Error {
        self.lost = Some(lost);
        io::Error::other("the body broke off")
    }
}

impl Read for Body {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() {
            let next = self.runtime.block_on(self.answer.chunk());
            let next = next.map_err(|error| self.lose(Lost::Broken(outbound::cause(&error))))?;
            let Some(piece) = next else { return Ok(0) };
            let Some(left) = self.left.checked_sub(piece.len() as u64) else {
                return Err(self.lose(Lost::TooMuch));
            };
            (self.piece, self.left) = (piece, left);
        }
        let taken = into.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut into[..taken]);
        Ok(taken)
    }
}

pub(crate) fn too_large(what: &str, most: u64) -> Failure {
    Failure::Refused(format!("{what} is too large to be read: {most} bytes were expected at most"))
}
