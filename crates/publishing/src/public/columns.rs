//! Columns as the portal shows them.

use sqlx::FromRow;
use store::{Db, Result};

use crate::kinds::ColumnKind;

/// A column that is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Address on the portal: `/columns/{slug}`.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Slug of the column above; empty at the top.
    pub parent: String,
    /// For the page tag ColumnDescription and the lead.
    pub description: String,
    /// For the page tag ColumnKeywords.
    pub keywords: String,
    /// Kind.
    pub kind: ColumnKind,
    /// Legal basis, shown while the column is empty; may be empty itself.
    pub basis: String,
    /// Whether it is left out of lists.
    pub hidden: bool,
}

/// What a document says of its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRef {
    /// Slug.
    pub slug: String,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// Key words.
    pub keywords: String,
    /// Kind.
    pub kind: ColumnKind,
}

impl ColumnRef {
    pub(super) fn missing(slug: &str) -> Self {
        Self {
            slug: slug.to_owned(),
            name: "其他".to_owned(),
            description: String::new(),
            keywords: String::new(),
            kind: ColumnKind::Notice,
        }
    }
}

#[derive(FromRow)]
struct Row {
    slug: String,
    name: String,
    parent: String,
    description: String,
    keywords: String,
    kind: String,
    basis: String,
    hidden: i64,
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
            basis: row.basis,
            hidden: row.hidden != 0,
        }
    }
}

/// All listed columns, in order among siblings.
///
/// # Errors
/// When the database fails.
pub async fn columns(db: &Db) -> Result<Vec<Column>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT slug, name, parent, description, keywords, kind, basis, hidden FROM portal_column \
         WHERE hidden = 0 ORDER BY position, slug",
    )
    .fetch_all(db.read())
    .await?;
    Ok(rows.into_iter().map(Column::from).collect())
}

/// The column with this slug, hidden ones too: documents in them keep their addresses.
///
/// # Errors
/// When the database fails.
pub async fn column(db: &Db, slug: &str) -> Result<Option<Column>> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT slug, name, parent, description, keywords, kind, basis, hidden FROM portal_column WHERE slug = $1",
    )
    .bind(slug)
    .fetch_optional(db.read())
    .await?;
    Ok(row.map(Column::from))
}

pub(super) async fn reference(db: &Db, slug: &str) -> Result<Option<ColumnRef>> {
    Ok(column(db, slug).await?.map(|column| ColumnRef {
        slug: column.slug,
        name: column.name,
        description: column.description,
        keywords: column.keywords,
        kind: column.kind,
    }))
}
