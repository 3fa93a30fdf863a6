//! The step `resume`.

fn main() {}
