//! The step `claim`.

fn main() {}
