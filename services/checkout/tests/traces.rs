//! What the service tells a collector of OpenTelemetry.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;

use servers::Task;
use servers::task::answer;

const CHECKOUT: &str = env!("CARGO_BIN_EXE_checkout");

/// Takes what is sent to it, each request as it came over the wire.
struct Collector {
    url: String,
    requests: mpsc::Receiver<Vec<u8>>,
}

impl Collector {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (sent, requests) = mpsc::channel();
        // It ends with this process.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let request = take(stream);
                if sent.send(request).is_err() {
                    return;
                }
            }
        });
        Self { url, requests }
    }
}

/// Reads one request, and answers that it was taken.
fn take(mut stream: TcpStream) -> Vec<u8> {
    let (mut request, mut some) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut some).expect("a request");
        request.extend_from_slice(&some[..read]);
        let end = request.windows(4).position(|window| window == b"\r\n\r\n");
        let Some(end) = end.map(|at| at + 4) else { continue };
        let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|length| length.parse().ok()).expect("a length");
        if request.len() >= end + length {
            break;
        }
    }
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    stream.write_all(answer.as_bytes()).expect("it waits for the answer");
    request
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_request_is_told_as_part_of_the_trace_of_whoever_sent_it() {
    let collector = Collector::start();
    let variables =
        [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()), ("LOG_LEVEL", "debug")];
    let mut task = Task::start(CHECKOUT, &variables);
    let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let parent = format!("traceparent: 00-{trace}-{span}-01\r\n");
    let order = r#"{"good": "tea", "quantity": 2}"#;

    assert_eq!(answer(task.send("POST", "/orders", &parent, order)).status, 201);
    task.terminate();

    // What is left is sent before it ends.
    assert_eq!(task.exit_code(), Some(0));
    let told: Vec<u8> = collector.requests.try_iter().flatten().collect();
    assert!(told.starts_with(b"POST /v1/traces "), "{}", String::from_utf8_lossy(&told));
    for part in ["checkout", "POST /orders", "INSERT", "embedded"] {
        assert!(has(&told, part.as_bytes()), "{part}: {}", String::from_utf8_lossy(&told));
    }
    let number = u128::from_str_radix(trace, 16).expect("a number");
    assert!(has(&told, &number.to_be_bytes()), "of the trace");
    let number = u64::from_str_radix(span, 16).expect("a number");
    assert!(has(&told, &number.to_be_bytes()), "below the span");
}

#[test]
fn the_log_names_the_trace_of_a_request_that_fails() {
    let collector = Collector::start();
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url.as_str()), ("FAIL_RATE", "1")];
    let mut task = Task::start(CHECKOUT, &variables);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("traceparent: 00-{trace}-00f067aa0ba902b7-01\r\n");

    assert_eq!(answer(task.send("GET", "/orders/7", &parent, "")).status, 500);

    task.listen();
    assert_eq!(task.message(), "told to fail this request");
    assert_eq!(task.said["span"]["trace_id"], trace, "{}", task.said);
}

#[test]
fn a_collector_that_is_not_there_holds_nobody_up() {
    let variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")];
    let mut task = Task::start(CHECKOUT, &variables);

    assert_eq!(task.get("/orders/7").status, 404);
    task.terminate();

    assert_eq!(task.exit_code(), Some(0));
}
