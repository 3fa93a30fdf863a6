//! Runs the Amazon States Language, in its JSONata form, on tokio's clock.
//!
//! [`Machine::read`] reads a definition and refuses what it does not know, all mistakes in one
//! [`Report`]. [`start`] runs it; what its Task states call is handed to [`Resources`].
//! The documentation of AWS Step Functions decides what happens; where it is silent and a guess had
//! to be made, the doc comment of the place says so.

mod clock;
mod definition;
mod dice;
mod error;
mod execution;
mod expression;
mod history;
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
pub use execution::{Execution, Identity, Observer, Start, start};
pub use history::{EVENT_LIMIT, HistoryEvent, Keep};
pub use report::{Problem, Report};
pub use resources::{DynamoDbAction, Integration, Pattern, Request, Resources};
pub use size::PAYLOAD_LIMIT;
pub use status::{Outcome, Status, StatusChange};
pub use substitute::substitute;
pub use tokens::{TokenError, Tokens};
