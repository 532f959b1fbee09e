//! The store on both databases: SQLite always, PostgreSQL where `GONGKAI_TEST_POSTGRES` names one.

mod again;
mod files;
mod harness;
mod jobs;
mod list;
mod log;
mod migrations;
mod raw;
mod seals;
mod sql;
mod trouble;
