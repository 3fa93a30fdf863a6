//! Takes orders, as a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run::<checkout::Checkout>(std::env::args().skip(1))
}
