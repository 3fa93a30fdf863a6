//! Follows one deployment to its end, over a restart of the daemon if need be.

use std::collections::BTreeSet;
use std::time::Duration;

use domain::name::{DeploymentId, ServiceName};
use domain::outcome::Outcome;
use domain::record::{Entry, Record};
use local::account::Told;
use local::door::view::{Chapter, Service};
use tokio::time::{Instant, sleep};

use crate::console::Console;
use crate::problem::Trouble;
use crate::server::{Server, Unanswered};
use crate::telling::Names;

/// How long a daemon may be away: a restart takes seconds.
const AWAY: Duration = Duration::from_mins(1);

/// Where in the story a deployment begins.
pub(crate) struct Following<'a> {
    server: &'a Server,
    service: Service,
    names: Names,
    chapter: Chapter,
    /// The keys of the entries that were told: after a restart the record tells what was missed.
    told: BTreeSet<String>,
    quiet: bool,
}

impl<'a> Following<'a> {
    /// Begins before the deployment does, so that nothing of it is missed. `quiet` tells nothing.
    pub(crate) async fn begin(
        server: &'a Server,
        service: &ServiceName,
        quiet: bool,
    ) -> Result<Self, Unanswered> {
        let service: Service = server.get(&["services", service.as_str()]).await?;
        let mut names = Names::default();
        names.learn_of(&service);
        let chapter = server.get(&["story"]).await?;
        Ok(Self { server, service, names, chapter, told: BTreeSet::new(), quiet })
    }

    /// Tells what happens until the deployment is over.
    pub(crate) async fn tell_to_the_end(
        mut self,
        deployment: &DeploymentId,
        console: &mut Console,
    ) -> Result<Outcome, Trouble> {
        let mut since = Instant::now();
        loop {
            let (after, life) = (self.chapter.next.to_string(), self.chapter.life.to_string());
            let query = [("after", &*after), ("life", &*life)];
            match self.server.get_with::<Chapter>(&["story"], &query).await {
                Ok(chapter) if chapter.life == self.chapter.life => {
                    since = Instant::now();
                    let lines = chapter.lines.iter().map(|line| line.told.clone()).collect();
                    self.chapter = chapter;
                    if let Some(outcome) = self.tell(deployment, lines, console)? {
                        return Ok(outcome);
                    }
                }
                // Another life of the daemon: the record has what this one was not asked for.
                Ok(chapter) => {
                    self.chapter = Chapter { next: 0, ..chapter };
                    let lines = self.missed(deployment).await;
                    if let Some(outcome) = self.tell(deployment, lines, console)? {
                        return Ok(outcome);
                    }
                }
                Err(Unanswered::Away(_)) if since.elapsed() < AWAY => {
                    sleep(Duration::from_millis(500)).await;
                }
                Err(unanswered) => {
                    return Err(self.server.trouble(&format!("follow {deployment}"), unanswered));
                }
            }
        }
    }

    async fn missed(&self, deployment: &DeploymentId) -> Vec<Told> {
        let record = self.server.get::<Record>(&["deployments", deployment.as_str()]).await;
        let entries = record.map(|record| record.entries).unwrap_or_default();
        let told = |dated: domain::record::Dated| Told::Recorded {
            at: dated.at,
            deployment: deployment.clone(),
            service: self.service.name.clone(),
            entry: dated.entry,
        };
        entries.into_iter().map(told).collect()
    }

    fn tell(
        &mut self,
        of: &DeploymentId,
        lines: Vec<Told>,
        console: &mut Console,
    ) -> Result<Option<Outcome>, Trouble> {
        let mut end = None;
        for told in lines {
            let ours = match &told {
                Told::Recorded { deployment, entry, .. } => {
                    deployment == of && self.told.insert(entry.key())
                }
                Told::Shifted { place, .. } => *place == self.service.place,
                // Who follows a deployment has read all of it.
                Told::Wrote { .. } => false,
            };
            if !ours {
                continue;
            }
            let line = self.names.tell(&told);
            if !self.quiet {
                console.line(line)?;
            }
            if let Told::Recorded { entry: Entry::Ended { outcome }, .. } = told {
                end = Some(outcome);
            }
        }
        Ok(end)
    }
}
