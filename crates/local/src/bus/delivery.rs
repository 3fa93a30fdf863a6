//! What is carried to a target.

use std::sync::Arc;

use super::{Event, Target};

/// One event for one target.
#[derive(Debug, Clone)]
pub(super) struct Delivery {
    pub(super) rule: Arc<str>,
    pub(super) target: Target,
    pub(super) event: Arc<Event>,
}
