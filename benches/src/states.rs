//! A state of Terraform as large as one likes, which is never in memory as a whole.

use std::io::{self, Read};

/// A state that is made while it is read.
#[derive(Debug)]
pub struct Large {
    piece: Vec<u8>,
    at: usize,
    resources: usize,
    most: usize,
}

/// The address of the resource in the middle of a state.
pub const WATCHED: &str = "aws_instance.watched";

/// What a resource has beside its id: two kilobytes, as those of AWS have.
const ATTRIBUTES: usize = 2_000;

impl Large {
    /// A state of about so many bytes.
    pub fn of(bytes: usize) -> Self {
        let head = r#"{"version":4,"serial":9,"lineage":"l","outputs":{},"resources":["#;
        let most = bytes / (ATTRIBUTES + 150);
        Self { piece: head.into(), at: 0, resources: 0, most }
    }

    fn next(&mut self) -> Option<String> {
        self.resources += 1;
        match self.resources {
            number if number > self.most + 1 => None,
            number if number > self.most => Some("]}".to_owned()),
            number => {
                let name =
                    if number == self.most / 2 { "watched".into() } else { format!("a{number}") };
                let separator = if number == 1 { "" } else { "," };
                let secret = "x".repeat(ATTRIBUTES);
                Some(format!(
                    r#"{separator}{{"mode":"managed","type":"aws_instance","name":"{name}","provider":"p","instances":[{{"attributes":{{"id":"i-{number}","user_data":"{secret}"}}}}]}}"#
                ))
            }
        }
    }
}

impl Read for Large {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at == self.piece.len() {
            match self.next() {
                Some(piece) => (self.piece, self.at) = (piece.into_bytes(), 0),
                None => return Ok(0),
            }
        }
        let taken = into.len().min(self.piece.len() - self.at);
        into[..taken].copy_from_slice(&self.piece[self.at..self.at + taken]);
        self.at += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::terraform::{Backend, Terraform, Watch, read};

    #[test]
    fn what_is_watched_is_found_in_the_middle_of_a_large_state() {
        let (bucket, key) = ("state".into(), "a".into());
        let resources = vec![WATCHED.into()];
        let watch = Terraform {
            backend: Backend::S3 { bucket, key },
            template: None,
            outputs: vec![],
            resources,
        };

        let seen = read(Large::of(1_000_000), &Watch::of(&watch)).expect("it is a state");

        assert_eq!(seen.resources.keys().collect::<Vec<_>>(), [WATCHED]);
    }
}
