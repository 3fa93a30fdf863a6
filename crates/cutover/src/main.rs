//! cutover.

fn main() {}
