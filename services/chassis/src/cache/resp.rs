//! The protocol of Redis (RESP 2), as far as a cache needs it.

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::trouble::{Trouble, told};

/// The largest value that is read, in bytes, and the longest line.
const LARGEST: u64 = 1024 * 1024;

/// Has a server do a command, and reads its answer; `None` if there is nothing.
pub(super) async fn command(
    stream: &mut (impl AsyncBufRead + AsyncWrite + Unpin),
    words: &[&[u8]],
) -> Result<Option<Vec<u8>>, Trouble> {
    let mut request = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        request.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
        request.extend_from_slice(word);
        request.extend_from_slice(b"\r\n");
    }
    stream.write_all(&request).await.map_err(|error| gone(&error))?;
    stream.flush().await.map_err(|error| gone(&error))?;

    answer(stream).await
}

async fn answer(stream: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<Vec<u8>>, Trouble> {
    let line = line(stream).await?;
    match line.split_at_checked(1) {
        Some(("+" | ":", text)) => Ok(Some(text.as_bytes().to_vec())),
        Some(("-", what)) => Err(Trouble::Refused(what.to_owned())),
        Some(("$", "-1")) => Ok(None),
        Some(("$", length)) => {
            let length = length.parse().ok().filter(|length| *length <= LARGEST);
            let length = length.ok_or_else(|| strange(&line))?;
            value(stream, length).await.map(Some)
        }
        _ => Err(strange(&line)),
    }
}

async fn line(stream: &mut (impl AsyncBufRead + Unpin)) -> Result<String, Trouble> {
    let mut line = Vec::new();
    stream.take(LARGEST).read_until(b'\n', &mut line).await.map_err(|error| gone(&error))?;
    let line = String::from_utf8_lossy(&line);
    match line.strip_suffix("\r\n") {
        Some(line) => Ok(line.to_owned()),
        None if line.is_empty() => Err(Trouble::Gone("it closed the connection".to_owned())),
        None => Err(strange(&line)),
    }
}

async fn value(stream: &mut (impl AsyncBufRead + Unpin), length: u64) -> Result<Vec<u8>, Trouble> {
    let mut value = Vec::new();
    let read =
        stream.take(length + 2).read_to_end(&mut value).await.map_err(|error| gone(&error))?;
    if read as u64 != length + 2 || !value.ends_with(b"\r\n") {
        return Err(Trouble::Gone("it broke off".to_owned()));
    }
    value.truncate(value.len() - 2);
    Ok(value)
}

/// After this nobody knows where the next answer begins, so the connection is of no use.
fn strange(line: &str) -> Trouble {
    let begin: String = line.chars().take(40).collect();
    Trouble::Gone(format!("it answered {begin:?}"))
}

fn gone(error: &std::io::Error) -> Trouble {
    Trouble::Gone(told(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::BufStream;

    /// What is made of an answer to `GET tea`.
    async fn read(answer: &[u8]) -> Result<Option<Vec<u8>>, Trouble> {
        let (ours, mut theirs) = tokio::io::duplex(1024);
        theirs.write_all(answer).await.unwrap();
        theirs.shutdown().await.unwrap();
        let result = command(&mut BufStream::new(ours), &[b"GET", b"tea"]).await;

        let mut asked = Vec::new();
        theirs.read_to_end(&mut asked).await.unwrap();
        assert_eq!(asked, b"*2\r\n$3\r\nGET\r\n$3\r\ntea\r\n");
        result
    }

    #[tokio::test]
    async fn every_kind_of_answer_is_read() {
        let found = |value: &[u8]| Ok(Some(value.to_vec()));
        assert_eq!(read(b"$5\r\n7\r\n50\r\n").await, found(b"7\r\n50"));
        assert_eq!(read(b"$-1\r\n").await, Ok(None));
        assert_eq!(read(b"$0\r\n\r\n").await, found(b""));
        assert_eq!(read(b"+OK\r\n").await, found(b"OK"));
        assert_eq!(read(b":1\r\n").await, found(b"1"));
        assert_eq!(read(b"-ERR no\r\n").await, Err(Trouble::Refused("ERR no".to_owned())));
    }

    #[tokio::test]
    async fn what_is_no_answer_is_not_trusted() {
        for answer in
            ["", "$5\r\n75", "$3\r\ntea!!", "+OK", "*1\r\n", "\r\n", "$x\r\n", "$99999999\r\n"]
        {
            assert!(matches!(read(answer.as_bytes()).await, Err(Trouble::Gone(_))), "{answer:?}");
        }
    }
}
