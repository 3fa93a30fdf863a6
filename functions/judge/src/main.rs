//! The step `judge`.

fn main() {}
