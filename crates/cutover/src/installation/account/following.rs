//! Follows one deployment to its end, by its record in the ledger.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use domain::Failure;
use domain::name::{DeploymentId, ServiceName};
use domain::outcome::Outcome;
use domain::record::Record;
use local::account::Told;
use tokio::time::{Instant, sleep};
use workflow::ports::{Executions, Ledger};

use super::Account;
use super::trouble::trouble;
use crate::console::Console;
use crate::problem::Trouble;
use crate::telling::Names;

/// How often the record is looked at. A look is one read of a few kilobytes.
const LOOK: Duration = Duration::from_secs(1);

/// How long AWS may be away before we give up: its SDK has tried three times by then, each time.
const AWAY: Duration = Duration::from_mins(1);

/// How long a deployment may stay without a record. Its first step writes one within seconds, and
/// what stops before that is recorded by its recovery, a minute later.
const SILENT: Duration = Duration::from_mins(3);

/// What was told of a deployment so far.
#[derive(Debug)]
pub(crate) struct Following<'a> {
    account: &'a Account,
    service: ServiceName,
    names: Names,
    /// The keys of the entries that were told.
    told: BTreeSet<String>,
    quiet: bool,
}

impl<'a> Following<'a> {
    /// Begins before the deployment does. `quiet` tells nothing.
    pub(in crate::installation) fn begin(
        account: &'a Account,
        service: &ServiceName,
        quiet: bool,
    ) -> Self {
        let (names, told) = (Names::default(), BTreeSet::new());
        Self { account, service: service.clone(), names, told, quiet }
    }

    /// Tells what happens until the deployment is over.
    pub(crate) async fn tell_to_the_end(
        mut self,
        deployment: &DeploymentId,
        console: &mut Console,
    ) -> Result<Outcome, Trouble> {
        let what = format!("follow {deployment}");
        let (began, mut answered) = (Instant::now(), Instant::now());
        loop {
            match self.account.ledger.record(deployment).await {
                Ok(Some(record)) => {
                    answered = Instant::now();
                    self.tell(&record, console)?;
                    if let Some(outcome) = record.outcome() {
                        return Ok(outcome.clone());
                    }
                }
                Ok(None) => {
                    answered = Instant::now();
                    if began.elapsed() > SILENT {
                        self.find(&what, deployment).await?;
                    }
                }
                Err(Failure::Unavailable(_) | Failure::Busy(_)) if answered.elapsed() < AWAY => {}
                Err(failure) => return Err(trouble(&what, &failure)),
            }
            sleep(LOOK).await;
        }
    }

    /// Nothing is recorded: is there anything to wait for?
    async fn find(&self, what: &str, deployment: &DeploymentId) -> Result<(), Trouble> {
        let runs = self.account.deployments.runs(deployment).await;
        if runs.map_err(|failure| trouble(what, &failure))? {
            return Ok(());
        }
        let link = self.account.link(deployment).unwrap_or_default();
        let told =
            format!("its execution is over and left no record; the console knows why: {link}");
        Err(Trouble::system(what)(io::Error::other(told)))
    }

    fn tell(&mut self, record: &Record, console: &mut Console) -> Result<(), Trouble> {
        for dated in &record.entries {
            if !self.told.insert(dated.entry.key()) {
                continue;
            }
            let told = Told::Recorded {
                at: dated.at,
                deployment: record.deployment.clone(),
                service: self.service.clone(),
                entry: dated.entry.clone(),
            };
            let line = self.names.tell(&told);
            if !self.quiet {
                console.line(line)?;
            }
        }
        Ok(())
    }
}
