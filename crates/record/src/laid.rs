//! By what the records of an item lie in the table. A version of an item that gives its columns other slots, its records other
//! periods or names, is in force at once, and the records are laid anew by a job behind it ([`crate::relay`]): until that is
//! through, what lies in a slot may be another column's. So it is kept by which versions records may still lie, and what cannot
//! be answered for all of them is not answered ([`crate::Query::unsettled`]).
//!
//! An item of which nothing is kept here has never been laid otherwise than by the version in force.

use item::{Item, ItemKey};
use serde::{Deserialize, Serialize};
use store::{Executor, Tx, query, query_as};
use web::Ctx;

use crate::{
    counts,
    ids::BatchId,
    slots::{Layout, Slot},
};

/// Why a question has no answer just now.
pub(crate) const ANEW: &str = "目录刚改过，正在重建查询";

/// What a version of an item makes of the slots of its records.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lying {
    layout: Layout,
    /// The column whose days are those by which lists are sorted.
    newest_by: String,
}

impl Lying {
    pub(crate) fn of(item: &Item) -> Self {
        Self { layout: Layout::of(item), newest_by: item.newest_by.clone() }
    }

    /// What is kept; what another program wrote in a way that nobody reads any more settles nothing.
    fn read(words: &str) -> Self {
        serde_json::from_str(words).unwrap_or_default()
    }

    /// The slot of a column.
    pub(crate) fn slot(&self, key: &str) -> Option<Slot> {
        self.layout.slot(key)
    }

    pub(crate) fn newest_by(&self) -> &str {
        &self.newest_by
    }
}

/// What whoever asks for records must know of an item.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standing {
    /// Batches that are being made public; there is none almost always.
    pub publishing: Vec<BatchId>,
    /// By what records may lie; empty = by the version in force.
    pub lying: Vec<Lying>,
}

impl Standing {
    /// How an item stands: one look at two indexes.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn of(executor: impl Executor<'_>, item: &ItemKey) -> store::Result<Self> {
        const LAID: &str = "laid";
        let found: Vec<(String, String)> = query_as(
            // The two states are those of an index of few lines.
            "SELECT 'publishing' AS what, id AS words FROM record_batch WHERE state IN ('loading', 'publishing') \
             AND state = 'publishing' AND item = $1 \
             UNION ALL SELECT 'laid' AS what, layout AS words FROM record_laid WHERE item = $1",
        )
        .bind(item.as_str())
        .fetch_all(executor)
        .await?;
        let mut standing = Self::default();
        for (what, words) in found {
            if what == LAID {
                standing.lying.push(Lying::read(&words));
            } else {
                standing.publishing.push(BatchId::from(words.as_str()));
            }
        }
        Ok(standing)
    }
}

/// Keeps that records may lie by this version, which another takes the place of.
///
/// # Errors
/// When the database fails.
pub(crate) async fn may_lie(tx: &mut Tx, item: &Item, number: u32) -> store::Result<()> {
    query("INSERT INTO record_laid (item, version, layout) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(item.key.as_str())
        .bind(number)
        .bind(serde_json::to_string(&Lying::of(item))?)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Keeps that all records lie by this version.
///
/// # Errors
/// When the database fails.
pub(crate) async fn lies(tx: &mut Tx, item: &Item) -> store::Result<()> {
    query("DELETE FROM record_laid WHERE item = $1").bind(item.key.as_str()).execute(tx.conn()).await?;
    may_lie(tx, item, item.version.max(1)).await
}

/// Whether records of an item may lie otherwise than by this version of it, which is in force.
///
/// # Errors
/// When the database fails.
pub(crate) async fn is_behind(ctx: &Ctx, item: &Item) -> web::Result<bool> {
    let kept: Vec<(i64, String)> = query_as("SELECT version, layout FROM record_laid WHERE item = $1 ORDER BY version")
        .bind(item.key.as_str())
        .fetch_all(ctx.db().read())
        .await?;
    let own = Lying::of(item);
    for (version, layout) in kept {
        // A newer program may lay the same version otherwise.
        if Lying::read(&layout) != own {
            return Ok(true);
        }
        let number = u32::try_from(version).unwrap_or_default();
        if number == item.version {
            continue;
        }
        // A version that nobody knows any more says nothing of how its records lie.
        match crate::items::at(ctx, &item.key, number).await? {
            Some(other) if !counts::relaid(&other, item) => {}
            _ => return Ok(true),
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back_and_what_nobody_reads_settles_nothing() {
        let permit = item::boxed().iter().find(|item| item.key.as_str() == "permit").expect("in the box");
        let own = Lying::of(permit);
        assert_eq!(Lying::read(&serde_json::to_string(&own).expect("json")), own);
        assert!(own.slot("document_number").is_some());
        assert_eq!(Lying::read("[]").slot("document_number"), None);
    }
}
