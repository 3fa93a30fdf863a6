//! The service as a process: its environment, its signals, its exit codes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

/// A running service, which is killed if a test fails.
struct Task {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// The last line it said.
    said: String,
}

impl Task {
    /// Starts the service on a free port and waits for its first line.
    fn start(variables: &[(&str, &str)]) -> Self {
        let mut child = command(variables).spawn().expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut task = Self { child, stdout, said: String::new() };
        task.listen();
        task
    }

    /// Waits for its next line.
    fn listen(&mut self) {
        self.said.clear();
        self.stdout.read_line(&mut self.said).expect("it speaks");
    }

    fn address(&self) -> &str {
        self.said.trim().rsplit(' ').next().expect("there is an address")
    }

    fn send(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address()).expect("it listens");
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: checkout\r\nconnection: close\r\n\
             content-length: {length}\r\n\r\n{body}"
        )
        .expect("it reads");
        stream
    }

    fn ask(&self, method: &str, path: &str, body: &str) -> String {
        read(self.send(method, path, body))
    }

    fn terminate(&self) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).expect("it runs");
    }

    fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_checkout"));
    command.env_clear().env("PORT", "0").envs(variables.iter().copied());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn read(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

#[test]
fn an_order_is_placed_and_found_over_http() {
    let task = Task::start(&[("CUTOVER_IMAGE", "ghcr.io/acme/checkout@sha256:abc")]);

    let answer = task.ask("POST", "/orders", r#"{"good": "tea", "quantity": 2}"#);

    assert!(answer.starts_with("HTTP/1.1 201 Created"), "{answer}");
    let location = answer
        .lines()
        .find_map(|line| line.strip_prefix("location: "))
        .expect("it says where the order is");
    let answer = task.ask("GET", location, "");
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"tea\""), "{answer}");
    assert!(task.ask("GET", "/", "").contains("\"digest\": \"sha256:abc\""));
}

#[test]
fn a_request_in_flight_is_finished_after_sigterm() {
    let mut task = Task::start(&[("SLOW_MS", "300")]);
    let in_flight = task.send("GET", "/", "");
    // The probe is answered after the request was taken, since connections are taken in order.
    task.ask("GET", "/healthz", "");

    task.terminate();

    assert!(read(in_flight).starts_with("HTTP/1.1 200 OK"));
    assert_eq!(task.exit_code(), Some(0));
    assert!(TcpStream::connect(task.address()).is_err());
}

#[test]
fn a_service_that_is_still_starting_stops_cleanly() {
    let mut task = Task::start(&[("START_DELAY_MS", "60000")]);
    assert_eq!(task.said, "checkout 0.1.0 listens in 60s\n");

    task.terminate();

    assert_eq!(task.exit_code(), Some(0));
}

#[test]
fn a_service_listens_when_its_start_delay_is_over() {
    let mut task = Task::start(&[("START_DELAY_MS", "100")]);
    assert_eq!(task.said, "checkout 0.1.0 listens in 100ms\n");

    task.listen();

    assert!(task.ask("GET", "/healthz", "").starts_with("HTTP/1.1 200 OK"));
}

#[test]
fn a_service_told_to_crash_exits_with_one() {
    let mut task = Task::start(&[("FAIL_AFTER_SECONDS", "0.2")]);

    assert!(task.ask("GET", "/healthz", "").starts_with("HTTP/1.1 200 OK"));
    assert_eq!(task.exit_code(), Some(1));
}

#[test]
fn bad_settings_exit_with_two_and_say_what_would_be_right() {
    let Output { status, stderr, .. } =
        command(&[("PORT", "http"), ("FAIL_RATE", "20%")]).output().expect("it starts");

    assert_eq!(status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&stderr),
        "checkout: PORT: `http` is not understood; give a port from 0 to 65535\n\
         FAIL_RATE: `20%` is not understood; give a share from 0 to 1, like 0.2\n"
    );
}

#[test]
fn a_port_that_is_taken_exits_with_one_and_is_named() {
    let task = Task::start(&[]);
    let port = task.address().rsplit(':').next().expect("there is a port");

    let Output { status, stderr, .. } = command(&[("PORT", port)]).output().expect("it starts");

    assert_eq!(status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(stderr.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{stderr}");
}
