//! A Redis: Debian's package `redis-server`.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::{free_port, promised};

/// How long it may take to start on a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// A Redis, which keeps nothing. It ends with this.
#[derive(Debug)]
pub struct Redis {
    /// Where it listens on this machine.
    pub port: u16,
    server: Child,
}

impl Redis {
    /// Starts one; `None` where there is none and nobody promised one.
    pub async fn start() -> Option<Self> {
        Self::start_with(|port| vec!["--port".to_owned(), port.to_string()]).await
    }

    /// Starts one that speaks TLS only, as who this certificate tells.
    pub async fn start_with_tls(certificate: &Path, key: &Path) -> Option<Self> {
        let [certificate, key] = [certificate, key].map(|path| path.display().to_string());
        Self::start_with(|port| {
            let words = ["--port", "0", "--tls-port", &port.to_string()].map(str::to_owned);
            let more = ["--tls-cert-file", &certificate, "--tls-key-file", &key];
            let rest = ["--tls-auth-clients", "no"].map(str::to_owned);
            words.into_iter().chain(more.map(str::to_owned)).chain(rest).collect()
        })
        .await
    }

    async fn start_with(listen: impl FnOnce(u16) -> Vec<String>) -> Option<Self> {
        let program = promised(program(), "redis-server")?;
        let port = free_port();
        let mut command = Command::new(program);
        command.args(listen(port)).args([
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = command.kill_on_drop(true).spawn().expect("a server");
        let listening = async {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(SOON, listening).await.expect("the server takes connections");
        Some(Self { port, server })
    }

    /// How it is reached, as text.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it at once, with every connection to it.
    pub async fn end(&mut self) {
        self.server.kill().await.expect("a server of ours");
    }
}

/// The Redis of this machine.
fn program() -> Option<PathBuf> {
    let places = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"];
    places.iter().map(|place| Path::new(place).join("redis-server")).find(|path| path.is_file())
}
