//! A pipe from a body that comes by and by to a reader that blocks.

use std::io::{self, Read};

use aws_sdk_s3::primitives::ByteStream;
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// So many pieces are on their way at once. Each is what the connection had.
const PIECES: usize = 8;
/// The largest piece.
const PIECE: usize = 256 * 1024;

/// Why a body was not fed to its end.
pub(super) enum Fed {
    TooMuch,
    Broken(String),
}

/// The end from which is read.
pub(super) struct Pipe {
    pieces: Receiver<Vec<u8>>,
    piece: Vec<u8>,
    at: usize,
}

pub(super) fn pipe() -> (Sender<Vec<u8>>, Pipe) {
    let (sender, pieces) = channel(PIECES);
    (sender, Pipe { pieces, piece: Vec::new(), at: 0 })
}

/// Sends a body through a pipe. Who has read enough may leave before its end.
pub(super) async fn feed(
    mut body: ByteStream,
    pieces: Sender<Vec<u8>>,
    most: u64,
) -> Result<(), Fed> {
    let mut sent = 0;
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| Fed::Broken(error.to_string()))?;
        sent += part.len() as u64;
        if sent > most {
            return Err(Fed::TooMuch);
        }
        for piece in part.chunks(PIECE) {
            if pieces.send(piece.to_vec()).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

impl Read for Pipe {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() {
            match self.pieces.blocking_recv() {
                Some(piece) => (self.piece, self.at) = (piece, 0),
                None => return Ok(0),
            }
        }
        let taken = into.len().min(self.piece.len() - self.at);
        into[..taken].copy_from_slice(&self.piece[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}
