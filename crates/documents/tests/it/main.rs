//! The starter of the guarded child, and tables.

mod guarded;
mod tables;
