//! What Task states ask of the world.

use std::future::Future;
use std::sync::Arc;

use serde_json::Value;

use crate::error::TaskError;
use crate::identity::Identity;
use crate::integration::{Integration, Pattern};

/// One call of a Task state.
#[derive(Debug, Clone)]
pub struct Request {
    /// Which service is called.
    pub integration: Integration,
    /// When the task is over.
    pub pattern: Pattern,
    /// The state's `Arguments`, evaluated. Shared with the history, hence the `Arc`.
    pub arguments: Arc<Value>,
    /// The task token, with [`Pattern::WaitForTaskToken`]. It may be answered while the call is
    /// still going on.
    pub token: Option<Arc<str>>,
    /// Who is asking.
    pub execution: Arc<Identity>,
    /// The state that is asking.
    pub state: Arc<str>,
    /// Which attempt of this visit of the state this is: 0, then 1 for its first retry, and so on.
    pub attempt: u32,
}

/// The services that an execution's Task states call.
///
/// The future is dropped when the state times out, a sibling branch fails, or the execution is
/// stopped; whatever must outlive that belongs in a task of its own.
pub trait Resources: Send + Sync + 'static {
    /// Answers one call. An `Err` fails the task, also when a token is being waited for.
    fn request(&self, request: Request) -> impl Future<Output = Result<Value, TaskError>> + Send;
}
