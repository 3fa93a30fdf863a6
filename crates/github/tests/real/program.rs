//! The registry as a process of its own, on a free port, with a folder that is gone afterwards.

use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

pub(crate) const USER: &str = "robot";
pub(crate) const PASSWORD: &str = "hush";
/// Both, as `htpasswd -nbBC 5 robot hush` writes them (bcrypt is all that the registry reads).
const HTPASSWD: &str = "robot:$2y$05$cutoverCutoverCutover.tVFFC7xRDVaEapGBsUnow.5ZO2xi2L6\n";

/// A running registry. It ends when it is dropped.
pub(crate) struct Program {
    /// Where it listens: `127.0.0.1:40123`.
    pub(crate) address: String,
    /// Whether it wants [`USER`] and [`PASSWORD`].
    pub(crate) locked: bool,
    _process: Child,
    _folder: TempDir,
}

impl Program {
    /// One that answers everybody; `None` where there is none to start.
    pub(crate) async fn open() -> Option<Self> {
        Self::start(false).await
    }

    /// One that wants a login; `None` where there is none to start.
    pub(crate) async fn locked() -> Option<Self> {
        Self::start(true).await
    }

    async fn start(locked: bool) -> Option<Self> {
        let folder = TempDir::new().expect("a folder");
        let (file, passwords) = (folder.path().join("config.yml"), folder.path().join("htpasswd"));
        let auth = match locked {
            true => format!("{{ htpasswd: {{ realm: test, path: '{}' }} }}", passwords.display()),
            false => "{}".into(),
        };
        let data = folder.path().join("data");
        let config = format!(
            "version: 0.1
http: {{ addr: '127.0.0.1:0' }}
storage: {{ filesystem: {{ rootdirectory: '{}' }} }}
auth: {auth}
",
            data.display()
        );
        std::fs::write(&passwords, HTPASSWD).expect("a file");
        std::fs::write(&file, config).expect("a file");

        let started = Command::new("docker-registry")
            .arg("serve")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn();
        let mut process = match started {
            Ok(process) => process,
            Err(error) if std::env::var_os("CI").is_none() => return skipped(&error),
            Err(error) => panic!("docker-registry, which CI installs, cannot be started: {error}"),
        };

        let mut lines = BufReader::new(process.stderr.take().expect("a pipe")).lines();
        let listening = async {
            while let Ok(Some(line)) = lines.next_line().await {
                if let Some((_, rest)) = line.split_once("listening on ") {
                    return Some(rest.split(['"', ' ']).next()?.to_owned());
                }
            }
            None
        };
        let address = timeout(Duration::from_secs(20), listening).await;
        let address = address.ok().flatten().expect("the registry says where it listens");
        // Whoever stops reading stops the writer too.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Some(Self { address, locked, _process: process, _folder: folder })
    }
}

#[expect(clippy::print_stdout, reason = "a test that was skipped says so")]
fn skipped(error: &std::io::Error) -> Option<Program> {
    println!("skipped: docker-registry cannot be started: {error}");
    None
}
