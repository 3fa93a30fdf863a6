//! Each function as a process: what it takes, what it answers, and what it never tells.

mod account;
mod alert;
mod answers;
mod every;
mod inputs;
mod press;
mod readme;
mod receive;
mod samples;
mod search;
mod shell;
