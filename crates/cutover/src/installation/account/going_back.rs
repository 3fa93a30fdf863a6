//! Going back: what is under way is stopped, or an earlier release is deployed.

use domain::Failure;
use domain::history::last_good;
use domain::name::{DeploymentId, Digest, ServiceName, Tag};
use domain::record::Record;
use domain::request::{Cause, Request};
use domain::service::ServiceDocument;
use local::door::view::{GoBack, GoingBack};
use workflow::ports::{Executions, Fleet, Ledger};

use super::Account;
use super::trouble::trouble;
use crate::problem::{Problem, Trouble};

/// So many of the newest deployments are looked at for a good one.
const LOOKED_AT: usize = 50;

impl Account {
    /// Goes back: stops what is under way, or deploys an earlier release.
    pub(crate) async fn go_back(
        &self,
        service: &ServiceName,
        ask: GoBack,
    ) -> Result<GoingBack, Trouble> {
        let what = format!("roll {service} back");
        let document = self.document(&what, service).await?;
        let GoBack { to, by, reason } = ask;

        if to.is_none() {
            let stopped = self.stop(service, reason.as_deref()).await;
            if let Some(deployment) = stopped.map_err(|failure| trouble(&what, &failure))? {
                return Ok(GoingBack::Stopping { deployment });
            }
        }
        let (tag, digest) = match to {
            Some(text) if text.starts_with("sha256:") => (None, Some(named(&what, &text)?)),
            Some(text) => (Some(named(&what, &text)?), None),
            None => self.earlier(&what, &document).await?,
        };
        let service = service.clone();
        let request =
            Request { service, tag, digest, cause: Cause::Rollback, by, at: None, reason };
        self.start(&what, request).await.map(GoingBack::Deployment)
    }

    /// Stops the deployment that holds the lease, if one does and still runs. Once ECS moves traffic,
    /// it is ECS that is told: the deployment sees it and ends. Before that, there is only the
    /// execution to stop, and its recovery gives the lease back.
    async fn stop(
        &self,
        service: &ServiceName,
        reason: Option<&str>,
    ) -> Result<Option<DeploymentId>, Failure> {
        let desk = self.ledger.desk(service).await?;
        let Some(holder) = desk.lease.map(|lease| lease.holder) else { return Ok(None) };

        let record = self.ledger.record(&holder).await?;
        if let Some(rollout) = record.as_ref().and_then(Record::rollout)
            && !self.fleet.rollout(rollout).await?.status.is_end()
        {
            self.fleet.stop(rollout).await?;
            return Ok(Some(holder));
        }
        if !self.deployments.runs(&holder).await? {
            return Ok(None);
        }
        self.deployments.stop(&holder, reason.unwrap_or("somebody asked to go back")).await?;
        Ok(Some(holder))
    }

    /// The last good release before the one that serves, and the tag by which it is wanted. By its
    /// tag people know it, and by its tag its height is known; without one it is deployed all the
    /// same.
    async fn earlier(
        &self,
        what: &str,
        document: &ServiceDocument,
    ) -> Result<(Option<Tag>, Option<Digest>), Trouble> {
        let records = self.ledger.history(&document.name, LOOKED_AT).await;
        let records = records.map_err(|failure| trouble(what, &failure))?;
        let Some(digest) = last_good(&records) else {
            let name = &document.name;
            let nothing = format!("nothing that Cutover knows was good before in {name}");
            return Err(Problem::with(what, nothing)
                .remedy("say with --to which release to go back to")
                .into());
        };
        let plans = records.iter().filter_map(Record::plan).filter(|plan| plan.digest == digest);
        let mut tags = plans.filter_map(|plan| plan.tag.clone());
        let tag = tags.find(|tag| document.tags.judge(tag).is_ok());
        Ok((tag, Some(digest)))
    }
}

fn named<T: std::str::FromStr<Err: std::fmt::Display>>(
    what: &str,
    text: &str,
) -> Result<T, Trouble> {
    text.parse().map_err(|error: T::Err| Problem::with(what, error).at("--to").into())
}
