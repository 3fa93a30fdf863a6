//! What is asked of ECS, page by page, with what it says of the missing in an answer of status 200.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use aws_sdk_ecs::types::{
    Failure as Missing, Service, ServiceDeployment, ServiceDeploymentBrief, ServiceRevision,
};
use domain::Failure;
use domain::name::Arn;
use domain::service::Place;

use super::{Ecs, reading};
use crate::failure::failure;

/// The most that ECS describes at once.
///
/// Source: the ECS API reference, `DescribeServiceRevisions` and `DescribeServiceDeployments`.
const AT_ONCE: usize = 20;
/// The most that ECS lists at once.
///
/// Source: the ECS API reference, `ListServiceDeployments.maxResults`.
const PAGE: i32 = 100;

impl Ecs {
    /// A service. One that was deleted is refused, though ECS tells of it for a while.
    pub(super) async fn service(&self, place: &Place) -> Result<Service, Failure> {
        let asked = self.0.describe_services().cluster(&place.cluster).services(&place.service);
        let told = asked.send().await;
        let told =
            told.map_err(|error| failure(&format!("describe the service {place}"), &error))?;

        let service = told.services.unwrap_or_default().into_iter().next();
        let service = service.ok_or_else(|| {
            missing(&format!("ECS has no service {place}"), told.failures.as_deref())
        })?;
        match service.status() {
            None | Some("ACTIVE") => Ok(service),
            Some(status) => Err(Failure::Refused(format!("the service {place} is {status}"))),
        }
    }

    /// A service deployment.
    pub(super) async fn deployment(&self, rollout: &Arn) -> Result<ServiceDeployment, Failure> {
        let (deployment, failures) = self.deployment_if_known(rollout).await?;
        deployment.ok_or_else(|| {
            missing(&format!("ECS has no service deployment {rollout}"), Some(&failures))
        })
    }

    /// Service revisions, in the order in which they are asked for.
    pub(super) async fn each_revision(
        &self,
        asked: &[Arn],
    ) -> Result<Vec<ServiceRevision>, Failure> {
        let arns = asked.iter().map(ToString::to_string).collect();
        let (told, failures) = self.revisions(arns).await?;
        let find = |revision: &Arn| {
            let mut told = told.iter();
            let found = told.find(|it| it.service_revision_arn() == Some(revision.as_str()));
            found.cloned().ok_or_else(|| {
                missing(&format!("ECS has no service revision {revision}"), Some(&failures))
            })
        };
        asked.iter().map(find).collect()
    }

    /// The revisions that a service has now. Those made before October 25, 2024 cannot be described.
    pub(super) async fn current_revisions(
        &self,
        service: &Service,
    ) -> Result<Vec<ServiceRevision>, Failure> {
        let current = service.current_service_revisions().iter();
        let arns = current.filter_map(|current| current.arn()).map(str::to_owned).collect();
        Ok(self.revisions(arns).await?.0)
    }

    /// The service deployment that a service names as its current one, if it is not over.
    ///
    /// ECS goes on naming the last one when it is over, so it is looked at: without that, no
    /// service that was ever deployed could be deployed again.
    pub(super) async fn in_progress(&self, current: Option<&str>) -> Result<Option<Arn>, Failure> {
        let Some(current) = current else { return Ok(None) };
        let current = reading::arn(current)?;

        // ECS forgets a deployment after 90 days.
        let (known, _) = self.deployment_if_known(&current).await?;
        Ok(known.filter(|known| !reading::is_end(known.status())).map(|_| current))
    }

    /// The newest service deployment to a task definition.
    pub(super) async fn newest_to(
        &self,
        place: &Place,
        green: &Arn,
    ) -> Result<Option<Arn>, Failure> {
        let mut next: Option<String> = None;
        loop {
            let asked = self
                .0
                .list_service_deployments()
                .cluster(&place.cluster)
                .service(&place.service)
                .max_results(PAGE)
                .set_next_token(next.clone());
            let told = asked.send().await.map_err(|error| {
                failure(&format!("list the deployments of the service {place}"), &error)
            })?;

            let mut page = told.service_deployments.unwrap_or_default();
            // Whatever order ECS lists a page in.
            page.sort_by_key(|deployment| Reverse(deployment.created_at));
            for batch in page.chunks(AT_ONCE) {
                if let Some(found) = self.first_to(batch, green).await? {
                    return Ok(Some(found));
                }
            }

            match told.next_token.filter(|token| !token.is_empty()) {
                None => return Ok(None),
                same if same == next => {
                    return Err(Failure::Unavailable(format!(
                        "ECS lists the same deployments of {place} again and again"
                    )));
                }
                further => next = further,
            }
        }
    }

    /// The first of these deployments that is to a task definition.
    async fn first_to(
        &self,
        batch: &[ServiceDeploymentBrief],
        green: &Arn,
    ) -> Result<Option<Arn>, Failure> {
        let targets: BTreeSet<&str> =
            batch.iter().filter_map(|it| it.target_service_revision_arn()).collect();
        let (revisions, _) =
            self.revisions(targets.into_iter().map(str::to_owned).collect()).await?;

        for deployment in batch {
            let Some(target) = deployment.target_service_revision_arn() else { continue };
            let revision = revisions.iter().find(|it| it.service_revision_arn() == Some(target));
            let is_green = revision.map(|it| it.task_definition() == Some(green.as_str()));
            if is_green == Some(true) {
                let found = deployment.service_deployment_arn().unwrap_or_default();
                return reading::arn(found).map(Some);
            }
            // Not to be taken for "there is none": then it would be launched a second time.
            if is_green.is_none() && !reading::is_end(deployment.status()) {
                return Err(Failure::Unavailable(format!(
                    "ECS lists a deployment to {target} and does not describe that yet"
                )));
            }
        }
        Ok(None)
    }

    /// A service deployment, or why ECS could not describe it.
    async fn deployment_if_known(
        &self,
        rollout: &Arn,
    ) -> Result<(Option<ServiceDeployment>, Vec<Missing>), Failure> {
        let asked = self.0.describe_service_deployments().service_deployment_arns(rollout.as_str());
        let told = asked.send().await.map_err(|error| {
            failure(&format!("describe the service deployment {rollout}"), &error)
        })?;
        let known = told.service_deployments.unwrap_or_default().into_iter().next();
        Ok((known, told.failures.unwrap_or_default()))
    }

    /// Up to twenty revisions, and those that ECS could not describe.
    async fn revisions(
        &self,
        arns: Vec<String>,
    ) -> Result<(Vec<ServiceRevision>, Vec<Missing>), Failure> {
        if arns.is_empty() {
            return Ok(Default::default());
        }
        let what = format!("describe the service revisions {}", arns.join(", "));
        let asked = self.0.describe_service_revisions().set_service_revision_arns(Some(arns));
        let told = asked.send().await.map_err(|error| failure(&what, &error))?;
        Ok((told.service_revisions.unwrap_or_default(), told.failures.unwrap_or_default()))
    }
}

/// What is not there, with the reason that ECS gave.
fn missing(none: &str, failures: Option<&[Missing]>) -> Failure {
    let given = failures.into_iter().flatten().next();
    let reason = given.and_then(|failure| failure.reason()).unwrap_or("no reason given");
    let detail = given.and_then(|failure| failure.detail());
    let detail = detail.map(|detail| format!(", {detail}")).unwrap_or_default();
    Failure::Refused(format!("{none} ({reason}{detail})"))
}
