//! Personal numbers in texts of any form, found before they become public. No I/O; usable on its own.
#![doc = include_str!("../README.md")]

pub mod findings;
mod work;
