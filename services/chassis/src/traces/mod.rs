//! Traces for a collector of OpenTelemetry.

#[cfg(not(feature = "traces"))]
mod absent;
#[cfg(feature = "traces")]
mod collector;
#[cfg(feature = "traces")]
mod present;

#[cfg(not(feature = "traces"))]
pub(crate) use absent::{Traces, follow};
#[cfg(feature = "traces")]
pub(crate) use present::{Traces, follow};
