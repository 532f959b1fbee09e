//! Lists of public documents: narrow rows first, then what they show.

use std::collections::HashMap;

use kernel::{
    OrganCode,
    id::{ColumnId, DocumentId, EditionId},
    time,
};
use store::{Db, FromRow, query_as, query_scalar};

use super::{Filter, Listed, filter::Prepared};
use crate::{
    common::{BY_DAY, on_day},
    error::Result,
    lists, references,
    spec::{Facet, Kinds},
    sql::Statement,
    values::Values,
};

/// How a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// First published last.
    #[default]
    Newest,
    /// First published first.
    Oldest,
    /// By a field that is declared so, highest first; documents without it last.
    By(&'static Facet),
}

/// The place after which a list goes on: that of its last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor(pub i64);

impl Cursor {
    /// Reads what an address says.
    pub fn parse(text: &str) -> Option<Self> {
        text.trim().parse().ok().filter(|rank| *rank > 0).map(Self)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Which lines of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// After this line; otherwise from the first.
    pub after: Option<Cursor>,
    /// So many are left out then. Each is walked over: for numbered pages, not for walking through a list.
    pub skip: i64,
    /// At most so many.
    pub limit: i64,
}

impl Places {
    /// The first lines.
    pub fn first(limit: i64) -> Self {
        Self { after: None, skip: 0, limit }
    }

    /// The lines after one.
    pub fn after(after: Option<Cursor>, limit: i64) -> Self {
        Self { after, skip: 0, limit }
    }

    /// A numbered page, from 1.
    pub fn page(page: i64, size: i64) -> Self {
        Self { after: None, skip: (page - 1).max(0).saturating_mul(size), limit: size }
    }
}

/// Some lines of a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Slice {
    /// The lines.
    pub items: Vec<Listed>,
    /// Where the list goes on, if it does.
    pub next: Option<Cursor>,
}

/// Some public documents that fit the filter.
pub async fn list(db: &Db, kinds: &Kinds, filter: &Filter, order: Order, places: Places) -> Result<Slice> {
    let prepared = filter.prepare(db).await?.for_some();
    let mut ranks = ranks(db, &prepared, order, Places { limit: places.limit + 1, ..places }).await?;
    let limit = usize::try_from(places.limit).unwrap_or(0);
    let more = ranks.len() > limit;
    ranks.truncate(limit);
    let next = ranks.last().copied().filter(|_| more).map(Cursor);
    Ok(Slice { items: of_ranks(db, kinds, &ranks).await?, next })
}

/// The places in the order of lists of documents that fit, in the order that is asked for.
pub(super) async fn ranks(db: &Db, prepared: &Prepared, order: Order, places: Places) -> Result<Vec<i64>> {
    let mut statement = match order {
        Order::By(facet) => by_field(db, prepared, facet, places).await?,
        _ => by_rank(prepared, order == Order::Oldest, places),
    };
    statement.bind(" LIMIT ?", places.limit).bind(" OFFSET ?", places.skip);
    let (sql, values) = statement.parts();
    Ok(query_scalar(sql).bind_all(values).fetch_all(db.read()).await?)
}

/// The statement up to `ORDER BY …`.
pub(super) fn by_rank(prepared: &Prepared, oldest: bool, places: Places) -> Statement {
    let place = prepared.place();
    let one = |statement: &mut Statement, column: Option<&ColumnId>| {
        statement.add("SELECT ").add(place).add(" AS rank ");
        prepared.from(statement, column);
        if let Some(Cursor(after)) = places.after {
            statement.add(" AND ").add(place).bind(if oldest { " > ?" } else { " < ?" }, after);
        }
        statement.add(" ORDER BY ").add(place).add(if oldest { "" } else { " DESC" });
    };
    let mut statement = Statement::default();
    let columns = &prepared.filter.columns;
    if prepared.few() || !prepared.filter.facets.is_empty() || columns.len() < 2 {
        one(&mut statement, columns.first().filter(|_| columns.len() == 1));
        return statement;
    }
    // Each column from the end of its own index: together they would have to be sorted.
    statement.add("SELECT rank FROM (");
    for (at, column) in columns.iter().enumerate() {
        statement.add(if at > 0 { " UNION ALL SELECT rank FROM (" } else { "SELECT rank FROM (" });
        one(&mut statement, Some(column));
        statement.bind(" LIMIT ?) AS one", places.skip.saturating_add(places.limit));
    }
    statement.add(if oldest { ") AS every ORDER BY rank" } else { ") AS every ORDER BY rank DESC" });
    statement
}

/// The same, ordered by a field.
async fn by_field(db: &Db, prepared: &Prepared, facet: &Facet, places: Places) -> Result<Statement> {
    let after: Option<(String, i64)> = match places.after {
        Some(Cursor(rank)) => {
            query_as("SELECT value, rank FROM document_facet WHERE key = $1 AND rank = $2 ORDER BY value DESC LIMIT 1")
                .bind(facet.key)
                .bind(rank)
                .fetch_optional(db.read())
                .await?
        }
        None => None,
    };
    let mut statement = Statement::new("SELECT d.rank AS rank ");
    let filter = &prepared.filter;
    if prepared.few() || filter.organ.is_some() {
        // Few documents: read and sorted.
        let value = "COALESCE((SELECT MAX(o.value) FROM document_facet o WHERE o.rank = d.rank AND o.key = ?), '')";
        prepared.from(&mut statement, filter.columns.first().filter(|_| filter.columns.len() == 1));
        if let Some((known, rank)) = after {
            statement.add(" AND (").bind(value, facet.key).bind(", d.rank) < (?", known).bind(", ?)", rank);
        }
        statement.add(" ORDER BY ").bind(value, facet.key).add(" DESC, d.rank DESC");
        return Ok(statement);
    }
    statement
        .bind("FROM document_facet o CROSS JOIN document d WHERE o.key = ?", facet.key)
        .add(" AND d.rank = o.rank");
    statement.add(" AND d.current_edition <> ''");
    for (other, value) in &filter.facets {
        statement.bind(" AND EXISTS (SELECT 1 FROM document_facet x WHERE x.rank = d.rank AND x.key = ?", other.key);
        statement.bind(" AND x.value = ?)", value);
    }
    prepared.conditions(&mut statement, None);
    if let Some((known, rank)) = after {
        statement.bind(" AND (o.value, o.rank) < (?", known).bind(", ?)", rank);
    }
    statement.add(" ORDER BY o.value DESC, o.rank DESC");
    Ok(statement)
}

#[derive(Debug, FromRow)]
struct Row {
    id: DocumentId,
    edition: EditionId,
    title: String,
    kind: String,
    organ: OrganCode,
    column_slug: ColumnId,
    index_number: String,
    first_published_on: String,
    first_published_at: String,
    published_at: String,
    rank: i64,
}

const SELECT: &str = "SELECT d.id, d.current_edition AS edition, d.title, d.kind, d.organ, d.column_slug, d.index_number, \
     d.first_published_on, d.first_published_at, d.published_at, d.rank FROM document d WHERE d.current_edition <> '' AND ";

/// The public documents at these places, in this order; a place whose document has been withdrawn meanwhile is left out.
async fn of_ranks(db: &Db, kinds: &Kinds, ranks: &[i64]) -> Result<Vec<Listed>> {
    let mut found: HashMap<i64, Listed> = HashMap::new();
    for some in ranks.chunks(400) {
        let mut statement = Statement::new(SELECT);
        statement.add("d.rank IN ").list(some.iter().copied());
        let listed = fill(db, kinds, statement).await?;
        found.extend(listed.into_iter().map(|one| (one.rank, one)));
    }
    Ok(ranks.iter().filter_map(|rank| found.remove(rank)).collect())
}

/// The public documents among these, in no order.
pub async fn of_ids(db: &Db, kinds: &Kinds, ids: &[DocumentId]) -> Result<Vec<Listed>> {
    let mut listed = Vec::with_capacity(ids.len());
    for some in ids.chunks(400) {
        let mut statement = Statement::new(SELECT);
        statement.add("d.id IN ").list(some);
        listed.extend(fill(db, kinds, statement).await?);
    }
    Ok(listed)
}

async fn fill(db: &Db, kinds: &Kinds, statement: Statement) -> Result<Vec<Listed>> {
    let (sql, values) = statement.parts();
    let rows: Vec<Row> = query_as(sql).bind_all(values).fetch_all(db.read()).await?;
    let told = |facet: &&'static Facet| facet.public && (facet.listed || BY_DAY.iter().any(|by| by.key == facet.key));
    let told: Vec<&'static Facet> = kinds.facets().into_iter().filter(told).collect();
    let today = time::date_in_china(db.seams().now());
    let editions: Vec<EditionId> = rows.iter().map(|row| row.edition.clone()).collect();
    let mut values = lists::values_of(db, &editions, &told).await?;
    let ids: Vec<DocumentId> = rows.iter().map(|row| row.id.clone()).collect();
    let effects = references::effects(db.read(), &ids).await?;
    // A kind that nobody declares any more has no address: its documents are on no list.
    let listed = rows.into_iter().filter_map(|row| {
        let mut values = values.remove(&row.edition).unwrap_or_default();
        on_day(&mut values, effects.get(&row.id).map_or(&[][..], Vec::as_slice), today);
        row.listed(kinds, values)
    });
    Ok(listed.collect())
}

impl Row {
    fn listed(self, kinds: &Kinds, mut values: Values) -> Option<Listed> {
        let kind = kinds.get(&self.kind)?;
        // What was written while it was of another kind is not told.
        values.keep(kind);
        Some(Listed {
            path: kind.address(&self.id),
            id: self.id,
            edition: self.edition,
            title: self.title,
            kind,
            organ: self.organ,
            column: self.column_slug,
            index_number: self.index_number,
            values,
            published_on: self.first_published_on,
            published_at: self.first_published_at,
            updated_at: self.published_at,
            rank: self.rank,
        })
    }
}

/// The newest public documents of these kinds; of all kinds when none are given.
pub async fn latest(db: &Db, all: &Kinds, kinds: &[crate::spec::Kind], limit: i64) -> Result<Vec<Listed>> {
    // Kind by kind, each from the end of its index: together they would have to be sorted.
    let each: Vec<Filter> = match kinds {
        [] | [_] => vec![Filter::kinds(kinds)],
        several => several.iter().map(|kind| Filter::kinds(&[kind])).collect(),
    };
    let mut ranks = Vec::new();
    for filter in each {
        let prepared = Prepared { filter, search: None };
        ranks.extend(self::ranks(db, &prepared, Order::Newest, Places::first(limit)).await?);
    }
    ranks.sort_unstable_by(|a, b| b.cmp(a));
    ranks.truncate(usize::try_from(limit).unwrap_or(0));
    of_ranks(db, all, &ranks).await
}

/// Identifiers of public documents after `after`, in text order: for walking through all of them.
pub async fn ids(db: &Db, after: &DocumentId, limit: i64) -> Result<Vec<DocumentId>> {
    Ok(query_scalar("SELECT id FROM document WHERE current_edition <> '' AND id > $1 ORDER BY id LIMIT $2")
        .bind(after)
        .bind(limit)
        .fetch_all(db.read())
        .await?)
}

/// Those of the documents that the public can read now.
pub async fn standing(db: &Db, ids: &[String]) -> Result<Vec<String>> {
    let mut select = Statement::new("SELECT d.id FROM document d JOIN edition e ON e.id = d.current_edition");
    select.add(" AND e.state = 'published' WHERE d.id IN ").list(ids.iter().map(String::as_str));
    let (sql, values) = select.parts();
    Ok(query_scalar(sql).bind_all(values).fetch_all(db.read()).await?)
}

/// Of documents that the public can read now: when they first became public, and when their present text did (stored form).
pub async fn moments(db: &Db, ids: &[String]) -> Result<Vec<(String, String, String)>> {
    let mut select = Statement::new("SELECT d.id, d.first_published_at, d.published_at FROM document d");
    select.add(" WHERE d.current_edition <> '' AND d.id IN ").list(ids.iter().map(String::as_str));
    let (sql, values) = select.parts();
    Ok(query_as(sql).bind_all(values).fetch_all(db.read()).await?)
}

/// Address of a public document and when its present text became public (stored form).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub id: DocumentId,
    /// Path on the portal.
    pub path: String,
    /// When it last changed.
    pub changed: String,
}

/// Addresses of public documents after `after`, in the order of their identifiers, leaving out so many.
pub async fn places(db: &Db, kinds: &Kinds, after: &DocumentId, skip: i64, limit: i64) -> Result<Vec<Place>> {
    // Which ones from the index alone, so that what is left out costs little.
    let first: Option<DocumentId> =
        query_scalar("SELECT id FROM document WHERE current_edition <> '' AND id > $1 ORDER BY id LIMIT 1 OFFSET $2")
            .bind(after)
            .bind(skip)
            .fetch_optional(db.read())
            .await?;
    let Some(first) = first else { return Ok(Vec::new()) };
    let rows: Vec<(DocumentId, String, String)> = query_as(
        "SELECT id, kind, published_at FROM document WHERE current_edition <> '' AND id >= $1 ORDER BY id LIMIT $2",
    )
    .bind(first)
    .bind(limit)
    .fetch_all(db.read())
    .await?;
    let place = |(id, kind, changed): (DocumentId, String, String)| {
        kinds.get(&kind).map(|kind| Place { path: kind.address(&id), id, changed })
    };
    Ok(rows.into_iter().filter_map(place).collect())
}
