//! Files that are lost for good: two people have agreed that they cannot be had back, and nothing names them any more.

use std::collections::BTreeMap;

use super::ACCEPTED;
use crate::{Db, Result, query_scalar};

/// Files that were given up, by digest, with what was wrong with each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lost(BTreeMap<String, String>);

impl Lost {
    /// Whether this fault of a file ([`Files::check`](crate::Files::check)) is the one that was agreed to, or the file is no
    /// longer there at all: what is put in its place later is named anew.
    pub fn excuses(&self, digest: &str, fault: &str) -> bool {
        self.0.get(digest).is_some_and(|agreed| agreed == fault || fault == crate::files::gone(digest))
    }

    /// Whether the file was given up.
    pub fn holds(&self, digest: &str) -> bool {
        self.0.contains_key(digest)
    }
}

/// The files that were given up ([`ACCEPTED`]).
///
/// # Errors
/// When the database fails.
pub async fn lost_files(db: &Db) -> Result<Lost> {
    let sql = "SELECT p.data FROM event e JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
               WHERE e.chain = $1 AND e.kind = $2 ORDER BY e.seq";
    let payloads: Vec<String> = query_scalar(sql).bind(db.chain()).bind(ACCEPTED.name).fetch_all(db.read()).await?;
    let mut lost = Lost::default();
    for payload in payloads {
        let payload: serde_json::Value = serde_json::from_str(&payload)?;
        let word = |key: &str| payload.get("data")?.get(key)?.as_str();
        if let Some(digest) = word("accepted").and_then(|subject| subject.strip_prefix("file:")) {
            lost.0.insert(digest.to_owned(), word("now").unwrap_or_default().to_owned());
        }
    }
    Ok(lost)
}
