//! The state machines: what every definition keeps to, and that their README tells the truth.

mod definition;
mod expressions;
mod readme;
mod rules;
