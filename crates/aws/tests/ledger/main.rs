//! The adapters that remember and tell.
//!
//! Three stand-ins for AWS, each for what it can show:
//!
//! - *An account in process* (`account.rs`): winterbaume, written by others, which reads requests as
//!   AWS does and keeps state. It was chosen because it evaluates DynamoDB's expressions, indexes and
//!   keys, and the versions of secrets and objects, without a process or a port. `emulator.rs` asks
//!   it once for every answer that the other tests rely on. It cannot show what only AWS can: how
//!   long an index lags behind, how large an item or a page may be, who may call what.
//! - *A line between* the SDK and that account (`line.rs`), which fails a call before or after its
//!   effect, cuts answers short, and holds them back until the test has done something else.
//! - *A scripted AWS* (`support`): an HTTP server that answers with bytes written down in the test. For
//!   services that need no memory to be asked well, and for answers that the emulator does not give.

#[path = "../support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "each test binary uses its part of the script")]
mod support;

mod account;
mod emulator;
mod heard;
mod line;
mod town;

mod claims;
mod desks;
mod records;
mod threads;

mod callbacks;
mod catalog;
mod events;
mod letters;
mod objects;
mod secrets;
mod vault;
