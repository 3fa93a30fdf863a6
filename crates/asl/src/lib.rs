//! Runs the Amazon States Language, in its JSONata form, on tokio's clock.
//!
//! [`Machine::read`] reads a definition and refuses what it does not know, all mistakes in one
//! [`Report`]. [`start`] runs it; what its Task states call is handed to [`Resources`].
//! The documentation of AWS Step Functions decides what happens; where it is silent and a guess had
//! to be made, the doc comment of the place says so.
//!
//! ```
//! use std::sync::Arc;
//!
//! use asl::script::Script;
//! use asl::{Clock, Machine, Start, Status, Tokens, start};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), asl::Report> {
//! let machine = Machine::read(
//!     r#"{
//!         "QueryLanguage": "JSONata",
//!         "StartAt": "Plan",
//!         "States": {
//!             "Plan": {
//!                 "Type": "Task",
//!                 "Resource": "arn:aws:states:::lambda:invoke",
//!                 "Arguments": { "FunctionName": "plan", "Payload": "{% $states.input %}" },
//!                 "Output": "{% $states.result.Payload.steps %}",
//!                 "End": true
//!             }
//!         }
//!     }"#,
//! )?;
//! let tokens = Tokens::new();
//! let script = Script::read(r#"{"Plan": [{"result": {"Payload": {"steps": 2}}}]}"#, tokens.clone())?;
//! let clock = Clock::starting_at(jiff::Timestamp::UNIX_EPOCH);
//! let input = serde_json::json!({ "image": "checkout" });
//! let begin = Start::new("one", "arn:aws:states:eu-west-1:1:stateMachine:demo", input, clock);
//!
//! let execution = start(Arc::new(machine), begin, Arc::new(script), tokens);
//!
//! let outcome = execution.wait().await;
//! assert_eq!(outcome.status, Status::Succeeded);
//! assert_eq!(outcome.output.as_deref(), Some(&serde_json::json!(2)));
//! assert_eq!(execution.path(), ["Plan"]);
//! # Ok(())
//! # }
//! ```

mod clock;
mod definition;
mod dice;
mod error;
mod execution;
mod expression;
mod history;
mod identity;
mod integration;
mod json;
mod report;
mod resources;
mod scope;
pub mod script;
mod size;
mod status;
mod substitute;
mod tokens;

pub use clock::Clock;
pub use definition::{DEFINITION_LIMIT, Edge, Machine, StateView};
pub use error::{
    DATA_LIMIT_EXCEEDED, HEARTBEAT_TIMEOUT, NO_CHOICE_MATCHED, QUERY_EVALUATION_ERROR, RUNTIME,
    TIMEOUT, TaskError,
};
pub use execution::{Execution, Observer, Start, start};
pub use history::{EVENT_LIMIT, HistoryEvent, Keep};
pub use identity::Identity;
pub use integration::{DynamoDbAction, Integration, Pattern};
pub use report::{Problem, Report};
pub use resources::{Request, Resources};
pub use size::PAYLOAD_LIMIT;
pub use status::{Outcome, Status, StatusChange};
pub use substitute::substitute;
pub use tokens::{TokenError, Tokens};
