//! A service of ours as a process, which tells in lines of JSON what it does.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::time::{Instant, sleep};

/// How long anything may take on a busy machine.
const SOON: Duration = Duration::from_secs(60);

/// A running service, which is killed if a test fails.
#[derive(Debug)]
pub struct Task {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// The line that it wrote last.
    pub said: Value,
}

/// An answer over HTTP.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Status line and headers.
    pub head: String,
    /// The body, if it is JSON; otherwise null.
    pub json: Value,
    /// The body.
    pub body: String,
}

/// A program with these variables in its environment and no others, on a free port.
pub fn command(program: &str, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("PORT", "0").envs(variables.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Has a service bring its tables up to what it needs; what it said of that.
pub fn migrate(program: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let output = command(program, variables).arg("migrate").output().expect("it starts");
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let lines = String::from_utf8(output.stdout).expect("it writes UTF-8");
    lines.lines().map(|line| message(&read_line(line)).to_owned()).collect()
}

impl Task {
    /// Starts a service on a free port and waits for its first line.
    pub fn start(program: &str, variables: &[(&str, &str)]) -> Self {
        let mut child = command(program, variables).spawn().expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut task = Self { child, stdout, said: Value::Null };
        task.listen();
        task
    }

    /// Waits for its next line.
    pub fn listen(&mut self) {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("it speaks");
        self.said = read_line(&line);
    }

    /// What its last line says.
    pub fn message(&self) -> &str {
        message(&self.said)
    }

    /// Where it listens, which it said last.
    pub fn address(&self) -> &str {
        self.message().rsplit(' ').next().expect("there is an address")
    }

    /// Sends a request.
    pub fn send(&self, method: &str, path: &str, headers: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address()).expect("it listens");
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: service\r\nconnection: close\r\n\
             {headers}content-length: {length}\r\n\r\n{body}"
        )
        .expect("it reads");
        stream
    }

    /// Sends a request and waits for the answer.
    pub fn ask(&self, method: &str, path: &str, body: &str) -> Answer {
        answer(self.send(method, path, "", body))
    }

    /// Asks for what is at a path.
    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    /// What a metric is by now; `series` is its name with all its labels.
    pub fn metric(&self, series: &str) -> u64 {
        let metrics = self.get("/metrics").body;
        let mut lines = metrics.lines().filter_map(|line| line.rsplit_once(' '));
        let found = lines.find(|(name, _)| *name == series);
        let (_, value) = found.unwrap_or_else(|| panic!("{series} is not in\n{metrics}"));
        value.parse().expect("it counts")
    }

    /// How something stands by now that the service depends on.
    pub fn standing(&self, name: &str) -> Value {
        let all = self.get("/readyz").json;
        let mut all = all["dependencies"].as_array().expect("dependencies").iter();
        all.find(|it| it["name"] == name).unwrap_or_else(|| panic!("{name} is not told")).clone()
    }

    /// Waits until something is as it should be.
    pub async fn until(&self, what: &str, mut is: impl AsyncFnMut(&Self) -> bool) {
        let began = Instant::now();
        while !is(self).await {
            assert!(began.elapsed() < SOON, "not yet: {what}; {}", self.get("/readyz").body);
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until something stands well that the service depends on.
    pub async fn until_up(&self, name: &str) {
        self.until(name, async |task| task.standing(name)["up"] == true).await;
    }

    /// Tells it to stop.
    pub fn terminate(&self) {
        kill_process(Pid::from_child(&self.child), Signal::TERM).expect("it runs");
    }

    /// Waits for its end.
    pub fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for the answer to a request.
pub fn answer(mut stream: TcpStream) -> Answer {
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("it answers");
    let (head, body) = text.split_once("\r\n\r\n").expect("there is a head");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer {
        status: status.expect("there is a status"),
        head: head.to_owned(),
        json: serde_json::from_str(body).unwrap_or_default(),
        body: body.to_owned(),
    }
}

fn read_line(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{line:?} is no JSON: {error}"))
}

fn message(line: &Value) -> &str {
    line["message"].as_str().expect("a line has a message")
}
