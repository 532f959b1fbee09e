//! What is said of documents, as pages, lists and the rule of validity ask for it.

use std::collections::HashMap;

use jiff::civil::Date;
use kernel::{id::DocumentId, time};
use store::{Db, Executor, FromRow, query_as};

use super::{CONFIRMED, NOTED, ReferenceId, ReferenceRow, Verb, named, reference_columns};
use crate::{
    common::EFFECTIVE_ON,
    error::Result,
    public::{self, Listed},
    spec::Kinds,
    sql::Statement,
    standing::{Does, Effect},
};

/// Most that a page tells of one document in one direction.
const MOST: i64 = 200;

#[derive(FromRow)]
struct EffectRow {
    document: DocumentId,
    verb: String,
    articles: String,
    effective_on: String,
    begins: String,
    public_on: String,
}

impl EffectRow {
    fn effect(&self) -> Option<Effect> {
        let from = first_day(&self.effective_on, &self.begins, &self.public_on)?;
        let does = match Verb::from_code(&self.verb)? {
            Verb::Amends => Does::Amends,
            verb if verb.ends() && !self.articles.is_empty() => Does::Amends,
            Verb::Ends => Does::Ends,
            verb if verb.ends() => Does::Repeals,
            _ => return None,
        };
        Some(Effect { does, from })
    }
}

/// The day from which something said works: its own, the first day of the document that says it, the day of its publication.
fn first_day(own: &str, begins: &str, public_on: &str) -> Option<Date> {
    [own, begins, public_on].into_iter().find_map(time::parse_date)
}

/// What public documents do to these, as far as it was confirmed; of those to which nothing is done there is no entry.
///
/// # Errors
/// When the database fails.
pub async fn effects(
    executor: impl Executor<'_>,
    documents: &[DocumentId],
) -> store::Result<HashMap<DocumentId, Vec<Effect>>> {
    let mut found: HashMap<DocumentId, Vec<Effect>> = HashMap::new();
    if documents.is_empty() {
        return Ok(found);
    }
    let mut select = Statement::new(
        "SELECT r.to_document AS document, r.verb, r.articles, r.effective_on, COALESCE(x.value, '') AS begins, \
         f.first_published_on AS public_on FROM document_reference r \
         JOIN document f ON f.id = r.from_document AND f.current_edition <> '' \
         LEFT JOIN facet x ON x.edition_id = f.current_edition AND x.place = 0",
    );
    select.bind(" AND x.key = ?", EFFECTIVE_ON.key).bind(" WHERE r.state = ?", CONFIRMED);
    select.add(" AND r.verb IN ").list(Verb::ALL.into_iter().filter(|verb| verb.acts()).map(Verb::code));
    select.add(" AND r.to_document IN ").list(documents);
    let (sql, values) = select.parts();
    let rows: Vec<EffectRow> = query_as(sql).bind_all(values).fetch_all(executor).await?;
    for row in rows {
        if let Some(effect) = row.effect() {
            found.entry(row.document).or_default().push(effect);
        }
    }
    Ok(found)
}

/// The same of one.
///
/// # Errors
/// When the database fails.
pub async fn effects_on(executor: impl Executor<'_>, document: &DocumentId) -> store::Result<Vec<Effect>> {
    Ok(effects(executor, std::slice::from_ref(document)).await?.remove(document).unwrap_or_default())
}

/// One of them.
///
/// # Errors
/// When the database fails.
pub async fn one(executor: impl Executor<'_>, id: &ReferenceId) -> Result<Option<ReferenceRow>> {
    let sql = concat!("SELECT ", reference_columns!(), " FROM document_reference r WHERE r.id = $1");
    Ok(query_as(sql).bind(id).fetch_optional(executor).await?)
}

/// Something that is publicly said between two documents.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    pub verb: Verb,
    /// The other document, if it is public.
    pub other: Option<Listed>,
    /// The other as the text names it.
    pub name: String,
    /// 第三条、第十二条; empty = all of it.
    pub articles: String,
    /// From when it works.
    pub from: Option<Date>,
}

#[derive(FromRow)]
struct SaidRow {
    verb: String,
    other: DocumentId,
    to_title: String,
    to_number: String,
    articles: String,
    effective_on: String,
    begins: String,
    public_on: String,
}

async fn told(db: &Db, kinds: &Kinds, rows: Vec<SaidRow>) -> Result<Vec<Said>> {
    let ids: Vec<DocumentId> =
        rows.iter().filter(|row| !row.other.as_str().is_empty()).map(|row| row.other.clone()).collect();
    let others: HashMap<DocumentId, Listed> =
        public::of_ids(db, kinds, &ids).await?.into_iter().map(|one| (one.id.clone(), one)).collect();
    let mut said: Vec<Said> = rows
        .into_iter()
        .filter_map(|row| {
            Some(Said {
                verb: Verb::from_code(&row.verb)?,
                other: others.get(&row.other).cloned(),
                name: named(&row.to_title, &row.to_number),
                from: first_day(&row.effective_on, &row.begins, &row.public_on),
                articles: row.articles,
            })
        })
        .collect();
    said.sort_by_key(|a| (a.verb, a.from));
    Ok(said)
}

/// What a public document says of others, mere mentions left out; a document that is not public says nothing.
///
/// # Errors
/// When the database fails.
pub async fn said(db: &Db, kinds: &Kinds, document: &DocumentId) -> Result<Vec<Said>> {
    let rows: Vec<SaidRow> = query_as(
        "SELECT r.verb, COALESCE(r.to_document, '') AS other, r.to_title, r.to_number, r.articles, r.effective_on, \
         COALESCE(x.value, '') AS begins, f.first_published_on AS public_on FROM document_reference r \
         JOIN document f ON f.id = r.from_document AND f.current_edition <> '' \
         LEFT JOIN facet x ON x.edition_id = f.current_edition AND x.place = 0 AND x.key = $2 \
         WHERE r.from_document = $1 AND r.state = $3 AND r.verb <> $4 ORDER BY r.created_at, r.id LIMIT $5",
    )
    .bind(document)
    .bind_all([EFFECTIVE_ON.key, CONFIRMED, Verb::Cites.code()])
    .bind(MOST)
    .fetch_all(db.read())
    .await?;
    told(db, kinds, rows).await
}

/// What public documents say of this one, each once, mere mentions last.
///
/// # Errors
/// When the database fails.
pub async fn said_of(db: &Db, kinds: &Kinds, document: &DocumentId) -> Result<Vec<Said>> {
    let rows: Vec<SaidRow> = query_as(
        "SELECT r.verb, r.from_document AS other, r.to_title, r.to_number, r.articles, r.effective_on, \
         COALESCE(x.value, '') AS begins, f.first_published_on AS public_on FROM document_reference r \
         JOIN document f ON f.id = r.from_document AND f.current_edition <> '' \
         LEFT JOIN facet x ON x.edition_id = f.current_edition AND x.place = 0 AND x.key = $2 \
         WHERE r.to_document = $1 AND (r.state = $3 OR r.state = $4) ORDER BY f.rank DESC, r.id LIMIT $5",
    )
    .bind(document)
    .bind_all([EFFECTIVE_ON.key, CONFIRMED, NOTED])
    .bind(MOST)
    .fetch_all(db.read())
    .await?;
    let mut told = told(db, kinds, rows).await?;
    let more: Vec<DocumentId> = told
        .iter()
        .filter(|one| one.verb != Verb::Cites)
        .filter_map(|one| Some(one.other.as_ref()?.id.clone()))
        .collect();
    let mut seen = std::collections::HashSet::new();
    // Who says more of it than its name is not told a second time as one that names it.
    told.retain(|one| {
        let Some(other) = &one.other else { return false };
        (one.verb != Verb::Cites || !more.contains(&other.id)) && seen.insert((one.verb, other.id.clone()))
    });
    Ok(told)
}

/// How many public documents name each of these; of those that nobody names there is no entry.
///
/// # Errors
/// When the database fails.
pub async fn cited(db: &Db, documents: &[DocumentId]) -> Result<HashMap<DocumentId, i64>> {
    if documents.is_empty() {
        return Ok(HashMap::new());
    }
    let mut select = Statement::new(
        "SELECT r.to_document, COUNT(DISTINCT r.from_document) FROM document_reference r \
         JOIN document f ON f.id = r.from_document AND f.current_edition <> ''",
    );
    select.add(" WHERE r.state IN ").list([CONFIRMED, NOTED]).add(" AND r.to_document IN ").list(documents);
    select.add(" GROUP BY r.to_document");
    let (sql, values) = select.parts();
    let rows: Vec<(DocumentId, i64)> = query_as(sql).bind_all(values).fetch_all(db.read()).await?;
    Ok(rows.into_iter().collect())
}
