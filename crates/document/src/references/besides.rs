//! What is proposed between two documents although the text of the one that would say it does not: the text of the other says so
//! (本办法已由《…》废止), or the two are called the same and one was made later.

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::{
    id::{DocumentId, EditionId},
    time,
};
use store::{Db, Tx, query, query_as, query_scalar};

use super::{FOUND, Found, LOCK, NOTED, ReferenceId, Verb, basis, resolve};
use crate::{
    common::{DOCUMENT_NUMBER, WRITTEN_ON},
    error::Result,
    public::{self, Listed},
    rows::{self, DocumentRow},
    spec::{Kind, Kinds},
    values::line,
};

/// Documents of one title that are held against each other.
const SAME: usize = 50;
/// Texts that name a document and are asked what they say of it.
const NAMING: i64 = 200;

/// Whether something that changes how `to` stands was found or decided between these two already.
async fn is_said(tx: &mut Tx, from: &DocumentId, to: &DocumentId) -> Result<bool> {
    let said: Option<i64> = query_scalar(
        "SELECT 1 FROM document_reference WHERE from_document = $1 AND to_document = $2 \
         AND verb IN ('repeals', 'replaces', 'ends', 'amends') LIMIT 1",
    )
    .bind(from)
    .bind(to)
    .fetch_optional(tx.conn())
    .await?;
    Ok(said.is_some())
}

/// A proposal as it is kept.
struct Proposed<'a> {
    from: &'a DocumentId,
    to: &'a DocumentRow,
    /// In whose text it stands, or the edition that is called like the other.
    edition: &'a EditionId,
    verb: Verb,
    articles: &'a str,
    quote: &'a str,
    basis: &'static str,
}

async fn propose(tx: &mut Tx, one: &Proposed<'_>) -> Result<()> {
    let values = rows::values(tx.conn(), &one.to.current_edition).await?;
    query(
        "INSERT INTO document_reference (id, from_document, edition_id, basis, verb, to_document, to_title, to_number, articles, \
         quote, effective_on, state, several, decided_by, decided_name, decided_at, reason, version, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', $11, 1, '', '', '', '', 1, $12) ON CONFLICT DO NOTHING",
    )
    .bind(ReferenceId::fresh(&tx.seams()))
    .bind(one.from)
    .bind(one.edition)
    .bind(one.basis)
    .bind(one.verb.code())
    .bind(&one.to.id)
    .bind(line(&one.to.title, 300))
    .bind(line(values.get(&DOCUMENT_NUMBER), 100))
    .bind(line(one.articles, 1_000))
    .bind(line(one.quote, super::acts::QUOTE))
    .bind(FOUND)
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Keeps that `by` does to `document` what the text of the latter says it does.
///
/// # Errors
/// When the database fails.
pub async fn put_other(tx: &mut Tx, by: &DocumentId, document: &DocumentRow, found: &Found) -> Result<()> {
    tx.lock(LOCK).await?;
    if *by == document.id || is_said(tx, by, &document.id).await? {
        return Ok(());
    }
    let one = Proposed {
        from: by,
        to: document,
        edition: &document.current_edition,
        verb: found.verb,
        articles: &found.articles,
        quote: &found.quote,
        basis: basis::OTHER,
    };
    propose(tx, &one).await
}

/// The public documents whose texts name this one and say nothing else of it: each with the sentence. What they say the other way
/// round was no use while this one was unknown.
///
/// # Errors
/// When the database fails.
pub async fn naming(tx: &mut Tx, document: &DocumentId) -> Result<Vec<(DocumentId, String)>> {
    let rows = query_as(
        "SELECT r.from_document, r.quote FROM document_reference r \
         JOIN document f ON f.id = r.from_document AND f.current_edition <> '' \
         WHERE r.to_document = $1 AND r.state = $2 AND r.quote <> '' ORDER BY r.id LIMIT $3",
    )
    .bind(document)
    .bind(NOTED)
    .bind(NAMING)
    .fetch_all(tx.conn())
    .await?;
    Ok(rows)
}

/// Proposes that of the public documents of an organ that are called alike each replaces the one made before it. Where the days
/// are not known, or are the same, nothing is proposed.
///
/// # Errors
/// When the database fails.
pub async fn same_title(tx: &mut Tx, kind: Kind, document: &DocumentRow) -> Result<()> {
    tx.lock(LOCK).await?;
    query(
        "DELETE FROM document_reference WHERE basis = $2 AND state = 'found' AND decided_by = '' \
         AND (from_document = $1 OR to_document = $1)",
    )
    .bind(&document.id)
    .bind(basis::TITLE)
    .execute(tx.conn())
    .await?;
    let mut alike: Vec<(Date, DocumentRow)> = Vec::new();
    for fit in resolve::called_alike(tx.conn(), kind, &document.title).await?.into_iter().take(SAME) {
        let Some(row) = rows::document(tx.conn(), &fit.id).await? else { continue };
        let values = rows::values(tx.conn(), &row.current_edition).await?;
        let made = time::parse_date(values.get(&WRITTEN_ON)).filter(|_| row.organ == document.organ);
        alike.extend(made.map(|day| (day, row)));
    }
    alike.sort_by_key(|a| (a.0, a.1.rank));
    for (at, (made, newer)) in alike.iter().enumerate() {
        for (before, (day, older)) in alike[..at].iter().enumerate() {
            if before + 1 == at && day < made {
                succeeds(tx, newer, older).await?;
            } else {
                // One that was made between the two has come.
                query(
                    "DELETE FROM document_reference WHERE from_document = $1 AND to_document = $2 AND basis = $3 \
                     AND state = 'found' AND decided_by = ''",
                )
                .bind(&newer.id)
                .bind(&older.id)
                .bind(basis::TITLE)
                .execute(tx.conn())
                .await?;
            }
        }
    }
    Ok(())
}

/// Proposes that one replaces the other, unless somebody has ended that one already.
async fn succeeds(tx: &mut Tx, newer: &DocumentRow, older: &DocumentRow) -> Result<()> {
    let ended: Option<i64> = query_scalar(
        "SELECT 1 FROM document_reference r JOIN document f ON f.id = r.from_document AND f.current_edition <> '' \
         WHERE r.to_document = $1 AND r.state = 'confirmed' AND r.articles = '' \
         AND r.verb IN ('repeals', 'replaces', 'ends') LIMIT 1",
    )
    .bind(&older.id)
    .fetch_optional(tx.conn())
    .await?;
    if ended.is_some() || is_said(tx, &newer.id, &older.id).await? {
        return Ok(());
    }
    let one = Proposed {
        from: &newer.id,
        to: older,
        edition: &newer.current_edition,
        verb: Verb::Replaces,
        articles: "",
        quote: "",
        basis: basis::TITLE,
    };
    propose(tx, &one).await
}

/// Another public document that is called like this one.
#[derive(Debug, Clone, PartialEq)]
pub struct Namesake {
    pub other: Listed,
    /// The other was made later.
    pub later: bool,
}

/// The public documents that are called like this one, next to it in time, as long as nobody has decided what the two are to each
/// other.
///
/// # Errors
/// When the database fails.
pub async fn namesakes(db: &Db, kinds: &Kinds, document: &DocumentId) -> Result<Vec<Namesake>> {
    let pairs: Vec<(DocumentId, DocumentId)> = query_as(
        "SELECT from_document, to_document FROM document_reference WHERE basis = $2 AND state = 'found' \
         AND (from_document = $1 OR to_document = $1) ORDER BY id LIMIT 10",
    )
    .bind(document)
    .bind(basis::TITLE)
    .fetch_all(db.read())
    .await?;
    let later: HashMap<DocumentId, bool> = pairs
        .into_iter()
        .map(|(newer, older)| if newer == *document { (older, false) } else { (newer, true) })
        .collect();
    let ids: Vec<DocumentId> = later.keys().cloned().collect();
    let mut found: Vec<Namesake> = public::of_ids(db, kinds, &ids)
        .await?
        .into_iter()
        .map(|other| Namesake { later: later.get(&other.id).copied().unwrap_or_default(), other })
        .collect();
    found.sort_by_key(|one| (one.later, one.other.rank));
    Ok(found)
}
