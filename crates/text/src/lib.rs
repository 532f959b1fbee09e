//! Structure of Chinese official documents: work plans, personal numbers, small helpers. No I/O; usable on its own.
#![doc = include_str!("../README.md")]

pub mod findings;
pub mod fold;
pub mod plan;
pub mod structure;
mod work;
