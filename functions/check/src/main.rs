//! The step `check`.

fn main() {}
