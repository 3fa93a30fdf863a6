//! Who an execution is.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;

/// Who an execution is.
#[derive(Debug, Clone, PartialEq)]
pub struct Identity {
    /// Its name, unique among the executions of its machine.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The ARN of its machine.
    pub machine_arn: String,
    /// The role it runs as.
    pub role_arn: Option<String>,
    /// Its input.
    pub input: Arc<Value>,
    /// When it started.
    pub start: Timestamp,
}

impl Identity {
    /// The name of its machine: the last part of the machine's ARN.
    pub fn machine_name(&self) -> &str {
        self.machine_arn.rsplit(':').next().unwrap_or(&self.machine_arn)
    }
}
