//! Who remembers what was started.

/// Remembers processes, so that the next start can end what a crash of ours left behind
/// (see [`super::reap`]).
///
/// Called from within the runtime, between two requests: it should take microseconds, and must
/// outlive a `kill -9` of this process to be of use.
pub trait Record: Send + Sync + 'static {
    /// A process was started for a task.
    fn started(&self, pid: u32, task: &str);

    /// The process and all it started are gone.
    fn ended(&self, pid: u32);
}

/// Remembers nothing.
impl Record for () {
    fn started(&self, _: u32, _: &str) {}

    fn ended(&self, _: u32) {}
}
