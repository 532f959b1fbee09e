//! Where the proof of the log lies outside of the database.

use std::path::{Path, PathBuf};

/// Name of the file that holds the key where nobody says another place: 32 bytes in hexadecimal, for the owner alone.
const KEY: &str = "log-key";

/// Where the kept end of the log lies, and where the key that signs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The data directory, below which the end of the log is kept.
    pub data: PathBuf,
    /// The file with the key. Outside of the data directory it is out of reach for whoever can write that alone.
    pub key: PathBuf,
}

impl Place {
    /// The end of the log and its key below one directory.
    pub fn below(data: impl Into<PathBuf>) -> Self {
        let data = data.into();
        Self { key: data.join(KEY), data }
    }

    /// The same with the key somewhere else; empty = below the data directory.
    #[must_use]
    pub fn with_key(mut self, key: &str) -> Self {
        if !key.is_empty() {
            self.key = PathBuf::from(key);
        }
        self
    }
}

impl<P: AsRef<Path>> From<P> for Place {
    fn from(data: P) -> Self {
        Self::below(data.as_ref())
    }
}
