//! The tree of listed columns with what is in them.

use std::collections::HashMap;

use kernel::id::ColumnId;
use store::Db;

use super::read::{Column, columns};
use crate::{error::Result, public, spec::Purpose};

/// How much is in a column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fill {
    /// Public documents in it and below.
    pub count: i64,
    /// Day of the newest; empty when there is none.
    pub newest: String,
}

/// The listed columns with what is in them.
#[derive(Debug, Clone)]
pub struct Tree {
    columns: Vec<Column>,
    own: HashMap<ColumnId, Fill>,
}

impl Tree {
    /// Reads columns and counts: two questions.
    pub async fn load(db: &Db) -> Result<Self> {
        let (columns, counts) = futures::future::try_join(columns(db), public::columns(db)).await?;
        let own = counts.into_iter().map(|one| (one.of, Fill { count: one.count, newest: one.newest })).collect();
        Ok(Self { columns, own })
    }

    /// All of them, in order.
    pub fn all(&self) -> &[Column] {
        &self.columns
    }

    /// The column with this slug.
    pub fn get(&self, slug: &ColumnId) -> Option<&Column> {
        self.columns.iter().find(|column| column.slug == *slug)
    }

    /// Columns at the top. A column whose parent is not listed stands there too.
    pub fn top(&self) -> Vec<&Column> {
        self.columns.iter().filter(|column| self.get(&column.parent).is_none()).collect()
    }

    /// Columns directly below.
    pub fn children(&self, slug: &ColumnId) -> Vec<&Column> {
        self.columns.iter().filter(|column| column.parent == *slug && column.slug != *slug).collect()
    }

    /// The column and everything below it.
    pub fn below(&self, slug: &ColumnId) -> Vec<ColumnId> {
        let mut found = vec![slug.clone()];
        let mut at = 0;
        while let Some(parent) = found.get(at).cloned() {
            let under: Vec<_> = self.columns.iter().filter(|column| column.parent == parent).collect();
            for column in under {
                // Guards against a circle in the data.
                if !found.contains(&column.slug) {
                    found.push(column.slug.clone());
                }
            }
            at += 1;
        }
        found
    }

    /// What is in the column and below it.
    pub fn fill(&self, slug: &ColumnId) -> Fill {
        let mut sum = Fill::default();
        for one in self.below(slug).iter().filter_map(|slug| self.own.get(slug)) {
            sum.count += one.count;
            sum.newest = sum.newest.max(one.newest.clone());
        }
        sum
    }

    /// The first column that is for this.
    pub fn for_purpose(&self, purpose: &Purpose) -> Option<&Column> {
        self.columns.iter().find(|column| column.purpose == purpose.code)
    }

    /// All columns that are for this.
    pub fn all_for<'a>(&'a self, purpose: &'a Purpose) -> impl Iterator<Item = &'a Column> {
        self.columns.iter().filter(|column| column.purpose == purpose.code)
    }
}
