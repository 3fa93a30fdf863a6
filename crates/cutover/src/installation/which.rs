//! Which Cutover is asked, as a command line says it.

use clap::Args;

use super::Installation;
use crate::problem::Trouble;
use crate::server::At;

/// Which Cutover.
#[derive(Debug, Clone, Args)]
pub(crate) struct Which {
    #[command(flatten)]
    daemon: At,
    #[command(flatten)]
    account: InAccount,
}

/// The Cutover in an AWS account.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "On AWS")]
pub(crate) struct InAccount {
    /// Ask the Cutover in an AWS account instead of a daemon; so do the options below
    #[arg(long)]
    aws: bool,
    /// Whose credentials, by the name of a profile of the AWS tools
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The region that Cutover is in
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// The parameter that says where everything is [default: /cutover/settings]
    #[arg(long, value_name = "PARAMETER")]
    settings: Option<String>,
}

impl Which {
    /// Whether it is the one in an account.
    pub(crate) fn is_in_account(&self) -> bool {
        self.account.is_meant()
    }

    /// The Cutover that is meant. Whether a daemon is there shows when it is asked.
    pub(crate) async fn open(self) -> Result<Installation, Trouble> {
        match self.account.is_meant() {
            true => self.account.installation().await,
            false => self.daemon.server().map(Installation::Daemon),
        }
    }
}

impl InAccount {
    /// Whether it is this one that is meant, and not a daemon or a file.
    fn is_meant(&self) -> bool {
        let Self { aws, profile, region, settings } = self;
        *aws || [profile, region, settings].iter().any(|it| it.is_some())
    }

    #[cfg(feature = "aws")]
    async fn installation(&self) -> Result<Installation, Trouble> {
        let (profile, region) = (self.profile.as_deref(), self.region.as_deref());
        let account = super::Account::open(profile, region, self.settings.as_deref()).await?;
        Ok(Installation::Account(Box::new(account)))
    }

    #[cfg(not(feature = "aws"))]
    #[expect(clippy::unused_async, reason = "with AWS built in it asks for the settings")]
    async fn installation(&self) -> Result<Installation, Trouble> {
        Err(self.missing())
    }

    /// This program cannot ask AWS.
    #[cfg(not(feature = "aws"))]
    fn missing(&self) -> Trouble {
        let option = match self {
            Self { aws: true, .. } => "--aws",
            Self { profile: Some(_), .. } => "--profile",
            Self { region: Some(_), .. } => "--region",
            Self { .. } => "--settings",
        };
        crate::problem::Problem::with(option, "this program was built without AWS")
            .remedy(
                "take a released one, or build it: `cargo install --path crates/cutover --features aws`",
            )
            .into()
    }
}
