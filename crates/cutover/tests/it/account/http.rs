//! HTTP/1.1 as far as an SDK needs it: one request a connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// What was asked.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// The API and the operation: `AmazonSSM.GetParameter`.
    pub(super) action: String,
    /// Whose key signed it, and for which region: `AKIA…/20260301/eu-central-1/ssm/aws4_request`.
    pub(super) credential: String,
    /// The body.
    pub(super) body: Vec<u8>,
}

/// What is answered.
#[derive(Debug, Clone)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

/// Answers on a free port of loopback for as long as the process lives, and says where.
pub(super) fn serve(answer: impl Fn(&Request) -> Response + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("a listener has an address");
    let answer = std::sync::Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = std::sync::Arc::clone(&answer);
            thread::spawn(move || {
                let request = read(&stream);
                write(stream, &answer(&request));
            });
        }
    });
    format!("http://{address}")
}

fn read(stream: &TcpStream) -> Request {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).expect("a request line");
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let (mut action, mut credential, mut length) = (String::new(), String::new(), 0);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).expect("a header");
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        match name.to_lowercase().as_str() {
            "x-amz-target" => value.trim().clone_into(&mut action),
            "content-length" => length = value.trim().parse().expect("a length"),
            "authorization" => {
                let signed = value.split("Credential=").nth(1).unwrap_or_default();
                signed.split(',').next().unwrap_or_default().clone_into(&mut credential);
            }
            _ => {}
        }
    }
    // A registry is asked by paths.
    if path.starts_with("/v2/") {
        action.clone_from(&path);
    }
    // RPC v2 CBOR names the operation in the path: `/service/…/operation/DescribeAlarms`.
    if let Some(rpc) = path.strip_prefix("/service/") {
        action = rpc.replace("/operation/", ".");
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("the whole body");
    Request { action, credential, body }
}

fn write(mut stream: TcpStream, response: &Response) {
    let Response { status, headers, body } = response;
    let mut head = vec![format!("HTTP/1.1 {status} Told"), "connection: close".to_owned()];
    head.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
    head.push(format!("content-length: {}\r\n\r\n", body.len()));
    let head = head.join("\r\n");
    // Who asked may be gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body));
}
