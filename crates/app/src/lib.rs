//! Server and command line: the only crate that knows all contexts and puts them together.

mod api;
pub mod backup;
mod bounds;
pub mod capabilities;
pub mod cli;
pub mod compose;
pub mod config;
pub mod demo;
pub mod desk;
pub mod doctor;
pub mod health;
mod home;
mod letters;
mod lines;
mod lock;
pub mod mail;
pub mod mirror;
mod nodes;
mod organs;
mod permissions;
pub mod seams;
pub mod serve;
mod styles;
pub mod system;
mod views;

pub use cli::main;
pub use compose::App;
