//! The starter of the guarded child, tables and the text of HTML.

mod guarded;
mod html;
mod tables;
