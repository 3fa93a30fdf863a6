//! What a service tells of itself.

use super::Service;
use crate::ecs::counts::counts;
use crate::ecs::{Revision, ServiceDeployment, ServiceDescription};

impl Service {
    /// The service's name.
    pub fn name(&self) -> &str {
        &self.identity.name
    }

    /// The service's ARN.
    pub fn arn(&self) -> &str {
        &self.identity.service_arn
    }

    /// The service, as `DescribeServices` tells of it.
    pub fn describe(&self) -> ServiceDescription {
        let Self { identity, fleets, .. } = self;
        let revisions: Vec<_> =
            fleets.active().map(|fleet| counts(fleet.revision, identity, fleets)).collect();
        ServiceDescription {
            service_arn: identity.service_arn.clone(),
            service_name: identity.name.clone(),
            cluster_arn: identity.cluster_arn.clone(),
            task_definition: self.task_definition.clone(),
            desired_count: fleets.desired,
            running_count: fleets.running(),
            pending_count: fleets.pending(),
            deployment_configuration: self.configuration.clone(),
            current_service_deployment: self.deployments.last().map(|it| it.arn.clone()),
            current_service_revisions: revisions,
            created_at: self.created_at,
        }
    }

    /// Its deployments, newest first, as far back as 90 days.
    pub fn deployments(&self) -> Vec<ServiceDeployment> {
        let newest_first = self.deployments.iter().rev();
        newest_first.map(|it| it.describe(&self.identity, &self.fleets)).collect()
    }

    /// One of its deployments.
    pub fn deployment(&self, arn: &str) -> Option<ServiceDeployment> {
        let known = self.deployments.iter().rev().find(|deployment| deployment.arn == arn);
        known.map(|it| it.describe(&self.identity, &self.fleets))
    }

    /// Its revisions, oldest first.
    pub fn revisions(&self) -> &[Revision] {
        &self.revisions
    }

    /// One of its revisions.
    pub fn revision(&self, arn: &str) -> Option<&Revision> {
        self.revisions.iter().rev().find(|revision| revision.arn == arn)
    }
}
