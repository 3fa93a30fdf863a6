//! `cutover local`: an account on this machine, for services of your own.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use github::deployments::Access;
use hcp::Hcp;
use local::account::Speaker;
use local::daemon::{Config, ConfigError, Daemon, Line, Setup, StartError};
use local::processes::Reaped;
use serde_json::json;
use slack::Slack;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tracing_subscriber::EnvFilter;
use workflow::ports::Chat;

use crate::console::{Console, End, errors_have_colours};
use crate::problem::{Problem, Trouble};
use crate::telling::Names;

/// Run an account on this machine: real processes, a real proxy, GitHub's webhook
///
/// The same state machines, rules and steps run here as on AWS. What happens is told as it happens;
/// `cutover deploy`, `rollback`, `status`, `history` and `push` ask this daemon. SIGTERM and Ctrl-C
/// stop it with nothing left behind, and a second one at once; deployments that are under way are
/// carried on at the next start, after a crash too.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLE)]
pub(crate) struct Local {
    /// What to run: services, images, alarms; see `cutover schema local`
    #[arg(long, short, value_name = "FILE")]
    config: PathBuf,
    /// Where the webhook and the API listen, instead of where the configuration says
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    #[arg(
        long,
        value_name = "URL",
        help = "Post to the Slack whose methods are there, as the bot whose token is in CUTOVER_SLACK_TOKEN"
    )]
    slack_url: Option<String>,
    #[arg(
        long,
        value_name = "URL",
        help = "Show deployments at the GitHub that answers there, with the token in CUTOVER_GITHUB_TOKEN"
    )]
    github_url: Option<String>,
    #[arg(
        long,
        value_name = "URL",
        help = "Read the workspaces of the HCP Terraform that answers there, with the token in CUTOVER_HCP_TOKEN"
    )]
    hcp_url: Option<String>,
    /// Tell in JSON, one object a line: first where it listens, then what happens
    #[arg(long)]
    json: bool,
}

const EXAMPLE: &str = "\
Example: cutover local --config examples/local/cutover.json
RUST_LOG=info shows on standard error what the parts do.";

/// How long tasks may take to die when a second signal forces the end.
const FORCED: Duration = Duration::from_secs(2);

impl Local {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let setup = self.read()?;
        log();

        let runtime = Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(Trouble::system("begin"))?;
        let end = runtime.block_on(self.live(setup, console));
        // Tasks of a forced end die with the runtime.
        runtime.shutdown_timeout(FORCED);
        end
    }

    fn read(&self) -> Result<Setup, Trouble> {
        let (mut config, home) = Config::open(&self.config).map_err(|error| self.wrong(error))?;
        if let Some(listen) = self.listen {
            config.listen = listen;
        }
        let environment = |name: &str| std::env::var(name).ok();
        let setup = Setup::of(&config, &home, environment);
        let setup = setup.map_err(|mistakes| self.wrong(mistakes.into()))?;
        // Buttons are for where somebody answers them.
        let buttons = setup.slack_secrets.is_some();
        let speaker = self.slack_url.as_deref();
        let speaker = speaker.map(|url| speak(url, environment(TOKEN), buttons)).transpose()?;
        let github =
            self.github_url.as_deref().map(|url| github(url, environment(GITHUB_TOKEN).as_deref()));
        let hcp = self.hcp_url.as_deref().map(|url| hcp(url, environment(HCP_TOKEN).as_deref()));
        let slack_url = self.slack_url.clone();
        let (github, hcp) = (github.transpose()?, hcp.transpose()?);
        Ok(Setup { speaker, slack_url, github, hcp, ..setup })
    }

    fn wrong(&self, error: ConfigError) -> Trouble {
        Trouble::Wrong(problems(&self.config.display(), error))
    }

    async fn live(&self, setup: Setup, console: &mut Console) -> Result<End, Trouble> {
        // Before anything is started: a signal that comes early must not leave it behind.
        let mut signals = Signals::new().map_err(Trouble::system("listen to signals"))?;
        let daemon = Daemon::start(setup).await.map_err(told)?;
        self.greet(&daemon, console)?;

        let told = tokio::select! {
            told = self.tell(&daemon, console) => told,
            () = signals.next() => Ok(()),
        };
        if !self.json {
            // Written to nobody, it still has to stop.
            let _ = console.line("stopping; a second signal stops at once");
        }
        tokio::select! {
            () = daemon.stop() => told.map(|()| End::Good),
            () = signals.next() => Ok(End::Failed),
        }
    }

    fn greet(&self, daemon: &Daemon, console: &mut Console) -> Result<(), Trouble> {
        let address = daemon.address();
        let reaped = match daemon.reaped() {
            Reaped::Ended(processes) => processes.len(),
            Reaped::Unknown(_) => 0,
        };
        if self.json {
            let greeting = json!({
                "listening": { "address": address, "services": daemon.addresses() },
                "carried_on": daemon.carried_on(),
                "reaped": reaped,
            });
            return Ok(console.line(greeting)?);
        }

        console.line(format_args!("webhook at http://{address}/webhooks/github"))?;
        console.line(format_args!("API at http://{address}/api"))?;
        for (service, its) in daemon.addresses() {
            let (production, test) = (its.production, its.test);
            console
                .line(format_args!("{service} at http://{production}, green at http://{test}"))?;
        }
        match daemon.reaped() {
            Reaped::Ended(_) if reaped > 0 => {
                console.line(format_args!("ended {reaped} processes of an earlier life"))?;
            }
            Reaped::Ended(_) => {}
            Reaped::Unknown(why) => console.line(why)?,
        }
        if daemon.carried_on() > 0 {
            console.line(format_args!("{} executions go on", daemon.carried_on()))?;
        }
        Ok(())
    }

    /// Tells the story, for ever.
    async fn tell(&self, daemon: &Daemon, console: &mut Console) -> Result<(), Trouble> {
        let mut names = Names::default();
        for (digest, tag) in daemon.images().all_tags() {
            names.learn(&digest, &tag);
        }
        let mut after = 0;
        loop {
            for line in daemon.story().next(after).await {
                after = line.number;
                self.line(&mut names, &line, console)?;
            }
        }
    }

    fn line(&self, names: &mut Names, line: &Line, console: &mut Console) -> Result<(), Trouble> {
        match self.json {
            true => console.line(json!(line))?,
            false => console.line(names.tell(&line.told))?,
        }
        Ok(())
    }
}

/// Where the bot's token is.
const TOKEN: &str = "CUTOVER_SLACK_TOKEN";

/// Who posts to the Slack at `url`.
fn speak(url: &str, token: Option<String>, buttons: bool) -> Result<Speaker, Trouble> {
    let Some(token) = token.filter(|token| !token.trim().is_empty()) else {
        let problem = Problem::with("--slack-url", "Slack takes nothing without a token");
        let remedy = format!("set {TOKEN} to the bot's token, xoxb-…");
        return Err(Trouble::Wrong(vec![problem.remedy(remedy)]));
    };
    let slack = Slack::at(url, token.trim())
        .map_err(|failure| Trouble::system("reach Slack")(io::Error::other(failure)))?;
    let slack = Arc::new(if buttons { slack.with_buttons() } else { slack });
    Ok(Speaker::new(move |channel, telling, message| {
        let slack = Arc::clone(&slack);
        Box::pin(async move { slack.say(&channel, &telling, &message).await })
    }))
}

/// Everything that is wrong with a configuration.
pub(super) fn problems(file: &impl std::fmt::Display, error: ConfigError) -> Vec<Problem> {
    match error {
        ConfigError::File { error, .. } => {
            let what = format!("this cannot be read: {error}");
            vec![Problem::with(file, what).remedy("correct the path")]
        }
        ConfigError::Unreadable { field, what } => {
            let problem = Problem::with(file, what)
                .remedy("`cutover schema local` tells what a configuration may say");
            vec![match field {
                Some(field) => problem.at(field),
                None => problem,
            }]
        }
        ConfigError::Mistakes(mistakes) => mistakes
            .0
            .into_iter()
            .map(|it| Problem::with(file, it.what).at(it.path).remedy(it.remedy))
            .collect(),
    }
}

/// Where the token is that a GitHub is shown.
const GITHUB_TOKEN: &str = "CUTOVER_GITHUB_TOKEN";

/// A GitHub, and what it is shown.
fn github(url: &str, token: Option<&str>) -> Result<(String, Access), Trouble> {
    let access = Access::token(token.unwrap_or_default());
    let access = access.map_err(|_| {
        let problem = Problem::with("--github-url", "GitHub shows nothing without a token");
        let remedy = format!("set {GITHUB_TOKEN} to one with *Deployments: read and write*");
        Trouble::Wrong(vec![problem.remedy(remedy)])
    })?;
    Ok((url.to_owned(), access))
}

/// Where the token is that an HCP Terraform is shown.
const HCP_TOKEN: &str = "CUTOVER_HCP_TOKEN";

/// An HCP Terraform, by what it is shown.
fn hcp(url: &str, token: Option<&str>) -> Result<Arc<Hcp>, Trouble> {
    let hcp = Hcp::new(url, token.unwrap_or_default()).map_err(|failure| {
        let remedy = format!(
            "say an address with https://, and set {HCP_TOKEN} to a token that may read runs and state versions"
        );
        Trouble::Wrong(vec![Problem::with("--hcp-url", failure.to_string()).remedy(remedy)])
    })?;
    Ok(Arc::new(hcp))
}

fn told(error: StartError) -> Trouble {
    Trouble::system("start")(io::Error::other(error))
}

/// Shows what the parts log where somebody asked for it; else what went wrong, also if it is tried again:
/// a Slack that is down is tried for a day.
fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let logging = tracing_subscriber::fmt().with_env_filter(filter);
    let logging = logging.with_ansi(errors_have_colours()).with_writer(io::stderr);
    // A second one would be a mistake of ours, and the first is good enough.
    let _ = logging.try_init();
}

/// What tells this process to end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let terminate = signal(SignalKind::terminate())?;
        Ok(Self { terminate, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
