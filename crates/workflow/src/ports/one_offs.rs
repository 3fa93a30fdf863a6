//! Tasks that run once.

use domain::Failure;
use domain::name::{Arn, DeploymentId};
use domain::preserved::Task;
use domain::service::Place;

/// Tasks that run once: ECS.
pub trait OneOffs {
    /// Starts a task where the tasks of a service run, and as they do. Asking twice under one name
    /// starts one. [`Failure::Busy`] if there is no room for it now.
    async fn begin(&self, place: &Place, task: &OneOff) -> Result<Arn, Failure>;
    /// How a task stands; none if ECS tells of it not yet, or no more.
    async fn task(&self, place: &Place, task: &Arn) -> Result<Option<Task>, Failure>;
    /// The task that was started under a name, if ECS tells of one.
    async fn named(&self, place: &Place, name: &DeploymentId) -> Result<Option<Arn>, Failure>;
    /// Stops a task. One that is over stays as it is.
    async fn end(&self, place: &Place, task: &Arn, why: &str) -> Result<(), Failure>;
}

/// A task that runs once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOff {
    /// Under which name it is started: that of the deployment it is for.
    pub name: DeploymentId,
    /// What it is made of.
    pub task_definition: Arn,
    /// Which container runs the command; the only one if none is named.
    pub container: Option<String>,
    /// What the container runs in place of its own command.
    pub command: Vec<String>,
}
