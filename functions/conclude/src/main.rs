//! The step `conclude`.

fn main() {}
