//! A read replica that is as a story says.

use domain::Failure;
use domain::replica::{Instance, Replication};
use domain::seconds::Seconds;
use jiff::Timestamp;

use super::Database;

/// A read replica that is as a story says.
pub struct SimulatedReplica {
    instance: Instance,
    lag: Box<dyn Fn(Timestamp) -> Option<f64> + Send + Sync>,
}

impl SimulatedReplica {
    /// A replica of `orders` that replicates, and whose lag in seconds is measured once a minute.
    pub fn new(name: &str, lag: impl Fn(Timestamp) -> Option<f64> + Send + Sync + 'static) -> Self {
        let replication =
            Replication { normal: true, status: "replicating".to_owned(), message: None };
        let instance = Instance {
            name: name.to_owned(),
            engine: "postgres".to_owned(),
            status: "available".to_owned(),
            source: Some("orders".to_owned()),
            replication: Some(replication),
            member: None,
            replicas: Some(1),
            every: Seconds::minutes(1),
        };
        Self { instance, lag: Box::new(lag) }
    }

    /// The same in another state.
    #[must_use]
    pub fn being(mut self, change: impl FnOnce(&mut Instance)) -> Self {
        change(&mut self.instance);
        self
    }
}

impl std::fmt::Debug for SimulatedReplica {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SimulatedReplica").field(&self.instance).finish()
    }
}

impl Database for SimulatedReplica {
    fn instance(&self) -> Result<Instance, Failure> {
        Ok(self.instance.clone())
    }

    fn lag(&self, from: Timestamp, _to: Timestamp) -> Option<f64> {
        (self.lag)(from)
    }
}
