//! What a task prints.

use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tracing::debug;

/// How many lines of each task are kept.
const LINES: usize = 100;
/// What is kept of one line, in bytes. A task that prints without ever ending a line must not fill
/// our memory.
const LINE_BYTES: usize = 4 * 1024;

/// The last lines a task printed, of both its outputs.
#[derive(Debug, Default)]
pub(crate) struct Tail(Mutex<VecDeque<String>>);

impl Tail {
    /// The lines, oldest first.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().iter().cloned().collect()
    }

    /// The last line that says something.
    pub(crate) fn last(&self) -> Option<String> {
        self.0.lock().iter().rev().find(|line| !line.trim().is_empty()).cloned()
    }

    fn push(&self, line: String) {
        let mut lines = self.0.lock();
        if lines.len() == LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}

/// Keeps what `output` prints until it ends.
pub(super) async fn follow(output: impl AsyncRead + Unpin, task: String, tail: Arc<Tail>) {
    let mut output = BufReader::new(output);
    let mut line = Vec::new();
    loop {
        let (taken, whole) = match output.fill_buf().await {
            Ok([]) | Err(_) => break,
            Ok(bytes) => {
                let end = bytes.iter().position(|byte| *byte == b'\n');
                let text = &bytes[..end.unwrap_or(bytes.len())];
                let room = LINE_BYTES.saturating_sub(line.len());
                line.extend_from_slice(&text[..text.len().min(room)]);
                (end.map_or(bytes.len(), |end| end + 1), end.is_some())
            }
        };
        output.consume(taken);
        if whole {
            keep(&mut line, &task, &tail);
        }
    }
    if !line.is_empty() {
        keep(&mut line, &task, &tail);
    }
}

fn keep(line: &mut Vec<u8>, task: &str, tail: &Tail) {
    let text = String::from_utf8_lossy(line).trim_end().to_owned();
    line.clear();
    debug!(task, "{text}");
    tail.push(text);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn kept(printed: &[u8]) -> Vec<String> {
        let tail = Arc::new(Tail::default());
        follow(printed, "task".into(), Arc::clone(&tail)).await;
        tail.lines()
    }

    #[tokio::test]
    async fn the_last_hundred_lines_are_kept() {
        let printed: Vec<_> = (0..250).map(|n| format!("line {n}")).collect();

        let kept = kept(printed.join("\n").as_bytes()).await;

        assert_eq!(kept.len(), 100);
        assert_eq!(kept[0], "line 150");
        assert_eq!(kept[99], "line 249");
    }

    #[tokio::test]
    async fn an_endless_line_and_bytes_that_are_no_text_do_no_harm() {
        let mut printed = vec![b'x'; 1_000_000];
        printed.extend(b"\n\xff\xfe\r\nlast");

        let kept = kept(&printed).await;

        assert_eq!(kept[0].len(), LINE_BYTES);
        assert_eq!(kept[1..], ["\u{fffd}\u{fffd}", "last"]);
    }
}
