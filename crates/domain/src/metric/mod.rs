//! A metric over a window of time: what is asked, and what is answered.

mod check;
mod fleets;

pub use check::{Measured, MetricCheck, Queried, Source, Watched};
pub use fleets::{counted, periods};

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::seconds::Seconds;
use crate::strategy::Percent;

/// One metric, as CloudWatch names it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Query {
    /// Whose metric it is: `AWS/RDS`.
    pub namespace: String,
    /// Its name: `ReplicaLag`.
    pub name: String,
    /// Of what: `DBInstanceIdentifier` and the instance.
    pub dimensions: BTreeMap<String, String>,
    /// What is made of the values of one period.
    pub statistic: Statistic,
    /// There is at most one point for each of these.
    pub period: Seconds,
}

/// What is made of the values of one period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Statistic {
    /// Their average.
    Average,
    /// Their sum.
    Sum,
    /// The least.
    Minimum,
    /// The greatest.
    Maximum,
    /// How many there are.
    SampleCount,
    /// The value that this share of them does not exceed.
    Percentile(Percent),
}

/// What is computed of several metrics, as CloudWatch does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Formula {
    /// Metric math over the ids: `100 * errors / requests`.
    pub math: String,
    /// The metrics, by their ids.
    pub of: BTreeMap<String, Query>,
}

/// What a metric was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Series {
    /// There is no point at all: nothing was measured, which is not zero.
    NoData,
    /// Some points, oldest first; others could not be told. A sum of these is too small.
    Partial(Vec<Point>),
    /// Every point, oldest first.
    Complete(Vec<Point>),
}

/// The value of one period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// When the period began.
    pub at: Timestamp,
    /// The value, in the metric's own unit.
    pub value: f64,
}

impl Query {
    /// The period of everything that is measured while a rollout goes on.
    pub const MINUTE: Seconds = Seconds::minutes(1);
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)?;
        let of: Vec<&str> = self.dimensions.values().map(String::as_str).collect();
        match of.as_slice() {
            [] => Ok(()),
            of => write!(f, " of {}", of.join(", ")),
        }
    }
}

impl Series {
    /// The points, oldest first.
    pub fn points(&self) -> &[Point] {
        match self {
            Self::NoData => &[],
            Self::Partial(points) | Self::Complete(points) => points,
        }
    }

    /// The newest point.
    pub fn newest(&self) -> Option<Point> {
        self.points().last().copied()
    }
}
