//! What time it is.

use jiff::Timestamp;
use std::sync::Arc;

/// Tells the time of day. The owner gives it, so that a test may hold it.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;
