//! The databases that services read from, and what is measured of them.

mod postgres;
mod simulated;

pub use postgres::{Pair, Postgres};
pub use simulated::SimulatedReplica;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::Failure;
use domain::metric::{Point, Query, Series};
use domain::replica::{Instance, Replica};
use domain::seconds::Seconds;
use jiff::Timestamp;
use parking_lot::RwLock;

/// A database that may be a replica of another.
pub trait Database: Send + Sync {
    /// What it is now.
    fn instance(&self) -> Result<Instance, Failure>;
    /// Its greatest lag from a moment until before another, in the unit of its metric; nothing if
    /// it was not measured then.
    fn lag(&self, from: Timestamp, to: Timestamp) -> Option<f64>;
}

/// All databases, by name.
#[derive(Default)]
pub(crate) struct Databases(RwLock<BTreeMap<String, Arc<dyn Database>>>);

impl Databases {
    pub(crate) fn put(&self, name: &str, database: Arc<dyn Database>) {
        self.0.write().insert(name.to_owned(), database);
    }

    /// What each of these is, in the same order.
    pub(crate) fn replicas(&self, names: &[String]) -> Result<Vec<Replica>, Failure> {
        let replica = |name: &String| {
            let instance = self.get(name).map(|database| database.instance()).transpose()?;
            Ok(Replica { name: name.clone(), instance })
        };
        names.iter().map(replica).collect()
    }

    /// All that can be told of.
    pub(crate) fn instances(&self) -> Vec<Instance> {
        self.0.read().values().filter_map(|database| database.instance().ok()).collect()
    }

    fn get(&self, name: &str) -> Option<Arc<dyn Database>> {
        self.0.read().get(name).cloned()
    }

    /// What a metric was; nothing of one that is not of a database of this account.
    pub(crate) fn series(&self, query: &Query, from: Timestamp, to: Timestamp) -> Series {
        let name = query.dimensions.get("DBInstanceIdentifier");
        let Some(database) = name.and_then(|name| self.get(name)) else { return Series::NoData };

        let mut points = Vec::new();
        let (period, mut at) = (Seconds(query.period.0.max(1)), from);
        while at < to {
            let value = database.lag(at, period.after(at));
            points.extend(value.map(|value| Point { at, value }));
            at = period.after(at);
        }
        if points.is_empty() { Series::NoData } else { Series::Complete(points) }
    }
}

impl std::fmt::Debug for Databases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.read().keys()).finish()
    }
}
