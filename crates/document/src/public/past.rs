//! Which editions of a public document may be held against each other before everybody: those that the public could read, unless
//! something speaks against reading the older one again.
//!
//! A correction may have been made so that something is no longer read: a name, a number. What was withdrawn, and what stood
//! before it, is therefore not compared; neither is what stood before an edition whose authors say so
//! ([`APART`](crate::common::APART)), nor text that has gone since and holds a personal number or somebody's home ([`withheld`]).

use kernel::id::{DocumentId, EditionId};
use store::{Db, FromRow, query_as};
use text::findings::{Severity, homes, personal_numbers};

use crate::{
    common::APART,
    compare::{Comparison, File, Side},
    error::Result,
    rows,
    spec::{Facet, Kind, Shape},
    values::Values,
};

/// An edition that may be compared.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Comparable {
    pub id: EditionId,
    /// 1, 2, …
    pub number: i64,
    /// Title at the time.
    pub title: String,
    /// From when it was public, stored form.
    pub published_at: String,
    /// Until when, stored form; empty for the one that is public now.
    pub ended_at: String,
}

/// The editions of a public document that may be compared, newest first: the one that is public now and those that it replaced,
/// back to what must not be read again. Empty when the document is not public.
pub async fn comparable(db: &Db, document: &DocumentId) -> Result<Vec<Comparable>> {
    let editions: Vec<Comparable> = query_as(
        "SELECT e.id, e.number, e.title, e.published_at, e.ended_at FROM edition e \
         JOIN document d ON d.id = e.document_id AND d.current_edition <> '' \
         JOIN edition now ON now.id = d.current_edition AND now.state = 'published' \
         WHERE e.document_id = $1 AND e.number <= now.number AND (e.id = now.id OR e.state = 'superseded') \
         AND NOT EXISTS (SELECT 1 FROM edition w WHERE w.document_id = e.document_id AND w.state = 'withdrawn' \
         AND w.number > e.number) \
         AND NOT EXISTS (SELECT 1 FROM edition a JOIN facet f ON f.edition_id = a.id AND f.key = $2 \
         WHERE a.document_id = e.document_id AND a.published_at <> '' AND a.number > e.number) \
         ORDER BY e.number DESC",
    )
    .bind(document)
    .bind(APART.key)
    .fetch_all(db.read())
    .await?;
    Ok(editions)
}

/// What everybody could read of an edition, as it is compared. `name` is how the page calls it.
///
/// # Errors
/// When the database fails, or the edition has no text.
pub async fn side(db: &Db, kind: Kind, edition: &Comparable, name: String) -> Result<Side> {
    let mut values = rows::values(db.read(), &edition.id).await?;
    values.keep_public(kind);
    let text = rows::text(db.read(), &edition.id).await?;
    let files = rows::files(db.read(), &edition.id).await?;
    Ok(Side {
        name,
        title: edition.title.clone(),
        fields: fields(kind, &values, true),
        html: text.body_html,
        files: files.iter().map(file).collect(),
    })
}

/// The fields of a kind in words, in the order of the form; all of them, or those that readers see.
pub fn fields(kind: Kind, values: &Values, public: bool) -> Vec<(&'static str, String)> {
    let told = |facet: &&&'static Facet| facet.public || !public;
    let name = |facet: &'static Facet| if public { facet.shown } else { facet.label };
    // Words are told like the page tells them.
    let words = |facet: &'static Facet| match facet.shape {
        Shape::Words => values.all(facet).join("、"),
        _ => values.words(facet),
    };
    kind.facets.iter().filter(told).map(|facet| (name(facet), words(facet))).collect()
}

/// A file as it is compared.
pub fn file(row: &rows::AttachmentRow) -> File {
    File {
        id: row.id.to_string(),
        name: row.name().to_owned(),
        digest: row.digest.clone(),
        about: format!("{} {}", row.kind(), web::filters::size_in_words(u64::try_from(row.bytes).unwrap_or(0))),
    }
}

/// Whether words that the newer edition no longer has hold a personal number or the address of a home: then the older one is not
/// read again. It is work for a thread that answers nobody else.
pub fn withheld(comparison: &Comparison) -> bool {
    let gone = comparison.gone();
    let number = || personal_numbers("body", &gone).iter().any(|finding| finding.severity == Severity::Block);
    number() || !homes("body", &gone).is_empty()
}
