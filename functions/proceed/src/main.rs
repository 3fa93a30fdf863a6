//! The step `proceed`.

fn main() {}
