//! Waiting, and numbers of seconds.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::sleep;

use super::run::{Run, Visit};
use crate::definition::{Amount, Wait};
use crate::error::{QUERY_EVALUATION_ERROR, TaskError};
use crate::expression::Environment;
use crate::resources::Resources;

/// The longest time that Step Functions takes, in seconds.
const LONGEST: u64 = 99_999_999;

impl<R: Resources> Run<R> {
    pub(super) async fn wait(&self, visit: &Visit<'_>, wait: &Wait) -> Result<(), TaskError> {
        let duration = match wait {
            Wait::Seconds(seconds) => {
                Duration::from_secs(seconds.evaluate(&self.environment(visit), 0)?)
            }
            Wait::Timestamp(text) => {
                let text = text.evaluate(&self.environment(visit))?;
                let until: Timestamp = text.parse().map_err(|_| {
                    TaskError::new(
                        QUERY_EVALUATION_ERROR,
                        format!("The Timestamp '{text}' is not an ISO 8601 timestamp."),
                    )
                })?;
                // A time that is past is no wait.
                Duration::try_from(until.duration_since(self.clock.now())).unwrap_or_default()
            }
        };
        if !duration.is_zero() {
            sleep(duration).await;
        }
        Ok(())
    }
}

impl Amount {
    /// The number, from `least` up.
    pub(super) fn evaluate(
        &self,
        environment: &Environment<'_>,
        least: u64,
    ) -> Result<u64, TaskError> {
        match self {
            Self::Literal(number) => Ok(*number),
            Self::Expression(expression) => expression.whole(environment, least, LONGEST),
        }
    }
}
