//! What the address of a database says: which kind it is, and where the file of SQLite lies.

use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// Which database answers. For the pages that tell; no statement depends on it outside of this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite in WAL mode, `synchronous=FULL`: what is acknowledged is on disk.
    Sqlite,
    /// PostgreSQL 15 or later.
    Postgres,
}

/// Which database is meant.
pub(crate) fn dialect_of(url: &str) -> Result<Dialect> {
    if url.starts_with("sqlite:") {
        Ok(Dialect::Sqlite)
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        Ok(Dialect::Postgres)
    } else {
        Err(Error::Url(url.split("://").next().unwrap_or(url).to_owned()))
    }
}

/// The file of `sqlite:/path/to/file`.
pub(crate) fn sqlite_path(url: &str) -> PathBuf {
    let path = url.strip_prefix("sqlite:").unwrap_or(url);
    Path::new(path.trim_start_matches("//")).to_owned()
}
