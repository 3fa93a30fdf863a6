//! The step `observe`.

fn main() {}
