//! The demo: two services under load on this machine, and images that are pushed to them.
//!
//! Everything is real: the tasks are processes, the traffic goes through the proxies, GitHub's
//! webhooks are signed and posted over HTTP, and the state machines are those that run on AWS.

mod github;
mod ink;
mod news;
mod picture;
mod play;
mod report;
mod screen;
mod script;
mod stage;
mod story;
mod table;
mod telling;

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

use self::report::Report;
use self::screen::Screen;
use self::stage::Stage;
use crate::console::{Console, End};
use crate::problem::Trouble;

/// How long nothing at all may happen after the acts, so that whatever they set off is over.
const CALM: Duration = Duration::from_secs(10);

/// Plays the demo, with so many requests a second on each service, and writes its report to `json`.
pub(crate) fn run(console: &mut Console, rate: u32, json: Option<&Path>) -> Result<End, Trouble> {
    // Before anything runs: a report that cannot be written should not be found out at the end.
    let file = json.map(|path| {
        let opened = std::fs::File::create(path);
        opened.map_err(Trouble::system(format!("write {}", path.display())))
    });
    let file = file.transpose()?;

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(Trouble::system("start the demo"))?;
    let report = runtime.block_on(perform(console, rate))?;

    let Some(report) = report else { return Ok(End::Failed) };
    if let (Some(file), Some(path)) = (file, json) {
        write(file, &report).map_err(Trouble::system(format!("write {}", path.display())))?;
    }
    Ok(if report.as_expected { End::Good } else { End::Failed })
}

/// Sets the stage, plays, and takes everything down again, whatever happens. Answers nothing if
/// somebody interrupted it.
async fn perform(console: &mut Console, rate: u32) -> Result<Option<Report>, Trouble> {
    let (mut interrupt, mut terminate) =
        (heard(SignalKind::interrupt())?, heard(SignalKind::terminate())?);
    let mut screen = Screen::of(console);
    let parts = script::script();

    let stage = Stage::set(&parts).await?;
    let played = tokio::select! {
        played = telling::tell(&stage, &parts, rate, &mut screen) => played.map(Some),
        _ = interrupt.recv() => Ok(None),
        _ = terminate.recv() => Ok(None),
    };
    if matches!(played, Ok(None)) {
        screen.line("Interrupted: taking everything down.")?;
    }
    stage.strike().await;
    played
}

fn heard(kind: SignalKind) -> Result<tokio::signal::unix::Signal, Trouble> {
    signal(kind).map_err(Trouble::system("listen for signals"))
}

fn write(mut file: std::fs::File, report: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer_pretty(&mut file, report)?;
    writeln!(file)
}
