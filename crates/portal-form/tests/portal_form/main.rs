//! Forms of the portal on both databases, told with a small capability that lives here alone: SQLite always, PostgreSQL where
//! `GONGKAI_TEST_POSTGRES` names one.

mod drafts;
mod home;
mod limits;
mod mistake;
mod origin;
