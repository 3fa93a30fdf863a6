//! RDS, as the steps ask of it, kept by the databases of the account.

use domain::Failure;
use domain::replica::Replica;
use workflow::ports::Replicas;

use super::world::World;
use crate::plant::Plant;

impl<P: Plant> Replicas for World<P> {
    async fn replicas(&self, instances: &[String]) -> Result<Vec<Replica>, Failure> {
        let answer = async { self.0.databases.replicas(instances) };
        self.0.calls.make("replicas.replicas", answer).await
    }
}
