//! The step `watch`.

fn main() {}
