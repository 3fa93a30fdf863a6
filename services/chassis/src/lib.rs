//! What the reference services share: settings, failure switches, database, cache, metrics, traces, an
//! HTTP server.
//!
//! A service is an [`App`], and [`run()`] is its whole `main`. Beside what the app answers, every service
//! has
//!
//! | path | answer |
//! |---|---|
//! | `GET /` | its name, version and image |
//! | `GET /healthz` | 200 while it lives, or 503 with `FAIL_HEALTH` |
//! | `GET /readyz` | how its database and its cache stand; 503 if one is gone that it cannot do without |
//! | `GET /smoke` | 200, or 500 with `FAIL_SMOKE` |
//! | `GET /metrics` | counts and latencies of production requests, database and cache, as Prometheus reads them |
//!
//! The last four are probes: they are not counted, not slowed down, and do not fail by `FAIL_RATE`,
//! so that a bad version shows itself only under production traffic.

mod settings;

mod app;
mod failing;
mod log;
mod metrics;
mod traces;

mod cache;
mod data;
mod database;
mod dependency;
mod pool;
mod ready;
mod stopped;
mod tls;
mod trouble;

mod answer;
mod server;

mod run;

pub use app::{App, Call, Method, Reply, StatusCode};
pub use cache::Cache;
pub use data::Data;
pub use database::{Database, Migration, Value};
pub use run::run;
pub use server::Server;
pub use settings::{BadSettings, CachePlace, DatabasePlace, Places, RedisPlace, Settings};
pub use stopped::Stopped;
pub use trouble::Trouble;
