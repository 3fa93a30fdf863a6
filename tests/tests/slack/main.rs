//! What people see in Slack and read in letters: a stateful Slack that checks what it is sent, on
//! the virtual clock and on a socket.

mod client;
mod fake;
mod flood;
mod letters;
mod messages;
mod person;
mod presses;
mod turns;
mod world;
