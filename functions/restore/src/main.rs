//! The step `restore`.

fn main() {}
