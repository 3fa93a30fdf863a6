//! What the reference services share: settings, failure switches, metrics, an HTTP server.
//!
//! A service is an [`App`]. [`run()`] is its whole `main`; [`serve`] is the same for a program that
//! carries the service and has a runtime already. Beside what the app answers, every service has
//!
//! | path | answer |
//! |---|---|
//! | `GET /` | its name, version and image |
//! | `GET /healthz` | 200, or 503 with `FAIL_HEALTH` |
//! | `GET /smoke` | 200, or 500 with `FAIL_SMOKE` |
//! | `GET /metrics` | counts and latencies of production requests, as Prometheus reads them |
//!
//! The last three are probes: they are not counted, not slowed down, and do not fail by `FAIL_RATE`,
//! so that a bad version shows itself only under production traffic.

mod settings;

mod app;
mod failing;
mod metrics;

mod answer;
mod server;

mod run;

pub use app::{App, Call, Method, Reply, StatusCode};
pub use run::{Stopped, run, serve};
pub use server::Server;
pub use settings::{BadSettings, Settings};
