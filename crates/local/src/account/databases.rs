//! RDS and its metrics, as the steps ask of them, kept by the databases of the account.

use domain::Failure;
use domain::metric::{Query, Series};
use domain::replica::Replica;
use jiff::Timestamp;
use workflow::ports::{Metrics, Replicas};

use super::world::World;
use crate::plant::Plant;

impl<P: Plant> Replicas for World<P> {
    async fn replicas(&self, instances: &[String]) -> Result<Vec<Replica>, Failure> {
        let answer = async { self.0.databases.replicas(instances) };
        self.0.calls.make("replicas.replicas", answer).await
    }
}

impl<P: Plant> Metrics for World<P> {
    async fn series(
        &self,
        queries: &[Query],
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Series>, Failure> {
        let answer = async {
            let series = |query| self.0.databases.series(query, from, to);
            Ok(queries.iter().map(series).collect())
        };
        self.0.calls.make("metrics.series", answer).await
    }
}
