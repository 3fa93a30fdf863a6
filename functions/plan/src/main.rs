//! The step `plan`.

fn main() {}
