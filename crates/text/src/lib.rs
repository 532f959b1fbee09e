//! Structure of Chinese official documents: personal numbers, document numbers, small helpers. No I/O; usable on its own.
#![doc = include_str!("../README.md")]

pub mod findings;
pub mod structure;
mod work;
