//! Which public documents point at one.

use kernel::id::DocumentId;
use store::{Db, FromRow, query_as};

use crate::error::Result;

/// A public document that points at another one.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Pointing {
    pub document: DocumentId,
    pub title: String,
    /// Key of the tie; empty = a link in its text.
    pub tie: String,
}

/// Most that are told of, of each sort.
const MOST: i64 = 50;

/// The public documents that are tied to this one.
///
/// # Errors
/// When the database fails.
pub async fn tied(db: &Db, id: &DocumentId) -> Result<Vec<Pointing>> {
    let ties = "SELECT d.id AS document, d.title, r.kind AS tie FROM relation r JOIN document d ON d.id = r.from_document \
                WHERE r.to_document = $1 AND d.current_edition <> '' ORDER BY r.kind, d.title, d.id LIMIT $2";
    Ok(query_as(ties).bind(id).bind(MOST).fetch_all(db.read()).await?)
}

/// The same, and those whose text links to it. This reads every public text: it is for a page that somebody asks for, not for every page.
///
/// # Errors
/// When the database fails.
pub async fn pointing(db: &Db, id: &DocumentId) -> Result<Vec<Pointing>> {
    let mut found = tied(db, id).await?;
    let links = "SELECT d.id AS document, d.title, '' AS tie FROM document d \
                 JOIN edition_text t ON t.edition_id = d.current_edition \
                 WHERE d.current_edition <> '' AND d.id <> $1 AND t.body_html LIKE $2 ORDER BY d.title, d.id LIMIT $3";
    let address = format!("%/{id}%");
    let linked: Vec<Pointing> = query_as(links).bind(id).bind(address).bind(MOST).fetch_all(db.read()).await?;
    found.extend(linked);
    Ok(found)
}
