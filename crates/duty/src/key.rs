//! Which source a duty is of, and the lock under which everything about a source and its duties is written.

use serde::{Deserialize, Serialize};
use store::{FromRow, Tx};

/// Which source: kind and id in the context that keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, FromRow, Serialize, Deserialize)]
pub struct SourceKey {
    /// [`crate::SourceKind::key`].
    #[sql(rename = "source_kind")]
    pub kind: String,
    #[sql(rename = "source_id")]
    pub id: String,
}

impl SourceKey {
    /// The source of this kind and id.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }

    /// As it stands in addresses, `kind/id`; `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once('/')?;
        Some(Self::new(kind, id))
    }
}

impl std::fmt::Display for SourceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.kind, self.id)
    }
}

/// Makes everything that is written about a source and its duties wait for each other: what is read after this stays true
/// until the write ends, so an amendment overwrites nothing that organs or the office write meanwhile.
pub async fn lock(tx: &mut Tx, source: &SourceKey) -> store::Result<()> {
    tx.lock(&format!("duty_source:{}/{}", source.kind, source.id)).await
}
