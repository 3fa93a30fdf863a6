//! The service as a process.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

#[test]
fn goods_are_listed_until_sigterm() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_catalog"))
        .env_clear()
        .env("PORT", "0")
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("it is piped"))
        .read_line(&mut line)
        .expect("it speaks");
    let address = line.trim().strip_prefix("catalog 0.1.0 listens on ").expect("it says where");

    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(stream, "GET /goods HTTP/1.1\r\nhost: catalog\r\nconnection: close\r\n\r\n")
        .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    kill_process(Pid::from_child(&child), Signal::TERM).expect("it runs");

    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"tea\""), "{answer}");
}
