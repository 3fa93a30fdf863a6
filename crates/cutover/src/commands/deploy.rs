//! `cutover deploy`: asks for a deployment, and follows it.

use std::str::FromStr;

use clap::Args;
use domain::name::{Digest, ServiceName, Tag};
use domain::outcome::{End as Outcome, Outcome as Ended};
use domain::request::{Cause, Request};
use local::door::view::Started;
use serde_json::json;

use crate::console::{Console, End};
use crate::installation::Which;
use crate::problem::Trouble;
use crate::server::run;

/// Deploy an image to a service, and follow it to its end
///
/// Exits with 0 only if the deployment ends as Deployed.
#[derive(Debug, Args)]
#[command(after_help = "Example: cutover deploy checkout v1.4.2 --reason \"mends the receipts\"")]
pub(crate) struct Deploy {
    /// The service
    service: ServiceName,
    /// What to deploy: a tag, or a digest
    #[arg(value_name = "TAG|DIGEST")]
    release: Release,
    /// Do not wait for the end of a freeze
    #[arg(long, requires = "reason")]
    hotfix: bool,
    /// Go on though an alarm rings already, which this release is to mend: it must fall silent by
    /// the end of the bake
    #[arg(long, value_name = "REASON")]
    fix_forward: Option<String>,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    which: Which,
}

/// Who asks, why, and how it is followed.
#[derive(Debug, Args)]
pub(super) struct Asking {
    /// Who asks for it
    #[arg(long, env = "USER", value_name = "NAME")]
    pub(super) by: Option<String>,
    /// Why, in your words
    #[arg(long, value_name = "TEXT")]
    pub(super) reason: Option<String>,
    /// Do not wait for the end
    #[arg(long)]
    pub(super) no_wait: bool,
    /// Answer in JSON: how it ended, or with --no-wait, what was started
    #[arg(long)]
    pub(super) json: bool,
}

/// A tag or a digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Release {
    Tag(Tag),
    Digest(Digest),
}

impl FromStr for Release {
    type Err = domain::name::NotAName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.starts_with("sha256:") {
            true => text.parse().map(Self::Digest),
            false => text.parse().map(Self::Tag),
        }
    }
}

impl std::fmt::Display for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

impl Deploy {
    pub(crate) fn run(self, console: &mut Console) -> Result<End, Trouble> {
        let Self { service, release, hotfix, fix_forward, asking, which } = self;
        let (tag, digest) = match release {
            Release::Tag(tag) => (Some(tag), None),
            Release::Digest(digest) => (None, Some(digest)),
        };
        let Asking { by, reason, no_wait, json } = asking;
        let cause = Cause::Manual;
        let (at, template) = (None, None);
        let request =
            Request { service, tag, digest, template, cause, by, at, hotfix, fix_forward, reason };

        run(async {
            let cutover = which.open().await?;
            let what = format!("deploy {}", request.title());
            let follower = cutover.follow(&request.service, &what, json).await?;
            let started = cutover.deploy(request).await?;
            let link = cutover.link(&started.deployment);
            if no_wait {
                return tell_started(&started, link.as_deref(), json, console);
            }
            if link.is_some() && !json {
                tell_started(&started, link.as_deref(), json, console)?;
            }
            let ended = follower.tell_to_the_end(&started.deployment, console).await?;
            conclude(&ended, Outcome::Deployed, json, console)
        })
    }
}

/// Tells what was started, and where a browser shows it.
pub(super) fn tell_started(
    started: &Started,
    link: Option<&str>,
    json: bool,
    console: &mut Console,
) -> Result<End, Trouble> {
    if json {
        let mut told = json!(started);
        if let Some(link) = link {
            told["console"] = json!(link);
        }
        console.json(&told)?;
        return Ok(End::Good);
    }
    console.line(format_args!(
        "{} has begun as {}",
        started.request.title(),
        started.deployment
    ))?;
    if let Some(link) = link {
        console.line(link)?;
    }
    Ok(End::Good)
}

/// Tells the end to a program, and says whether it is the one that was wanted.
pub(super) fn conclude(
    ended: &Ended,
    wanted: Outcome,
    json: bool,
    console: &mut Console,
) -> Result<End, Trouble> {
    if json {
        console.json(&json!(ended))?;
    }
    Ok(if ended.end == wanted { End::Good } else { End::Failed })
}
