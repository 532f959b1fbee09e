//! The store on both databases: SQLite always, PostgreSQL where `GONGKAI_TEST_POSTGRES` names one.

mod files;
mod harness;
mod log;
mod migrations;
mod raw;
mod sql;
