//! The store on both databases: SQLite always, PostgreSQL where `GONGKAI_TEST_POSTGRES` names one.

mod harness;
mod migrations;
mod raw;
mod sql;
