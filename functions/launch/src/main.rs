//! The step `launch`.

fn main() {}
