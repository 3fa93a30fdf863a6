//! The step `receive`.

fn main() {}
