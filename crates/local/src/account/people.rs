//! What people do and ask, by the same code as the steps.

use domain::Failure;
use domain::approval::{Approve, Approved};
use domain::failure::decode;
use domain::freeze::{Freeze, FreezeByHand};
use domain::outlook::{Outlook, Reference};
use domain::people::{Answer, Ask};
use domain::quarantine::{ByHand, InForce, Quarantine};
use domain::service::ServiceDocument;
use domain::trigger::GoBack;
use serde_json::json;
use workflow::GoingBack;

use super::Account;
use super::executions::failed;
use super::steps::{self, Payload};
use crate::plant::Plant;

impl<P: Plant> Account<P> {
    /// Goes back as a person wants, and tells what is done.
    pub async fn go_back(&self, ask: &GoBack) -> Result<GoingBack, Failure> {
        let world = self.world();
        workflow::go_back(&world, &world, &world, &world, &world, ask).await
    }

    /// Does what somebody wants who pressed a button or gave a command, and tells what is said to
    /// them.
    pub async fn press(&self, ask: Ask) -> Result<Answer, Failure> {
        let pressed = steps::invoke(&self.0, "press", Payload::Own(json!(ask))).await;
        decode(&pressed.map_err(|error| failed(&error))?)
    }

    /// Keeps a release from being deployed again, and tells what is in force then.
    pub async fn quarantine(&self, ask: &ByHand) -> Result<InForce, Failure> {
        let world = self.world();
        workflow::quarantine_by_hand(&world, &world, &world, ask).await
    }

    /// Lets a release be deployed again, and tells what was lifted.
    pub async fn lift(&self, ask: &ByHand) -> Result<Quarantine, Failure> {
        let world = self.world();
        workflow::lift(&world, &world, &world, ask).await
    }

    /// Lets a deployment go on that waits for people, and tells what was heard.
    pub async fn approve(&self, ask: Approve) -> Result<Approved, Failure> {
        let world = self.world();
        workflow::approve(&world, &world, &world, ask).await
    }

    /// Lets nothing new begin for a while, or no longer, and tells the freeze.
    pub async fn freeze(&self, ask: &FreezeByHand) -> Result<Freeze, Failure> {
        let world = self.world();
        workflow::freeze(&world, &world, &world, &world, &world, ask).await
    }

    /// Finds out what a deployment of a service would meet if it began now, and begins none.
    pub async fn outlook(
        &self,
        service: ServiceDocument,
        reference: Option<&Reference>,
    ) -> Result<Outlook, Failure> {
        let w = self.world();
        workflow::outlook(&w, &w, &w, &w, &w, &w, &w, &w, &w, &w, &w, service, reference).await
    }
}
