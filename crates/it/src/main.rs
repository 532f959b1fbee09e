//! The program, for tests.
fn main() {}
