//! This test executable as a task: started again with `TARGET` in its environment, it serves.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use local::processes::Artifact;
use std::convert::Infallible;
use std::time::Duration;
use tokio::net::TcpListener;

/// The artifact that is this executable, behaving as `kind` says.
pub fn artifact(kind: &str) -> Artifact {
    let executable = std::env::current_exe().expect("a test knows its executable");
    let arguments = ["--exact", "target::serves_when_started_as_a_task", "--nocapture"];
    Artifact {
        command: [executable.to_str().expect("its path is text")]
            .into_iter()
            .chain(arguments)
            .map(str::to_owned)
            .collect(),
        env: [("TARGET".to_owned(), kind.to_owned())].into(),
        directory: None,
    }
}

#[tokio::test]
async fn serves_when_started_as_a_task() {
    let Ok(kind) = std::env::var("TARGET") else { return };
    match kind.as_str() {
        "crashes" => {
            println!("cannot open the database");
            std::process::exit(7);
        }
        "stubborn" => {
            let terminate = tokio::signal::unix::SignalKind::terminate();
            let signals = tokio::signal::unix::signal(terminate).expect("signals can be caught");
            // Caught and never looked at.
            std::mem::forget(signals);
        }
        "parent" => {
            let child = artifact("good");
            let child = std::process::Command::new(&child.command[0])
                .args(&child.command[1..])
                .env("TARGET", "good")
                .env("PORT", "0")
                .spawn()
                .expect("a process may start another");
            // Left alone: it ends with this process's group.
            std::mem::forget(child);
        }
        _ => {}
    }
    serve(&kind).await;
}

async fn serve(kind: &str) {
    let port: u16 = std::env::var("PORT").expect("a task has a port").parse().expect("a number");
    let socket = TcpListener::bind(("127.0.0.1", port)).await.expect("the port is free");
    loop {
        let (stream, _) = socket.accept().await.expect("it accepts");
        let healthy = kind != "sick";
        let answer = service_fn(move |request: Request<Incoming>| async move {
            Ok::<_, Infallible>(behave(request.uri().path(), healthy).await)
        });
        let connection = hyper::server::conn::http1::Builder::new();
        tokio::spawn(connection.serve_connection(TokioIo::new(stream), answer));
    }
}

async fn behave(path: &str, healthy: bool) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from("done"));
    match path {
        "/healthz" if !healthy => {
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
        "/who" => {
            let task = std::env::var("CUTOVER_TASK").expect("a task knows its id");
            *response.body_mut() = Full::from(task);
        }
        "/slow" => tokio::time::sleep(Duration::from_millis(1_500)).await,
        "/exit" => std::process::exit(3),
        _ => {}
    }
    response
}
