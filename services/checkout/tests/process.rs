//! The service as a process: its environment, its signals, its exit codes.

use std::net::TcpStream;
use std::process::Output;

use servers::Task;
use servers::task::{answer, command, migrate};

const CHECKOUT: &str = env!("CARGO_BIN_EXE_checkout");

fn start(variables: &[(&str, &str)]) -> Task {
    Task::start(CHECKOUT, variables)
}

#[test]
fn an_order_is_placed_and_found_over_http() {
    let task = start(&[("CUTOVER_IMAGE", "ghcr.io/acme/checkout@sha256:abc")]);

    let placed = task.ask("POST", "/orders", r#"{"good": "tea", "quantity": 2}"#);

    assert_eq!(placed.status, 201, "{placed:?}");
    let location = placed.head.lines().find_map(|line| line.strip_prefix("location: "));
    let found = task.get(location.expect("it says where the order is"));
    assert_eq!((found.status, &found.json), (200, &placed.json));
    assert_eq!(task.get("/").json["digest"], "sha256:abc");
}

#[test]
fn a_request_in_flight_is_finished_after_sigterm() {
    let mut task = start(&[("SLOW_MS", "300")]);
    let in_flight = task.send("GET", "/", "", "");
    // The probe is answered after the request was taken, since connections are taken in order.
    task.get("/healthz");

    task.terminate();

    assert_eq!(answer(in_flight).status, 200);
    assert_eq!(task.exit_code(), Some(0));
    assert!(TcpStream::connect(task.address()).is_err());
}

#[test]
fn a_service_that_is_still_starting_stops_cleanly() {
    let mut task = start(&[("START_DELAY_MS", "60000")]);
    assert_eq!(task.message(), "checkout 0.1.0 listens in 60s");

    task.terminate();

    assert_eq!(task.exit_code(), Some(0));
}

#[test]
fn a_service_listens_when_its_start_delay_is_over() {
    let mut task = start(&[("START_DELAY_MS", "100")]);
    assert_eq!(task.message(), "checkout 0.1.0 listens in 100ms");

    task.listen();

    assert_eq!(task.get("/healthz").status, 200);
}

#[test]
fn a_service_told_to_crash_exits_with_one() {
    let mut task = start(&[("FAIL_AFTER_SECONDS", "0.2")]);

    assert_eq!(task.get("/healthz").status, 200);
    assert_eq!(task.exit_code(), Some(1));
}

#[test]
fn a_request_that_fails_is_a_line_of_the_log() {
    let mut task = start(&[("FAIL_RATE", "1")]);

    assert_eq!(task.get("/orders/7").status, 500);

    task.listen();
    assert_eq!(task.message(), "told to fail this request");
    let said = |name: &str| task.said[name].as_str().map(str::to_owned);
    assert_eq!(said("level").as_deref(), Some("WARN"));
    assert_eq!(said("path").as_deref(), Some("orders/7"));
}

#[test]
fn bad_settings_exit_with_two_and_say_what_would_be_right() {
    let variables = [("PORT", "http"), ("FAIL_RATE", "20%"), ("DATABASE_URL", "tea")];
    let Output { status, stderr, .. } = command(CHECKOUT, &variables).output().expect("it starts");

    assert_eq!(status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&stderr),
        "checkout: PORT: `http` is not understood; give a port from 0 to 65535\n\
         FAIL_RATE: `20%` is not understood; give a share from 0 to 1, like 0.2\n\
         DATABASE_URL: is not understood; give postgres://host/name or sqlite:FILE\n"
    );

    let output = command(CHECKOUT, &[]).arg("serve").output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "checkout: `serve` is not known; say nothing to serve, or `migrate`\n"
    );
}

#[test]
fn a_port_that_is_taken_exits_with_one_and_is_named() {
    let task = start(&[]);
    let port = task.address().rsplit(':').next().expect("there is a port");

    let Output { status, stderr, .. } =
        command(CHECKOUT, &[("PORT", port)]).output().expect("it starts");

    assert_eq!(status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(stderr.contains(&format!("cannot listen on 127.0.0.1:{port}")), "{stderr}");
}

#[test]
fn tasks_of_one_machine_share_the_orders_in_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("orders.db").display());
    let database = [("DATABASE_URL", url.as_str())];
    let (here, there) = (start(&database), start(&database));

    let unready = here.get("/readyz");
    assert_eq!(unready.status, 503);
    assert!(unready.body.contains("not migrated: 0001_orders was not applied"), "{unready:?}");

    assert_eq!(migrate(CHECKOUT, &database), ["applied 0001_orders"]);
    assert_eq!(migrate(CHECKOUT, &database), ["nothing was left to apply"]);

    assert_eq!(here.get("/readyz").status, 200);
    let placed = here.ask("POST", "/orders", r#"{"good": "tea", "quantity": 2}"#);
    let id = placed.json["id"].as_str().expect("an order has an id");
    assert_eq!(there.get(&format!("/orders/{id}")).json, placed.json);
}
