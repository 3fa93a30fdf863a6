//! AWS, as far as others emulate it: ministack, a Python server, as a process of a test.
//!
//! **Why this one.** Of the emulators that need no container runtime it is the only one that
//! interprets JSONata definitions, matches EventBridge patterns, and runs `provided.al2023` functions
//! as processes that speak the Runtime API. So the definitions, patterns and function binaries that
//! are deployed meet an interpreter, a matcher and a runtime that were not written by us.
//!
//! **What is replaced.** Where it answers otherwise than AWS and a definition of ours would notice,
//! its answer is replaced: see `mended.py`, where each has its source. The definitions are never
//! changed for it.
//!
//! **What it cannot show**, because it does otherwise and nothing of ours needs it here:
//!
//! | what | on AWS | here |
//! |---|---|---|
//! | `TimeoutSeconds` of a machine | ends the execution | ignored |
//! | `JitterStrategy`, `MaxDelaySeconds` | spread and limit retries | ignored; no wait is over a minute |
//! | a stopped execution | stops at once | ends with the state it is in, whose token still counts |
//! | a rule's function that fails | is tried twice more | is not tried again |
//! | a rule's machine that cannot be started | is tried for a day | is not tried again |
//! | permissions | every call needs one | everybody may do everything |
//! | Wait states, waits between tries | take their time | take a twentieth of it |
//! | expiry of items | within days | is a field like any other |
//! | alarms | tell EventBridge of a change | change only when told to, and tell nobody |
//! | the moment an alarm rang | is known to the millisecond | to the second |
//! | ECS, load balancer, logs of tasks | are there | are ours: `local::wire` |

mod api;
mod archive;
mod install;
mod seed;
mod terraform;

use std::fs::{self, File};
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use api::Api;
pub use api::{ACCOUNT, REGION};
pub use seed::Function;

/// The longest that its start takes; it imports much of Python.
const START: Duration = Duration::from_secs(60);

/// An emulator with nothing in it. It ends, with the functions it runs, when this is dropped, and
/// when the test that owns it is gone.
#[derive(Debug)]
pub struct Ministack {
    api: Api,
    /// The Python that has it, and Terraform.
    python: PathBuf,
    process: Child,
    /// Where it and its functions keep their files, and its log.
    folder: TempDir,
}

impl Ministack {
    /// Starts one, or says why that is impossible here. On a machine that calls itself `CI` that is
    /// a failure: a test that is always skipped is none.
    pub async fn start() -> Option<Self> {
        let python = match tokio::task::spawn_blocking(install::python).await {
            Ok(Ok(python)) => python,
            Ok(Err(why)) => {
                assert!(std::env::var_os("CI").is_none(), "no emulator: {why}");
                let _ = writeln!(std::io::stderr(), "skipped, there is no emulator: {why}");
                return None;
            }
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        };
        Some(Self::run(&python).await)
    }

    async fn run(python: &Path) -> Self {
        let folder = tempfile::Builder::new().prefix("cutover-wire-").tempdir();
        let folder = folder.expect("a folder for the emulator");
        // Somebody may take the port before it does; then it says so and ends.
        for _ in 0..3 {
            let port = free_port();
            let mut process = spawn(python, port, folder.path());
            let api = Api::new(format!("http://127.0.0.1:{port}"));
            if ready(&api, &mut process).await {
                return Self { api, python: python.to_owned(), process, folder };
            }
            end(&mut process);
        }
        panic!("the emulator does not start:\n{}", log(folder.path()));
    }

    /// Where it answers.
    pub fn endpoint(&self) -> &str {
        &self.api.endpoint
    }

    /// A folder that is gone when the emulator is.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The group of its process and of those it started.
    fn group(&self) -> Pid {
        group(&self.process)
    }

    /// What it wrote to its log.
    pub fn log(&self) -> String {
        log(self.folder.path())
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

fn spawn(python: &Path, port: u16, folder: &Path) -> Child {
    let log = File::create(folder.join("log")).expect("a log for the emulator");
    Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/src/ministack/mended.py"))
        // Nothing of whoever runs the test counts: no credentials, no settings, no container runtime.
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("TMPDIR", folder)
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        .env("MINISTACK_REGION", REGION)
        .env("MINISTACK_ACCOUNT_ID", ACCOUNT)
        // What its functions sign with; it is nobody's.
        .env("AWS_ACCESS_KEY_ID", ACCOUNT)
        .env("AWS_SECRET_ACCESS_KEY", "none")
        // A retry after two seconds shows no more than one after a tenth of one.
        .env("SFN_WAIT_SCALE", "0.05")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(log.try_clone().expect("a second handle of the log"))
        .stderr(log)
        // A group of its own, so that it is ended with the functions it started.
        .process_group(0)
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}", python.display()))
}

/// Waits until it answers; false if it ended instead.
async fn ready(api: &Api, process: &mut Child) -> bool {
    let began = Instant::now();
    while began.elapsed() < START {
        if matches!(process.try_wait(), Ok(Some(_))) {
            return false;
        }
        if api.answers().await {
            return true;
        }
        sleep(Duration::from_millis(50)).await;
    }
    false
}

/// Ends it and all that it started. It keeps nothing, so it has nothing to put in order.
fn end(process: &mut Child) {
    let _ = kill_process_group(group(process), Signal::KILL);
    let _ = process.wait();
}

/// A process that leads a group has the group's number.
fn group(process: &Child) -> Pid {
    let number = i32::try_from(process.id()).ok();
    number.and_then(Pid::from_raw).expect("the number of a process is positive")
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("log")).unwrap_or_default()
}
