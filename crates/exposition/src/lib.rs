//! What is counted, in the text format that Prometheus reads.
//!
//! Source: <https://prometheus.io/docs/instrumenting/exposition_formats/>, version 0.0.4.

mod histogram;
mod text;

pub use histogram::Histogram;
pub use text::{CONTENT_TYPE, Text, label};
