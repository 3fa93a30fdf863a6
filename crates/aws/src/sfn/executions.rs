//! How the executions of a state machine stand, and how they ended.

use aws_sdk_sfn::error::ProvideErrorMetadata;
use aws_sdk_sfn::operation::describe_execution::DescribeExecutionOutput;
use aws_sdk_sfn::types::ExecutionListItem;
use aws_sdk_sfn::types::ExecutionStatus::{
    self, Aborted, Failed, PendingRedrive, Running, TimedOut,
};
use domain::Failure;
use domain::event::ExecutionEnded;
use domain::name::DeploymentId;
use jiff::Timestamp;
use workflow::ports::Executions;

use super::StateMachine;
use crate::failure::failure;
use crate::moment::timestamp;

/// How many executions are listed at a time. Source: `ListExecutions`, `maxResults`.
const PAGE: i32 = 1_000;

/// How many pages are read of each way to end. Step Functions forgets after 90 days.
const PAGES: usize = 5;

/// Only the execution of the deployment itself can be asked for: EventBridge names a recovery after
/// the event that started it. None is overlooked where it counts. A lease is taken over when it is
/// expired and nobody works under it, and a recovery that works renews it at every look
/// (`domain::desk::LEASE`).
impl Executions for StateMachine {
    async fn runs(&self, deployment: &DeploymentId) -> Result<bool, Failure> {
        let found = self.describe(deployment).await?;

        Ok(found.is_some_and(|found| is_at_work(found.status())))
    }

    async fn broken_off(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<DeploymentId>, Failure> {
        let mut broken_off = Vec::new();
        for end in [Failed, TimedOut, Aborted] {
            let within = self.list(end).await?.into_iter().filter(|it| {
                let stopped = it.stop_date().and_then(timestamp);
                stopped.is_some_and(|stopped| (from..to).contains(&stopped))
            });
            // What was started under another kind of name was never a deployment of ours.
            broken_off.extend(within.filter_map(|it| it.name().parse().ok()));
        }
        Ok(broken_off)
    }

    async fn ended(&self, deployment: &DeploymentId) -> Result<Option<ExecutionEnded>, Failure> {
        let found = self.describe(deployment).await?.filter(|it| !is_at_work(it.status()));

        Ok(found.map(|found| ExecutionEnded {
            name: deployment.clone(),
            status: found.status().as_str().to_owned(),
            input: found.input,
            error: found.error,
            cause: found.cause,
        }))
    }

    async fn stop(&self, deployment: &DeploymentId, why: &str) -> Result<(), Failure> {
        let stop = self.client.stop_execution().cause(why);

        match stop.execution_arn(self.execution(deployment)?).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("ExecutionDoesNotExist") => Ok(()),
            Err(error) => Err(failure(&format!("stop the execution {deployment}"), &error)),
        }
    }
}

/// One that is about to be redriven will act again.
fn is_at_work(status: &ExecutionStatus) -> bool {
    matches!(status, Running | PendingRedrive)
}

impl StateMachine {
    async fn describe(
        &self,
        deployment: &DeploymentId,
    ) -> Result<Option<DescribeExecutionOutput>, Failure> {
        let describe = self.client.describe_execution();

        match describe.execution_arn(self.execution(deployment)?).send().await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.code() == Some("ExecutionDoesNotExist") => Ok(None),
            Err(error) => Err(failure(&format!("describe the execution {deployment}"), &error)),
        }
    }

    /// Those that ended in this way, newest first.
    async fn list(&self, end: ExecutionStatus) -> Result<Vec<ExecutionListItem>, Failure> {
        let what = format!("list the executions that ended {end}");
        let mut listed = Vec::new();
        let mut page = None;
        for _ in 0..PAGES {
            let list = self
                .client
                .list_executions()
                .state_machine_arn(&self.arn)
                .status_filter(end.clone())
                .max_results(PAGE)
                .set_next_token(page);
            let answer = list.send().await.map_err(|error| failure(&what, &error))?;

            listed.extend(answer.executions);
            page = answer.next_token;
            if page.is_none() {
                return Ok(listed);
            }
        }
        tracing::warn!(
            "{} executions ended {end}, and there are more; they are left out",
            listed.len()
        );
        Ok(listed)
    }
}
