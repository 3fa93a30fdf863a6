//! One module per step.
