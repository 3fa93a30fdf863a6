//! How an execution is started.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use crate::clock::Clock;
use crate::history::Keep;
use crate::identity::Identity;
use crate::status::StatusChange;

/// Hears of every change of an execution's status, at once and in order. It must not block.
pub type Observer = Arc<dyn Fn(&StatusChange) + Send + Sync>;

/// How to start an execution.
#[derive(Clone)]
pub struct Start {
    /// Its name.
    pub name: String,
    /// Its ARN. It also seeds `$random`, `$uuid` and the jitter of retries, so that a run can be
    /// repeated.
    pub arn: String,
    /// The ARN of the machine.
    pub machine_arn: String,
    /// The role it runs as, for `$states.context.Execution.RoleArn`.
    pub role_arn: Option<String>,
    /// Its input.
    pub input: Arc<Value>,
    /// What time it is.
    pub clock: Clock,
    /// How much of it to remember.
    pub keep: Keep,
    /// Who hears of its status.
    pub on_status: Option<Observer>,
}

impl Start {
    /// Starts `name` of the machine `machine_arn`, with an ARN as Step Functions would make it,
    /// remembering everything.
    pub fn new(
        name: impl Into<String>,
        machine_arn: impl Into<String>,
        input: impl Into<Arc<Value>>,
        clock: Clock,
    ) -> Self {
        let (name, machine_arn) = (name.into(), machine_arn.into());
        Self {
            arn: format!("{}:{name}", machine_arn.replacen(":stateMachine:", ":execution:", 1)),
            name,
            machine_arn,
            role_arn: None,
            input: input.into(),
            clock,
            keep: Keep::default(),
            on_status: None,
        }
    }

    /// Remembers this much.
    #[must_use]
    pub fn keeping(self, keep: Keep) -> Self {
        Self { keep, ..self }
    }

    /// Tells `observer` of every change of status.
    #[must_use]
    pub fn telling(self, observer: impl Fn(&StatusChange) + Send + Sync + 'static) -> Self {
        Self { on_status: Some(Arc::new(observer)), ..self }
    }

    pub(super) fn identity(&self) -> Identity {
        Identity {
            name: self.name.clone(),
            arn: self.arn.clone(),
            machine_arn: self.machine_arn.clone(),
            role_arn: self.role_arn.clone(),
            input: Arc::clone(&self.input),
            start: self.clock.now(),
        }
    }
}

impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start")
            .field("arn", &self.arn)
            .field("keep", &self.keep)
            .finish_non_exhaustive()
    }
}
