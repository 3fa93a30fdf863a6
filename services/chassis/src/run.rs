//! A service's life as a process: from the environment to the exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;

use crate::app::App;
use crate::data::Data;
use crate::log;
use crate::server::Server;
use crate::settings::{Places, Settings};
use crate::stopped::Stopped;
use crate::traces::Traces;

/// Runs a service as this process: it serves until SIGTERM or SIGINT, or with the word `migrate` it
/// brings its tables up to what it needs. This is all of a service's `main`.
pub fn run<A: App>(words: impl IntoIterator<Item = String>) -> ExitCode {
    let words: Vec<String> = words.into_iter().collect();
    match try_run::<A>(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stopped) => {
            // With nobody to read it, the exit code still tells.
            let _ = writeln!(io::stderr(), "{}: {stopped}", A::NAME);
            ExitCode::from(stopped.exit_code())
        }
    }
}

fn try_run<A: App>(words: &[String]) -> Result<(), Stopped> {
    match words {
        [] => {
            let settings = Settings::from_env()?;
            runtime()?.block_on(observed::<A>(settings))
        }
        [word] if word == "migrate" => {
            let places = Places::from_env()?;
            runtime()?.block_on(migrate::<A>(&places))
        }
        words => Err(Stopped::Words(words.join(" "))),
    }
}

fn runtime() -> Result<Runtime, Stopped> {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.map_err(|source| Stopped::System { what: "cannot start".to_owned(), source })
}

/// Applies what is left to apply, and says what that was.
async fn migrate<A: App>(places: &Places) -> Result<(), Stopped> {
    log::begin(None, None);
    let applied = Data::open(A::NAME, A::MIGRATIONS, places)?.database.migrate().await?;

    for name in &applied {
        tracing::info!(migration = name, "applied {name}");
    }
    if applied.is_empty() {
        tracing::info!("nothing was left to apply");
    }
    Ok(())
}

/// Serves, and tells what it does to the log and to the collector.
async fn observed<A: App>(settings: Settings) -> Result<(), Stopped> {
    let collector = settings.collector.as_deref();
    let traces = collector.map(|it| Traces::begin(it, A::NAME, A::VERSION)).transpose()?;
    let (traces, listener) = traces.flatten().unzip();
    log::begin(settings.log, listener);
    if collector.is_some() && traces.is_none() {
        tracing::warn!("this build sends no traces");
    }

    let ended = serve::<A>(settings).await;

    if let Some(traces) = traces {
        traces.end().await;
    }
    ended
}

/// Serves until SIGTERM or SIGINT, and says where it listens.
async fn serve<A: App>(settings: Settings) -> Result<(), Stopped> {
    // Heard from the beginning, so that a task that is still starting stops cleanly too.
    let (mut terminate, mut interrupt) =
        (listen_for(SignalKind::terminate())?, listen_for(SignalKind::interrupt())?);
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stops: finishes what was begun");
    };
    tokio::pin!(stop);

    let (name, version) = (A::NAME, A::VERSION);
    if !settings.start_delay.is_zero() {
        tracing::info!("{name} {version} listens in {:?}", settings.start_delay);
    }
    tokio::select! {
        () = &mut stop => return Ok(()),
        () = sleep(settings.start_delay) => {}
    }

    let fail_after = settings.fail_after;
    let server = Server::<A>::bind(settings).await?;
    tracing::info!("{name} {version} listens on {}", server.address());

    let crash = async {
        match fail_after {
            Some(after) => sleep(after).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = server.run(stop) => Ok(()),
        () = crash => Err(Stopped::ToldToCrash),
    }
}

fn listen_for(kind: SignalKind) -> Result<Signal, Stopped> {
    signal(kind)
        .map_err(|source| Stopped::System { what: "cannot listen for signals".to_owned(), source })
}
