//! Real servers for tests, each on a free port of this machine.
//!
//! PostgreSQL and Redis are those of Debian's packages. Where one is not installed, a test that wants it is
//! skipped and says so; where `CI` is set, which installs them, it fails.

pub mod postgres;
pub mod redis;
pub mod task;

use std::net::TcpListener;

pub use postgres::Pair;
pub use redis::Redis;
pub use task::Task;

/// A port that was free a moment ago.
fn free_port() -> u16 {
    let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    free.expect("a free port").port()
}

/// What was found; if it was not, the test is skipped or fails.
#[expect(clippy::print_stdout, reason = "a test that was skipped says so")]
fn promised<T>(found: Option<T>, what: &str) -> Option<T> {
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{what}, which CI installs, is not there");
        println!("skipped: there is no {what}");
    }
    found
}
