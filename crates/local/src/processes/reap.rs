//! Ends what a crash of ours left running.

use std::time::Duration;

/// What became of left-over processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reaped {
    /// These processes were a recorded task's, and were ended.
    Ended(Vec<u32>),
    /// This machine cannot tell whose a process is (there is no `/proc`), so none was touched.
    /// The sentence says so, for the person who has to look.
    Unknown(String),
}

/// Ends processes that were recorded as `(pid, task)` by a [`super::Record`] and are still there:
/// politely, and after `patience` by force.
///
/// A pid may be another's by now. So a process is ended only when its own environment names one of
/// the recorded tasks in `CUTOVER_TASK`; this also finds what a task started before it died.
pub async fn reap(records: impl IntoIterator<Item = (u32, String)>, patience: Duration) -> Reaped {
    let tasks = records.into_iter().map(|(_, task)| task).collect();
    machine::reap(&tasks, patience).await
}

#[cfg(target_os = "linux")]
mod machine {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use rustix::fd::OwnedFd;
    use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
    use std::collections::BTreeSet;
    use std::time::Duration;
    use tokio::time::{Instant, sleep};
    use tracing::{info, warn};

    use super::Reaped;

    pub(super) async fn reap(tasks: &BTreeSet<String>, patience: Duration) -> Reaped {
        let left = match left_over(tasks) {
            Ok(left) => left,
            Err(error) => {
                return Reaped::Unknown(format!(
                    "cannot read /proc ({error}), so processes of an earlier run may be left"
                ));
            }
        };

        for (pid, process) in &left {
            info!(pid, "ending process {pid}, which an earlier run left");
            _ = pidfd_send_signal(process, Signal::TERM);
        }
        let deadline = Instant::now() + patience;
        let mut ended = Vec::new();
        for (pid, process) in left {
            if !ends_by(&process, deadline).await {
                _ = pidfd_send_signal(&process, Signal::KILL);
                if !ends_by(&process, Instant::now() + Duration::from_secs(5)).await {
                    warn!(pid, "process {pid} does not end");
                    continue;
                }
            }
            ended.push(pid);
        }
        Reaped::Ended(ended)
    }

    /// Processes whose environment names one of `tasks`.
    fn left_over(tasks: &BTreeSet<String>) -> std::io::Result<Vec<(u32, OwnedFd)>> {
        let mut left = Vec::new();
        if tasks.is_empty() {
            return Ok(left);
        }
        for entry in std::fs::read_dir("/proc")? {
            let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok())
            else {
                continue;
            };
            if pid != std::process::id()
                && let Some(process) = open_if_ours(pid, tasks)
            {
                left.push((pid, process));
            }
        }
        Ok(left)
    }

    /// A process is held before it is looked at: what is signalled later is what was looked at,
    /// even if the pid is another's by then.
    fn open_if_ours(pid: u32, tasks: &BTreeSet<String>) -> Option<OwnedFd> {
        let raw = Pid::from_raw(i32::try_from(pid).ok()?)?;
        let process = pidfd_open(raw, PidfdFlags::NONBLOCK).ok()?;
        let environment = std::fs::read(format!("/proc/{pid}/environ")).ok()?;

        let task = environment
            .split(|byte| *byte == 0)
            .find_map(|variable| variable.strip_prefix(b"CUTOVER_TASK="))?;
        tasks.contains(std::str::from_utf8(task).ok()?).then_some(process)
    }

    /// Looks until the process has ended. A pidfd becomes readable then.
    async fn ends_by(process: &OwnedFd, deadline: Instant) -> bool {
        loop {
            let mut looked = [PollFd::new(process, PollFlags::IN)];
            if poll(&mut looked, Some(&Timespec::default())).is_ok_and(|ready| ready > 0) {
                return true;
            }
            if Instant::now() >= deadline {
                return false;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod machine {
    use std::collections::BTreeSet;
    use std::time::Duration;

    use super::Reaped;

    #[expect(clippy::unused_async, reason = "the other machine waits")]
    pub(super) async fn reap(tasks: &BTreeSet<String>, _: Duration) -> Reaped {
        if tasks.is_empty() {
            return Reaped::Ended(Vec::new());
        }
        Reaped::Unknown(format!(
            "without /proc nobody can tell whether processes of {} earlier tasks are left; look \
             for them with `ps`",
            tasks.len()
        ))
    }
}
