//! Columns as the portal shows them.

use std::collections::HashMap;

use kernel::id::ColumnId;
use store::{Db, FromRow, query_as};

use super::kinds::ColumnKind;
use crate::error::Result;

/// A column of the portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Address on the portal: `/columns/{slug}`.
    pub slug: ColumnId,
    pub name: String,
    /// The column above; empty at the top.
    pub parent: ColumnId,
    /// For the page tag ColumnDescription and the lead.
    pub description: String,
    /// For the page tag ColumnKeywords.
    pub keywords: String,
    pub kind: ColumnKind,
    /// Code of what pages look for it as; empty = nothing particular.
    pub purpose: String,
    /// Legal basis, shown while the column is empty; may be empty itself.
    pub basis: String,
    /// Whether it is left out of lists.
    pub hidden: bool,
}

impl Column {
    /// What a document says of its column when that is gone.
    pub fn missing(slug: &ColumnId) -> Self {
        Self {
            slug: slug.clone(),
            name: "其他".to_owned(),
            parent: ColumnId::default(),
            description: String::new(),
            keywords: String::new(),
            kind: ColumnKind::Notice,
            purpose: String::new(),
            basis: String::new(),
            hidden: true,
        }
    }
}

#[derive(FromRow)]
struct Row {
    slug: ColumnId,
    name: String,
    parent: ColumnId,
    description: String,
    keywords: String,
    kind: String,
    purpose: String,
    basis: String,
    hidden: bool,
}

impl From<Row> for Column {
    fn from(row: Row) -> Self {
        Self {
            slug: row.slug,
            name: row.name,
            parent: row.parent,
            description: row.description,
            keywords: row.keywords,
            kind: ColumnKind::from_code(&row.kind).unwrap_or(ColumnKind::Notice),
            purpose: row.purpose,
            basis: row.basis,
            hidden: row.hidden,
        }
    }
}

/// All listed columns, in order among siblings.
pub async fn columns(db: &Db) -> Result<Vec<Column>> {
    let rows: Vec<Row> = query_as(
        "SELECT slug, name, parent, description, keywords, kind, purpose, basis, hidden FROM portal_column \
         WHERE hidden = 0 ORDER BY position, slug",
    )
    .fetch_all(db.read())
    .await?;
    Ok(rows.into_iter().map(Column::from).collect())
}

/// The column with this slug, hidden ones too: documents in them keep their addresses.
pub async fn column(db: &Db, slug: &ColumnId) -> Result<Option<Column>> {
    let row: Option<Row> = query_as(
        "SELECT slug, name, parent, description, keywords, kind, purpose, basis, hidden FROM portal_column \
         WHERE slug = $1",
    )
    .bind(slug)
    .fetch_optional(db.read())
    .await?;
    Ok(row.map(Column::from))
}

/// Names of all columns, hidden ones too.
pub async fn column_names(db: &Db) -> Result<HashMap<ColumnId, String>> {
    let rows: Vec<(ColumnId, String)> = query_as("SELECT slug, name FROM portal_column").fetch_all(db.read()).await?;
    Ok(rows.into_iter().collect())
}
