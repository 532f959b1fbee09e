//! The machine on both databases: told once, on SQLite always, on PostgreSQL where `GONGKAI_TEST_POSTGRES` names one.

extern crate gongkai_document as document;

mod desk;
mod house;
mod life;
mod lists;
mod proof;
mod references;
