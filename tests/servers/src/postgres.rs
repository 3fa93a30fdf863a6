//! A PostgreSQL primary and its streaming replica: Debian's package `postgresql`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio_postgres::{Client, Config, NoTls};

use crate::{free_port, promised};

/// How long a server may take to start on a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// A primary and its replica. Both end with this.
#[derive(Debug)]
pub struct Pair {
    /// How the primary is reached.
    pub primary: Config,
    /// How the replica is reached.
    pub replica: Config,
    servers: [Child; 2],
    _folder: TempDir,
}

impl Pair {
    /// Starts both; `None` where there is no PostgreSQL and nobody promised one.
    pub async fn start() -> Option<Self> {
        Self::start_with(None).await
    }

    /// Starts both so that they speak TLS, as who this certificate tells, to whoever asks for it.
    pub async fn start_with_tls(certificate: &Path, key: &Path) -> Option<Self> {
        Self::start_with(Some([(certificate, "server.crt"), (key, "server.key")])).await
    }

    async fn start_with(tls: Option<[(&Path, &str); 2]>) -> Option<Self> {
        let programs = promised(programs(), "PostgreSQL in /usr/lib/postgresql")?;
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a folder");
        let (first, second) = (folder.path().join("primary"), folder.path().join("replica"));
        for data in [&first, &second] {
            own(data).await;
        }

        let mut init = program(&programs, "initdb");
        init.arg("-D").arg(&first).args(["--username=cutover", "--auth=trust", "--no-sync"]);
        done(init).await;
        for (file, name) in tls.into_iter().flatten() {
            give(file, &first.join(name)).await;
        }
        let (primary, one) = serve(&programs, &first, tls.is_some());
        connect(&primary).await;
        let mut copy = program(&programs, "pg_basebackup");
        let [port] = primary.get_ports() else { panic!("one port") };
        copy.args(["--host=127.0.0.1", "--username=cutover", "--write-recovery-conf"])
            .args(["--checkpoint=fast", "--wal-method=stream", "--no-sync"])
            .arg(format!("--port={port}"))
            .arg("-D")
            .arg(&second);
        done(copy).await;
        let (replica, two) = serve(&programs, &second, tls.is_some());
        connect(&replica).await;
        Some(Self { primary, replica, servers: [one, two], _folder: folder })
    }

    /// Ends the primary at once, with every connection to it.
    pub async fn end_primary(&mut self) {
        end(&mut self.servers[0]).await;
    }

    /// Ends the replica at once, with every connection to it.
    pub async fn end_replica(&mut self) {
        end(&mut self.servers[1]).await;
    }

    /// Writes to the primary again and again, as a service does, until the test ends.
    pub async fn written_to(&self) {
        let primary = connect(&self.primary).await;
        primary.batch_execute("CREATE TABLE beats (at timestamptz)").await.expect("a table");
        tokio::spawn(async move {
            while primary.batch_execute("INSERT INTO beats VALUES (now())").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
    }

    /// Has the replica do something.
    pub async fn tell_replica(&self, statements: &[&str]) {
        let replica = connect(&self.replica).await;
        for statement in statements {
            replica.batch_execute(statement).await.expect(statement);
        }
    }
}

/// The newest PostgreSQL of this machine.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.filter_map(|version| Some(version.ok()?.path().join("bin")));
    folders.filter(|folder| folder.join("initdb").is_file()).max()
}

/// PostgreSQL refuses to run as root, so then it runs as the user that its package made.
fn as_root() -> bool {
    rustix::process::getuid().is_root()
}

fn program(programs: &Path, name: &str) -> Command {
    let path = programs.join(name);
    let mut command = match as_root() {
        false => Command::new(path),
        true => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(path);
            command
        }
    };
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    command
}

/// Makes a folder that a server may use.
async fn own(data: &Path) {
    let mut make = Command::new("install");
    make.args(["-d", "-m", "700"]);
    if as_root() {
        make.args(["-o", "postgres"]);
    }
    make.arg(data);
    done(make).await;
}

/// Gives a server a file of its own, which nobody else may read.
async fn give(file: &Path, place: &Path) {
    let mut copy = Command::new("install");
    copy.args(["-m", "600"]);
    if as_root() {
        copy.args(["-o", "postgres"]);
    }
    copy.arg(file).arg(place);
    done(copy).await;
}

async fn done(mut command: Command) {
    let output = command.output().await.expect("a program of this machine");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaint}");
}

/// Starts a server on a port that was free a moment ago.
fn serve(programs: &Path, data: &Path, tls: bool) -> (Config, Child) {
    let port = free_port();
    let mut server = program(programs, "postgres");
    server.arg("-D").arg(data).arg("-k").arg(data).args(["-h", "127.0.0.1", "-c", "fsync=off"]);
    server.arg("-p").arg(port.to_string()).stderr(Stdio::null());
    if tls {
        server.args(["-c", "ssl=on"]);
    }
    let child = server.spawn().expect("a server");
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).user("cutover").dbname("postgres");
    (config, child)
}

/// Ends a server at once, all its processes first: one that outlives it goes on answering for a moment.
async fn end(server: &mut Child) {
    let pid = server.id().and_then(|id| Pid::from_raw(id.cast_signed())).expect("it runs");
    kill_process(pid, Signal::QUIT).expect("a server of ours");
    server.wait().await.expect("it ends");
}

/// How a server is reached, as text.
pub fn url(config: &Config) -> String {
    let [port] = config.get_ports() else { panic!("one port") };
    format!("postgres://cutover@127.0.0.1:{port}/postgres")
}

/// Connects as soon as the server takes connections.
pub async fn connect(config: &Config) -> Client {
    let connecting = async {
        loop {
            if let Ok((client, connection)) = config.connect(NoTls).await {
                tokio::spawn(connection);
                return client;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(SOON, connecting).await.expect("the server takes connections")
}
