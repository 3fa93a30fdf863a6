//! A process group that is a task.

use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::OsString;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::artifact::{Artifact, Identity};
use super::output::{Tail, follow};

/// What of our environment a task may see. Not the rest: it holds our secrets.
const INHERITED: [&str; 5] = ["PATH", "HOME", "TMPDIR", "TZ", "LANG"];

/// How long the last words of a process that ended may take to arrive.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exit {
    /// In a sentence: `exited with 7; last line: cannot open the database`.
    pub(crate) how: String,
    /// What it exited with, if it did by itself.
    pub(crate) code: Option<i32>,
}

/// A running task. Dropping it kills it with all it started.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    group: Pid,
    tail: Arc<Tail>,
    followers: JoinSet<()>,
    ended: bool,
}

impl Process {
    /// Starts `artifact` in a process group of its own; what it prints goes to `tail`.
    pub(crate) fn start(
        artifact: &Artifact,
        identity: Identity<'_>,
        tail: Arc<Tail>,
    ) -> io::Result<Self> {
        let [program, arguments @ ..] = artifact.command.as_slice() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the command is empty"));
        };

        let mut command = Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(inherited())
            .envs(&artifact.env)
            .env("PORT", identity.port.to_string())
            .env("CUTOVER_TASK", identity.task)
            .env("CUTOVER_SERVICE", identity.service)
            .env("CUTOVER_IMAGE", identity.image)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        if let Some(directory) = &artifact.directory {
            command.current_dir(directory);
        }

        let mut child = command.spawn()?;
        let group = child
            .id()
            .and_then(|pid| i32::try_from(pid).ok())
            .and_then(Pid::from_raw)
            .ok_or_else(|| io::Error::other("it has no process id"))?;

        let mut followers = JoinSet::new();
        if let Some(output) = child.stdout.take() {
            followers.spawn(follow(output, identity.task.to_owned(), Arc::clone(&tail)));
        }
        if let Some(output) = child.stderr.take() {
            followers.spawn(follow(output, identity.task.to_owned(), Arc::clone(&tail)));
        }
        Ok(Self { child, group, tail, followers, ended: false })
    }

    /// The id of the process, which is that of its group.
    pub(crate) fn pid(&self) -> u32 {
        self.group.as_raw_nonzero().get().unsigned_abs()
    }

    /// Completes when the process ended by itself. What it started is ended too. May be dropped and
    /// called again.
    pub(crate) async fn ended(&mut self) -> Exit {
        let status = self.child.wait().await;
        self.end_group();
        // Whoever inherited the pipes may hold them open for long; the last line is worth a moment.
        _ = timeout(LAST_WORDS, async { while self.followers.join_next().await.is_some() {} })
            .await;

        let code = status.as_ref().ok().and_then(ExitStatus::code);
        let how = status.map_or_else(|error| format!("was lost: {error}"), describe);
        let how = match self.tail.last() {
            Some(line) => format!("{how}; last line: {line}"),
            None => how,
        };
        Exit { how, code }
    }

    /// Asks the group to end, and after `patience` makes it.
    pub(crate) async fn stop(mut self, patience: Duration) {
        if self.ended {
            return;
        }
        _ = kill_process_group(self.group, Signal::TERM);
        if timeout(patience, self.child.wait()).await.is_err() {
            _ = kill_process_group(self.group, Signal::KILL);
            _ = self.child.wait().await;
        }
        self.end_group();
    }

    /// Kills what is left of the group. Once, and right after its leader was waited for: later its
    /// id may be another's.
    fn end_group(&mut self) {
        if !std::mem::replace(&mut self.ended, true) {
            _ = kill_process_group(self.group, Signal::KILL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end_group();
    }
}

fn inherited() -> impl Iterator<Item = (&'static str, OsString)> {
    INHERITED.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)))
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exited with {code}"),
        (None, Some(signal)) => format!("was ended by signal {signal}"),
        (None, None) => "ended".to_owned(),
    }
}
