//! The step `resolve`.

fn main() {}
