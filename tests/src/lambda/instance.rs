//! One process of a function.

use std::ffi::OsString;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::api::{Api, Invocation};
use super::{FunctionError, Kept, Measured};

/// A process and its API. Dropping it kills it.
pub(super) struct Instance {
    child: Child,
    api: Api,
    started: Instant,
    events: u64,
    kept: Arc<Kept>,
    gone: bool,
}

impl std::fmt::Debug for Instance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Instance").field("pid", &self.child.id()).finish_non_exhaustive()
    }
}

impl Instance {
    pub(super) async fn start(
        binary: &Path,
        environment: &[(String, OsString)],
        kept: Arc<Kept>,
    ) -> Self {
        let api = Api::open().await;
        let name = binary.file_name().unwrap_or_default();
        let started = Instant::now();
        let child = Command::new(binary)
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", &api.address)
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(output(&kept))
            .stderr(output(&kept))
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be started: {error}", binary.display()));

        *kept.measured.lock() = Measured::default();
        *kept.pid.lock() = child.id();
        Self { child, api, started, events: 0, kept, gone: false }
    }

    /// Whether it is dead, or about to be.
    pub(super) fn is_gone(&mut self) -> bool {
        self.gone = self.gone || !matches!(self.child.try_wait(), Ok(None));
        self.gone
    }

    /// Waits until it asks for an event.
    pub(super) async fn ready(&mut self, limit: Duration) -> Result<(), FunctionError> {
        let ready = tokio::select! {
            biased;
            () = self.api.asked() => Ok(()),
            ended = self.child.wait() => Err(Some(ended)),
            () = tokio::time::sleep(limit) => Err(None),
        };
        match ready {
            Ok(()) => {
                let mut measured = self.kept.measured.lock();
                if measured.ready.is_none() {
                    measured.ready = Some(self.started.elapsed());
                    measured.peak_memory = self.child.id().and_then(peak_memory);
                }
                Ok(())
            }
            Err(Some(ended)) => Err(self.died(ended)),
            Err(None) => Err(self.too_slow(limit).await),
        }
    }

    /// Hands it an event and waits for the answer, its death, or the end of its time.
    pub(super) async fn invoke(
        &mut self,
        limit: Duration,
        event: Vec<u8>,
    ) -> Result<Value, FunctionError> {
        self.ready(limit).await?;
        self.events += 1;
        let (answer, mut answered) = oneshot::channel();
        let id = format!("8476a536-e9f4-11e8-9739-{:012}", self.events);
        let deadline = Timestamp::now().as_millisecond()
            + i64::try_from(limit.as_millis()).expect("limits are short");
        let begun = Instant::now();
        let handed = self.api.events.send(Invocation { id, deadline, event, answer }).await;
        handed.unwrap_or_else(|_| unreachable!("the API is open as long as this"));

        let ended = tokio::select! {
            biased;
            answer = &mut answered => Ok(answer),
            ended = self.child.wait() => Err(Some(ended)),
            () = tokio::time::sleep(limit) => Err(None),
        };
        match ended {
            Ok(answer) => {
                self.measure(begun);
                answer.unwrap_or_else(|_| unreachable!("the API settles what it took"))
            }
            Err(Some(ended)) => Err(self.died(ended)),
            Err(None) => Err(self.too_slow(limit).await),
        }
    }

    fn measure(&self, begun: Instant) {
        let mut measured = self.kept.measured.lock();
        measured.answered.get_or_insert_with(|| self.started.elapsed());
        measured.took = Some(begun.elapsed());
        measured.peak_memory = self.child.id().and_then(peak_memory).or(measured.peak_memory);
    }

    /// What Lambda answers for a process that ended by itself, or was killed from outside.
    fn died(&mut self, ended: std::io::Result<ExitStatus>) -> FunctionError {
        self.bury();
        let told = self.api.failed();
        told.unwrap_or_else(|| {
            let how = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
            FunctionError::new("Runtime.ExitError", format!("Runtime exited with error: {how}"))
        })
    }

    /// What Lambda does with a process whose time is over.
    async fn too_slow(&mut self, limit: Duration) -> FunctionError {
        let _ = self.child.kill().await;
        self.bury();
        let message = format!("Task timed out after {:.2} seconds", limit.as_secs_f64());
        FunctionError::new("Sandbox.Timedout", message)
    }

    fn bury(&mut self) {
        self.gone = true;
        *self.kept.pid.lock() = None;
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        *self.kept.pid.lock() = None;
    }
}

/// Where a process writes to. Each line goes to the end of the file, whoever writes it.
fn output(kept: &Kept) -> std::fs::File {
    let output = std::fs::OpenOptions::new().append(true).open(kept.output.path());
    output.expect("the file of the output")
}

/// Kills the process that runs, if one does.
pub(super) fn kill(kept: &Kept) {
    let pid = kept.pid.lock();
    let Some(pid) = pid.and_then(|pid| i32::try_from(pid).ok()) else { return };
    if let Some(pid) = rustix::process::Pid::from_raw(pid) {
        // It may have ended by itself.
        let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
    }
}

/// The most memory that a process had, in bytes, where the system tells.
fn peak_memory(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
