//! Who answers for Prometheus servers here.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use domain::Failure;
use prometheus::Servers;
use workflow::ports::Prometheus;

use super::Account;
use super::world::World;
use crate::plant::Plant;

/// What a query comes to.
pub type Asking = Pin<Box<dyn Future<Output = Result<Vec<f64>, Failure>> + Send>>;

/// Who answers queries.
#[derive(Clone)]
pub struct Oracle(Arc<dyn Fn(String, String) -> Asking + Send + Sync>);

impl Oracle {
    /// One that is given the address of the server, and the query.
    pub fn new(answer: impl Fn(String, String) -> Asking + Send + Sync + 'static) -> Self {
        Self(Arc::new(answer))
    }

    /// The servers themselves.
    pub fn servers() -> Self {
        let servers = Servers::default();
        Self::new(move |server, query| {
            let servers = servers.clone();
            Box::pin(async move { Prometheus::ask(&servers, &server, &query).await })
        })
    }
}

impl fmt::Debug for Oracle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Oracle")
    }
}

impl<P: Plant> Account<P> {
    /// Lets `oracle` answer queries to Prometheus servers; without, no server is there.
    pub fn let_answer(&self, oracle: Oracle) {
        *self.0.oracle.write() = Some(oracle);
    }
}

impl<P: Plant> Prometheus for World<P> {
    async fn ask(&self, server: &str, query: &str) -> Result<Vec<f64>, Failure> {
        let oracle = self.0.oracle.read().clone();
        let answer = async {
            match oracle {
                Some(Oracle(answer)) => answer(server.to_owned(), query.to_owned()).await,
                None => {
                    Err(Failure::Unavailable(format!("could not ask {server}: nobody is there")))
                }
            }
        };
        self.0.calls.make("prometheus.ask", answer).await
    }
}
