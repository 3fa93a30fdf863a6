//! A clock of its own for each world.

use std::future::Future;

use tokio::runtime::Runtime;

/// A runtime with a clock of its own, which stands still while anything can be done.
pub fn paused() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without I/O needs nothing")
}

/// Runs one world on a clock of its own.
pub fn run<T>(world: impl Future<Output = T>) -> T {
    paused().block_on(world)
}
