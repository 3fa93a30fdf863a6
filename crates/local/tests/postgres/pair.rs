//! A PostgreSQL primary and its streaming replica: Debian's package `postgresql`.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio_postgres::{Client, Config, NoTls};

/// How long a server may take to start on a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// A primary and its replica. Both end with this.
pub struct Pair {
    pub primary: Config,
    pub replica: Config,
    _servers: [Child; 2],
    _folder: TempDir,
}

impl Pair {
    /// Starts both; `None` where there is no PostgreSQL and nobody promised one.
    pub async fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            let promised = std::env::var_os("CI").is_some();
            assert!(!promised, "PostgreSQL, which CI installs, is not there");
            return skipped();
        };
        let folder = tempfile::tempdir().expect("a folder");
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("a folder");
        let (first, second) = (folder.path().join("primary"), folder.path().join("replica"));
        for data in [&first, &second] {
            own(data).await;
        }

        let mut init = program(&programs, "initdb");
        init.arg("-D").arg(&first).args(["--username=cutover", "--auth=trust", "--no-sync"]);
        done(init).await;
        let (primary, one) = serve(&programs, &first);
        connect(&primary).await;
        let mut copy = program(&programs, "pg_basebackup");
        let [port] = primary.get_ports() else { panic!("one port") };
        copy.args(["--host=127.0.0.1", "--username=cutover", "--write-recovery-conf"])
            .args(["--checkpoint=fast", "--wal-method=stream", "--no-sync"])
            .arg(format!("--port={port}"))
            .arg("-D")
            .arg(&second);
        done(copy).await;
        let (replica, two) = serve(&programs, &second);
        connect(&replica).await;
        Some(Self { primary, replica, _servers: [one, two], _folder: folder })
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

#[expect(clippy::print_stdout, reason = "a test that was skipped says so")]
fn skipped() -> Option<Pair> {
    println!("skipped: there is no PostgreSQL in /usr/lib/postgresql");
    None
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

async fn done(mut command: Command) {
    let output = command.output().await.expect("a program of this machine");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {complaint}");
}

/// Starts a server on a port that was free a moment ago.
fn serve(programs: &Path, data: &Path) -> (Config, Child) {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let port = free.expect("a free port").port();
    let mut server = program(programs, "postgres");
    server.arg("-D").arg(data).arg("-k").arg(data).args(["-h", "127.0.0.1", "-c", "fsync=off"]);
    server.arg("-p").arg(port.to_string()).stderr(Stdio::null());
    let child = server.spawn().expect("a server");
    let mut config = Config::new();
    config.host("127.0.0.1").port(port).user("cutover").dbname("postgres");
    (config, child)
}

/// Connects as soon as the server takes connections.
async fn connect(config: &Config) -> Client {
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
