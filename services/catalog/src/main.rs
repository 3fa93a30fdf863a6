//! Lists goods, as a process of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    chassis::run::<catalog::Catalog>(std::env::args().skip(1))
}
