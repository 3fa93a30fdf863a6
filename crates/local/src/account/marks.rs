//! What people see of deployments: kept on this machine, or shown by a GitHub.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use domain::Failure;
use domain::marking::{Light, Mark, Status};
use domain::name::DeploymentId;
use github::deployments::{Access, Deployments};
use jiff::Timestamp;
use parking_lot::Mutex;
use workflow::ports::{Clock, Statuses};

use super::Account;
use super::world::World;
use crate::plant::Plant;

/// What people see of deployments.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// The newest mark of each, where no GitHub shows them.
    kept: Mutex<BTreeMap<DeploymentId, Mark>>,
    github: OnceLock<Deployments<Hands>>,
}

/// The clock of the account.
#[derive(Debug, Clone, Copy)]
struct Hands(asl::Clock);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn until(&self, moment: Timestamp) {
        let left = moment.duration_since(self.now());
        tokio::time::sleep(left.try_into().unwrap_or_default()).await;
    }
}

impl Marks {
    fn status(&self, mark: &Mark) -> Option<Status> {
        self.kept.lock().get(&mark.deployment).map(|kept| kept.status.clone())
    }

    fn show(&self, mark: &Mark) {
        self.kept.lock().insert(mark.deployment.clone(), mark.clone());
    }

    fn replace(&self, mark: &Mark) {
        let mut kept = self.kept.lock();
        let beside = |it: &&mut Mark| {
            it.shown == mark.shown && it.service == mark.service && it.deployment != mark.deployment
        };
        for other in kept.values_mut().filter(beside) {
            if other.status.light == Light::Success {
                other.status = Status::replaced();
            }
        }
    }
}

impl<P: Plant> Statuses for World<P> {
    async fn status(&self, mark: &Mark) -> Result<Option<Status>, Failure> {
        let answer = async {
            match self.0.marks.github.get() {
                Some(github) => github.status(mark).await,
                None => Ok(self.0.marks.status(mark)),
            }
        };
        self.0.calls.make("statuses.status", answer).await
    }

    async fn show(&self, mark: &Mark) -> Result<(), Failure> {
        let effect = async {
            match self.0.marks.github.get() {
                Some(github) => github.show(mark).await,
                None => {
                    self.0.marks.show(mark);
                    Ok(())
                }
            }
        };
        self.0.calls.make("statuses.show", effect).await
    }

    async fn replace(&self, mark: &Mark) -> Result<(), Failure> {
        let effect = async {
            match self.0.marks.github.get() {
                Some(github) => github.replace(mark).await,
                None => {
                    self.0.marks.replace(mark);
                    Ok(())
                }
            }
        };
        self.0.calls.make("statuses.replace", effect).await
    }
}

impl<P: Plant> Account<P> {
    /// Has deployments shown by the GitHub at `url` from now on, which is shown `access`. The first
    /// one stays.
    pub fn show_at(&self, url: &str, access: Access) {
        let github = Deployments::new(url, Some(access), Hands(self.0.clock));
        // A second one would be a mistake of ours.
        let _ = self.0.marks.github.set(github);
    }

    /// What is shown of each deployment, where no GitHub shows it.
    pub fn marks(&self) -> Vec<Mark> {
        self.0.marks.kept.lock().values().cloned().collect()
    }
}
