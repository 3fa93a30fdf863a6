//! A service's life as a process: from the environment to the exit code.

use std::io::{self, Write};
use std::process::ExitCode;

use thiserror::Error;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::sleep;

use crate::app::App;
use crate::server::Server;
use crate::settings::{BadSettings, Settings};

/// Why a service ended otherwise than by being told to stop.
#[derive(Debug, Error)]
pub enum Stopped {
    /// The environment makes no sense.
    #[error(transparent)]
    Settings(#[from] BadSettings),
    /// The port cannot be listened on, or signals cannot be heard.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: String,
        /// What the system says.
        source: io::Error,
    },
    /// `FAIL_AFTER_SECONDS` are over.
    #[error("told to crash")]
    ToldToCrash,
}

impl Stopped {
    /// The exit code of a process that ends so: 2 for bad settings, otherwise 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Settings(_) => 2,
            Self::System { .. } | Self::ToldToCrash => 1,
        }
    }
}

/// Runs a service as this process, until SIGTERM or SIGINT. This is all of a service's `main`.
pub fn run<A: App>(app: A) -> ExitCode {
    match try_run(app) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stopped) => {
            // With nobody to read it, the exit code still tells.
            let _ = writeln!(io::stderr(), "{}: {stopped}", A::NAME);
            ExitCode::from(stopped.exit_code())
        }
    }
}

fn try_run<A: App>(app: A) -> Result<(), Stopped> {
    let settings = Settings::from_env()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| Stopped::System { what: "cannot start".to_owned(), source })?;

    runtime.block_on(serve(app, settings))
}

/// Serves until SIGTERM or SIGINT, and says on standard output where it listens.
pub async fn serve<A: App>(app: A, settings: Settings) -> Result<(), Stopped> {
    // Heard from the beginning, so that a task that is still starting stops cleanly too.
    let (mut terminate, mut interrupt) =
        (listen_for(SignalKind::terminate())?, listen_for(SignalKind::interrupt())?);
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    tokio::pin!(stop);

    if !settings.start_delay.is_zero() {
        say::<A>(&format!("listens in {:?}", settings.start_delay));
    }
    tokio::select! {
        () = &mut stop => return Ok(()),
        () = sleep(settings.start_delay) => {}
    }

    let (wanted, fail_after) = (settings.address(), settings.fail_after);
    let server = Server::bind(app, settings)
        .await
        .map_err(|source| Stopped::System { what: format!("cannot listen on {wanted}"), source })?;
    say::<A>(&format!("listens on {}", server.address()));

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

/// Tells whoever started this process.
fn say<A: App>(what: &str) {
    // Nobody may be reading, which is no reason to end.
    let _ = writeln!(io::stdout(), "{} {} {what}", A::NAME, A::VERSION);
    let _ = io::stdout().flush();
}
