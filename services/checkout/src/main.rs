//! checkout.

fn main() {}
