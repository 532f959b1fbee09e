//! Lists and figures of what is public.

use jiff::civil::Date;
use kernel::{OrganCode, time};
use sqlx::FromRow;
use store::{Db, Result};

use super::Listed;
use crate::{
    kinds::{Kind, Validity},
    sql::{Conditions, contains},
};

/// Which public documents; empty fields do not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Slugs of columns: any of them (a column and those below it).
    pub columns: Vec<String>,
    /// The organ.
    pub organ: Option<OrganCode>,
    /// Kinds: any of them.
    pub kinds: Vec<Kind>,
    /// Year of the first publication, in China.
    pub year: Option<i16>,
    /// A topic (主题).
    pub topic: Option<String>,
    /// 有效性.
    pub validity: Option<Validity>,
    /// Words in the title or the document number.
    pub words: String,
}

/// How many documents a column holds.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ColumnCount {
    /// Slug of the column.
    pub column: String,
    /// Public documents.
    pub count: i64,
    /// Day of the newest, `YYYY-MM-DD`.
    pub newest: String,
}

/// How many documents an organ has made public.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct OrganCount {
    /// Code of the organ.
    pub organ: String,
    /// Public documents.
    pub count: i64,
    /// Day of the newest, `YYYY-MM-DD`.
    pub newest: String,
}

/// Public documents alone: their rows are narrow and have indexes for whatever a list is counted by.
const DOCUMENTS: &str = "document d";
/// With the edition that is public; `e.state` is asked again although `current_edition` says the same.
const WITH_EDITION: &str = "document d JOIN edition e ON e.id = d.current_edition AND e.state = 'published'";
pub(super) const SELECT: &str = "SELECT d.id, d.current_edition AS edition, d.kind, d.organ, d.column_slug, COALESCE(c.name, '') AS column_name, \
     d.index_number, d.first_published_at, d.first_published_on, d.published_at, e.title, e.summary, e.document_number, \
     e.validity, e.written_on FROM document d JOIN edition e ON e.id = d.current_edition AND e.state = 'published' \
     LEFT JOIN portal_column c ON c.slug = d.column_slug";
const NEWEST: &str = "ORDER BY d.first_published_at DESC, d.id DESC";

#[derive(Debug, FromRow)]
pub(super) struct ListedRow {
    id: String,
    pub(super) edition: String,
    kind: String,
    organ: String,
    column_slug: String,
    column_name: String,
    index_number: String,
    first_published_at: String,
    first_published_on: String,
    published_at: String,
    title: String,
    summary: String,
    document_number: String,
    validity: String,
    written_on: String,
}

impl From<ListedRow> for Listed {
    fn from(row: ListedRow) -> Self {
        let kind = Kind::from_code(&row.kind).unwrap_or(Kind::Notice);
        Self {
            path: kind.path(&row.id),
            id: row.id,
            title: row.title,
            summary: row.summary,
            kind,
            organ: row.organ.into(),
            column: row.column_slug,
            column_name: row.column_name,
            index_number: row.index_number,
            document_number: row.document_number,
            validity: Validity::from_code(&row.validity),
            written_on: row.written_on,
            published_on: row.first_published_on,
            published_at: row.first_published_at,
            updated_at: row.published_at,
        }
    }
}

impl Filter {
    /// Everything of these kinds.
    pub fn kinds(kinds: &[Kind]) -> Self {
        Self { kinds: kinds.to_vec(), ..Self::default() }
    }

    /// What is counted over. Editions are joined only when the filter asks for something that they alone tell: counting
    /// wide rows of fifty thousand documents for every list would be most of its time.
    fn tables(&self) -> &'static str {
        let of_edition = self.topic.as_ref().is_some_and(|topic| !topic.is_empty())
            || self.validity.is_some()
            || !self.words.trim().is_empty();
        if of_edition { WITH_EDITION } else { DOCUMENTS }
    }

    /// How many documents fit.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn count(&self, db: &Db) -> Result<i64> {
        let ask = async { self.conditions().count(db, self.tables()).await };
        db.while_unchanged(format!("count {self:?}"), ask).await
    }

    pub(crate) fn conditions(&self) -> Conditions {
        let mut conditions = Conditions::new("d.current_edition <> ''");
        conditions.any_of("d.column_slug", &self.columns);
        let kinds: Vec<_> = self.kinds.iter().map(|kind| kind.code()).collect();
        conditions.any_of("d.kind", &kinds);
        if let Some(organ) = &self.organ {
            conditions.text("d.organ = ?", organ.as_str());
        }
        if let Some(year) = self.year {
            conditions.text("d.first_published_on >= ?", format!("{year:04}-01-01"));
            conditions.text("d.first_published_on <= ?", format!("{year:04}-12-31"));
        }
        if let Some(topic) = self.topic.as_ref().filter(|topic| !topic.is_empty()) {
            conditions.text("LOWER(e.topics) LIKE ? ESCAPE '\\'", contains(&format!("|{topic}|")));
        }
        if let Some(validity) = self.validity {
            conditions.text("e.validity = ?", validity.code());
        }
        if !self.words.trim().is_empty() {
            let fragment = "(LOWER(e.title) LIKE ? ESCAPE '\\' OR LOWER(e.document_number) LIKE ? ESCAPE '\\')";
            conditions.text(fragment, contains(&self.words));
        }
        conditions
    }
}

/// A page of public documents, newest first, and how many there are in all. `page` counts from 1.
///
/// # Errors
/// When the database fails.
pub async fn list(db: &Db, filter: &Filter, page: i64, size: i64) -> Result<(Vec<Listed>, i64)> {
    list_in(db, filter, Order::Newest, page, size).await
}

/// How a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// First published last.
    #[default]
    Newest,
    /// First published first.
    Oldest,
    /// 成文日期, newest first; undated ones last.
    Written,
}

/// Like [`list`], in another order.
///
/// # Errors
/// When the database fails.
pub async fn list_in(db: &Db, filter: &Filter, order: Order, page: i64, size: i64) -> Result<(Vec<Listed>, i64)> {
    let (conditions, total) = (filter.conditions(), filter.count(db).await?);
    let tail = match order {
        Order::Newest => NEWEST,
        Order::Oldest => "ORDER BY d.first_published_at, d.id",
        Order::Written => "ORDER BY e.written_on DESC, d.first_published_at DESC, d.id DESC",
    };
    let offset = (page - 1).max(0) * size;
    let rows: Vec<ListedRow> = if order == Order::Written || filter.tables() == WITH_EDITION {
        conditions.rows(db, SELECT, tail, size, offset).await?
    } else {
        // First which, from narrow rows, then what: sorting a column of thousands must not carry their texts.
        let ids: Vec<(String,)> = conditions.rows(db, "SELECT d.id FROM document d", tail, size, offset).await?;
        let ids: Vec<String> = ids.into_iter().map(|(id,)| id).collect();
        if ids.is_empty() {
            return Ok((Vec::new(), total));
        }
        let mut these = Conditions::new("d.current_edition <> ''");
        these.any_of("d.id", &ids);
        these.rows(db, SELECT, tail, size, 0).await?
    };
    Ok((rows.into_iter().map(Listed::from).collect(), total))
}

/// The newest public documents of these kinds; of all kinds when none are given.
///
/// # Errors
/// When the database fails.
pub async fn latest(db: &Db, kinds: &[Kind], limit: i64) -> Result<Vec<Listed>> {
    // Kind by kind, each from the end of its index: together they would have to be sorted.
    let each: Vec<Vec<Kind>> =
        if kinds.len() > 1 { kinds.iter().map(|kind| vec![*kind]).collect() } else { vec![kinds.to_vec()] };
    let mut rows: Vec<ListedRow> = Vec::new();
    for kinds in each {
        rows.extend(Filter::kinds(&kinds).conditions().rows::<ListedRow>(db, SELECT, NEWEST, limit, 0).await?);
    }
    rows.sort_by(|a, b| (&b.first_published_at, &b.id).cmp(&(&a.first_published_at, &a.id)));
    rows.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(rows.into_iter().map(Listed::from).collect())
}

/// Public documents per column, with the day of the newest. Columns without any are left out.
///
/// # Errors
/// When the database fails.
pub async fn column_counts(db: &Db) -> Result<Vec<ColumnCount>> {
    let sql = "SELECT column_slug AS \"column\", COUNT(*) AS count, MAX(first_published_on) AS newest FROM document \
               WHERE current_edition <> '' GROUP BY column_slug ORDER BY column_slug";
    db.while_unchanged("columns".into(), async { Ok(sqlx::query_as(sql).fetch_all(db.read()).await?) }).await
}

/// Public documents per organ, most first.
///
/// # Errors
/// When the database fails.
pub async fn organ_counts(db: &Db) -> Result<Vec<OrganCount>> {
    let sql = "SELECT organ, COUNT(*) AS count, MAX(first_published_on) AS newest FROM document \
               WHERE current_edition <> '' GROUP BY organ ORDER BY COUNT(*) DESC, organ";
    db.while_unchanged("organs".into(), async { Ok(sqlx::query_as(sql).fetch_all(db.read()).await?) }).await
}

/// Publications on each day of a year that has any, in order; of one organ if given. For the heat map.
///
/// # Errors
/// When the database fails.
pub async fn per_day(db: &Db, year: i16, organ: Option<&OrganCode>) -> Result<Vec<(Date, i64)>> {
    let filter = Filter { year: Some(year), organ: organ.cloned(), ..Filter::default() };
    let day = "d.first_published_on";
    let ask = async { filter.conditions().groups(db, day, filter.tables(), day, 400).await };
    let rows = db.while_unchanged(format!("days {filter:?}"), ask).await?;
    Ok(rows.into_iter().filter_map(|(day, count)| Some((time::parse_date(&day)?, count))).collect())
}

/// Years in which something that is public now was first published, newest first, with counts.
///
/// # Errors
/// When the database fails.
pub async fn years(db: &Db, filter: &Filter) -> Result<Vec<(i16, i64)>> {
    let filter = Filter { year: None, ..filter.clone() };
    let by = "SUBSTR(d.first_published_on, 1, 4)";
    let ask = async { filter.conditions().groups(db, by, filter.tables(), "1 DESC", 100).await };
    let rows = db.while_unchanged(format!("years {filter:?}"), ask).await?;
    Ok(rows.into_iter().filter_map(|(year, count)| Some((year.parse().ok()?, count))).collect())
}

/// Topics of public documents that fit the filter, most used first, with counts.
///
/// # Errors
/// When the database fails.
pub async fn topics(db: &Db, filter: &Filter) -> Result<Vec<(String, i64)>> {
    let filter = Filter { topic: None, ..filter.clone() };
    let mut conditions = filter.conditions();
    conditions.fixed("e.topics <> ''");
    let ask = async { conditions.groups(db, "e.topics", WITH_EDITION, "2 DESC", 10_000).await };
    let rows = db.while_unchanged(format!("topics {filter:?}"), ask).await?;
    let mut counts: std::collections::HashMap<String, i64> = std::collections::HashMap::new();
    for (words, count) in rows {
        for word in crate::sql::split_words(&words) {
            *counts.entry(word).or_default() += count;
        }
    }
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(sorted)
}

/// By what a list is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Facet {
    /// Code of the organ.
    Organ,
    /// Code of the kind.
    Kind,
    /// Code of the validity; empty for documents without one.
    Validity,
}

/// Values of a facet with the number of documents that fit the filter, most first.
///
/// # Errors
/// When the database fails.
pub(crate) async fn facet(db: &Db, filter: &Filter, by: Facet) -> Result<Vec<(String, i64)>> {
    let (by, tables) = match by {
        Facet::Organ => ("d.organ", filter.tables()),
        Facet::Kind => ("d.kind", filter.tables()),
        Facet::Validity => ("e.validity", WITH_EDITION),
    };
    let ask = async { filter.conditions().groups(db, by, tables, "2 DESC, 1", 1000).await };
    db.while_unchanged(format!("{by} {filter:?}"), ask).await
}

/// How many public documents were first published on `day` or later.
///
/// # Errors
/// When the database fails.
pub async fn count_since(db: &Db, day: Date) -> Result<i64> {
    let mut conditions = Conditions::new("d.current_edition <> ''");
    conditions.text("d.first_published_on >= ?", day.to_string());
    db.while_unchanged(format!("since {day}"), async { conditions.count(db, DOCUMENTS).await }).await
}

/// Identifiers of public documents after `after`, in text order: for walking through all of them.
///
/// # Errors
/// When the database fails.
pub async fn ids(db: &Db, after: &str, limit: i64) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(
        "SELECT d.id FROM document d JOIN edition e ON e.id = d.current_edition AND e.state = 'published' \
         WHERE d.current_edition <> '' AND d.id > $1 ORDER BY d.id LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(db.read())
    .await?)
}
