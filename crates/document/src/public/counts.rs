//! How many documents are public, of what, and by what they differ: read from the counts that are kept, never from rows, where
//! a list is narrowed in the ways that it offers; from the newest few where it is narrowed further or searched for a word.

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use kernel::{OrganCode, id::ColumnId, time};
use store::{Db, FromRow, query_as, query_scalar};

use super::{Filter, Order, Places, filter::Prepared, list};
use crate::{
    error::Result,
    lists::{day_of, rank_at},
    spec::{Facet, Kind},
    sql::Statement,
};

/// A number of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Total {
    /// So many.
    pub n: i64,
    /// Or more: they were not counted further.
    pub more: bool,
}

/// Values with the number of documents that have them, most first.
pub type Counts = Vec<(String, i64)>;

/// By what a list can be narrowed further.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Overview {
    /// How many fit.
    pub total: Total,
    /// Codes of organs; each group is counted without its own condition, so that the other values can still be chosen.
    pub organs: Counts,
    /// Keys of kinds.
    pub kinds: Counts,
    /// Years of the first publication, newest first.
    pub years: Counts,
    /// Values of counted fields, by the key of the field.
    pub facets: BTreeMap<&'static str, Counts>,
    /// Whether every number is exact; otherwise they tell of the newest documents that fit.
    pub exact: bool,
}

/// Documents that are looked at where the kept counts do not tell.
const SAMPLE: i64 = 500;

/// By what documents are grouped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    All,
    Organ,
    Kind,
    Year,
    Facet(&'static Facet),
}

/// What a group is counted within: the filter without the group's own condition.
fn within(filter: &Filter, by: By, kinds: &[Kind]) -> Filter {
    match by {
        By::All => filter.clone(),
        By::Organ => Filter { organ: None, ..filter.clone() },
        By::Kind => Filter { kinds: kinds.to_vec(), ..filter.clone() },
        By::Year => Filter { year: None, ..filter.clone() },
        By::Facet(facet) => filter.without(facet),
    }
}

/// The statement that reads a group from the kept counts, if they tell it.
fn kept(filter: &Filter, by: By) -> Option<Statement> {
    if !filter.words.trim().is_empty() {
        return None;
    }
    let facet = match (filter.facets.as_slice(), by) {
        ([], By::Facet(facet)) => Some((facet, None)),
        ([], _) => None,
        (_, By::Facet(_)) => return None,
        ([(facet, value)], _) => Some((*facet, Some(value))),
        _ => return None,
    };
    let dims = match [
        filter.organ.is_some() || by == By::Organ,
        !filter.columns.is_empty(),
        filter.year.is_some() || by == By::Year,
    ] {
        [false, false, false] => "",
        [true, false, false] => "o",
        [false, true, false] => "c",
        [false, false, true] => "y",
        // Fields are told apart by one of the three at most.
        _ if facet.is_some() => return None,
        [true, true, false] => "oc",
        [true, false, true] => "oy",
        [false, true, true] => "cy",
        [true, true, true] => "ocy",
    };
    let group = match by {
        By::All => "facet",
        By::Organ => "organ",
        By::Kind => "kind",
        By::Year => "year",
        By::Facet(_) => "value",
    };
    let mut statement = Statement::new("SELECT ");
    statement.add(group).add(", CAST(SUM(n) AS BIGINT) FROM document_count WHERE ");
    statement.bind("facet = ?", facet.map_or("", |(facet, _)| facet.key)).bind(" AND dims = ?", dims);
    if let Some((_, Some(value))) = facet {
        statement.bind(" AND value = ?", value);
    }
    if let Some(organ) = &filter.organ {
        statement.bind(" AND organ = ?", organ);
    }
    if !filter.columns.is_empty() {
        statement.add(" AND column_slug IN ").list(&filter.columns);
    }
    if let Some(year) = filter.year {
        statement.bind(" AND year = ?", format!("{year:04}"));
    }
    if !filter.kinds.is_empty() {
        statement.add(" AND kind IN ").list(filter.kinds.iter().map(|kind| kind.key));
    }
    statement.add(" GROUP BY ").add(group);
    statement.add(match by {
        By::Year => " ORDER BY 1 DESC",
        _ => " ORDER BY 2 DESC, 1",
    });
    Some(statement)
}

#[derive(Debug, Clone, FromRow)]
struct Seen {
    rank: i64,
    organ: String,
    kind: String,
}

/// The newest documents that fit a filter.
#[derive(Debug, Clone, Default)]
struct Sample {
    seen: Vec<Seen>,
    more: bool,
}

impl Sample {
    async fn take(db: &Db, filter: &Filter) -> Result<Self> {
        let prepared = filter.prepare(db).await?;
        let inner = list::by_rank(&prepared, false, Places::first(SAMPLE + 1));
        let mut statement = Statement::new("SELECT d.rank, d.organ, d.kind FROM (");
        statement.join(&inner).bind(" LIMIT ?", SAMPLE + 1);
        statement.add(") AS found CROSS JOIN document d WHERE d.rank = found.rank AND d.current_edition <> ''");
        let (sql, values) = statement.parts();
        let mut seen: Vec<Seen> = query_as(sql).bind_all(values).fetch_all(db.read()).await?;
        let most = usize::try_from(SAMPLE).unwrap_or(0);
        let more = seen.len() > most;
        seen.sort_unstable_by_key(|one| std::cmp::Reverse(one.rank));
        seen.truncate(most);
        Ok(Self { seen, more })
    }

    fn total(&self) -> Total {
        Total { n: i64::try_from(self.seen.len()).unwrap_or(i64::MAX), more: self.more }
    }

    async fn group(&self, db: &Db, by: By) -> Result<Counts> {
        let mut counts: BTreeMap<String, i64> = BTreeMap::new();
        if let (By::Facet(facet), Some(last)) = (by, self.seen.last()) {
            // Always the same number of places, so that the statement is prepared once; a place twice counts once.
            let places = self.seen.iter().chain(std::iter::repeat(last)).map(|one| one.rank);
            let mut statement = Statement::new("SELECT value, COUNT(*) FROM document_facet WHERE rank IN ");
            statement.list(places.take(usize::try_from(SAMPLE).unwrap_or(0))).bind(" AND key = ?", facet.key);
            statement.add(" AND value <> '' GROUP BY value");
            let (sql, values) = statement.parts();
            let found: Counts = query_as(sql).bind_all(values).fetch_all(db.read()).await?;
            counts.extend(found);
        }
        for one in &self.seen {
            let value = match by {
                By::Organ => one.organ.clone(),
                By::Kind => one.kind.clone(),
                By::Year => day_of(one.rank).year().to_string(),
                By::All | By::Facet(_) => break,
            };
            *counts.entry(value).or_default() += 1;
        }
        let mut sorted: Counts = counts.into_iter().collect();
        match by {
            By::Year => sorted.reverse(),
            _ => sorted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0))),
        }
        Ok(sorted)
    }
}

/// What a list can be narrowed by further: organs, kinds (among `kinds`; all when none are given), years, and these counted
/// fields.
pub async fn overview(db: &Db, filter: &Filter, kinds: &[Kind], facets: &[&'static Facet]) -> Result<Overview> {
    let mut overview = Overview { exact: true, ..Overview::default() };
    // Groups that are not narrowed themselves are counted over the same documents.
    let mut samples: Vec<(Filter, Sample)> = Vec::new();
    let groups =
        [By::All, By::Organ, By::Kind, By::Year].into_iter().chain(facets.iter().map(|facet| By::Facet(facet)));
    for by in groups {
        let inner = within(filter, by, kinds);
        let counts = if let Some(statement) = kept(&inner, by) {
            let (sql, values) = statement.parts();
            let counts: Counts = query_as(sql).bind_all(values).fetch_all(db.read()).await?;
            if by == By::All {
                overview.total = Total { n: counts.iter().map(|(_, n)| n).sum(), more: false };
            }
            counts
        } else {
            if !samples.iter().any(|(known, _)| *known == inner) {
                let sample = Sample::take(db, &inner).await?;
                samples.push((inner.clone(), sample));
            }
            let sample = samples.iter().find(|(known, _)| *known == inner).map(|(_, sample)| sample);
            let sample = sample.cloned().unwrap_or_default();
            overview.exact &= !sample.more;
            if by == By::All {
                overview.total = sample.total();
            }
            sample.group(db, by).await?
        };
        match by {
            By::All => {}
            By::Organ => overview.organs = counts,
            By::Kind => overview.kinds = counts,
            By::Year => overview.years = counts,
            By::Facet(facet) => {
                overview.facets.insert(facet.key, counts);
            }
        }
    }
    Ok(overview)
}

/// How many documents fit; where it is not kept, at most `most` are counted.
pub async fn count(db: &Db, filter: &Filter, most: i64) -> Result<Total> {
    if let Some(statement) = kept(filter, By::All) {
        let (sql, values) = statement.parts();
        let counts: Counts = query_as(sql).bind_all(values).fetch_all(db.read()).await?;
        return Ok(Total { n: counts.iter().map(|(_, n)| n).sum(), more: false });
    }
    let prepared: Prepared = filter.prepare(db).await?;
    let mut statement = Statement::new("SELECT COUNT(*) FROM (");
    statement.join(&list::by_rank(&prepared, false, Places::first(most + 1)));
    statement.bind(" LIMIT ?) AS found", most + 1);
    let (sql, values) = statement.parts();
    let n: i64 = query_scalar(sql).bind_all(values).fetch_one(db.read()).await?;
    Ok(Total { n: n.min(most), more: n > most })
}

/// A column or an organ with how many documents of it are public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill<K> {
    /// Which.
    pub of: K,
    /// Public documents.
    pub count: i64,
    /// Day of the newest, `YYYY-MM-DD`.
    pub newest: String,
}

fn fills<K: From<String>>(rows: Vec<(String, i64, i64)>) -> Vec<Fill<K>> {
    rows.into_iter().map(|(of, count, rank)| Fill { of: of.into(), count, newest: day_of(rank).to_string() }).collect()
}

/// Public documents per column, with the day of the newest. Columns without any are left out.
pub async fn columns(db: &Db) -> Result<Vec<Fill<ColumnId>>> {
    let rows = query_as(
        "SELECT c.column_slug, c.n, COALESCE((SELECT MAX(d.rank) FROM document d WHERE d.column_slug = c.column_slug \
         AND d.current_edition <> ''), 0) FROM (SELECT column_slug, CAST(SUM(n) AS BIGINT) AS n FROM document_count \
         WHERE facet = '' AND dims = 'c' GROUP BY column_slug) c ORDER BY c.column_slug",
    );
    Ok(fills(rows.fetch_all(db.read()).await?))
}

/// Public documents per organ, most first.
pub async fn organs(db: &Db) -> Result<Vec<Fill<OrganCode>>> {
    let rows: Vec<(String, i64, i64)> = query_as(
        "SELECT c.organ, c.n, COALESCE((SELECT MAX(d.rank) FROM document d WHERE d.organ = c.organ AND d.current_edition <> ''), 0) \
         FROM (SELECT organ, CAST(SUM(n) AS BIGINT) AS n FROM document_count WHERE facet = '' AND dims = 'o' \
         GROUP BY organ) c \
         ORDER BY c.n DESC, c.organ",
    )
    .fetch_all(db.read())
    .await?;
    Ok(rows
        .into_iter()
        .map(|(of, count, rank)| Fill { of: OrganCode::from(of), count, newest: day_of(rank).to_string() })
        .collect())
}

/// What an organ has published, column by column.
pub async fn columns_of(db: &Db, organ: &OrganCode) -> Result<Vec<Fill<ColumnId>>> {
    let rows = query_as(
        "SELECT column_slug, COUNT(*), MAX(rank) FROM document WHERE organ = $1 AND current_edition <> '' \
         GROUP BY column_slug ORDER BY column_slug",
    );
    Ok(fills(rows.bind(organ).fetch_all(db.read()).await?))
}

/// Publications on each day of a year that has any, in order; of one organ if given. For the heat map.
pub async fn per_day(db: &Db, year: i16, organ: Option<&OrganCode>) -> Result<Vec<(Date, i64)>> {
    let mut days: BTreeMap<Date, i64> = BTreeMap::new();
    if organ.is_none() {
        let rows: Counts = query_as(
            "SELECT value, n FROM document_count WHERE facet = 'day' AND dims = '' AND organ = '' AND column_slug = '' \
             AND year = '' AND kind = '' AND value >= $1 AND value <= $2 ORDER BY value",
        )
        .bind(format!("{year:04}-01-01"))
        .bind(format!("{year:04}-12-31"))
        .fetch_all(db.read())
        .await?;
        days.extend(rows.into_iter().filter_map(|(day, n)| Some((time::parse_date(&day)?, n))));
    } else {
        let filter = Filter { year: Some(year), organ: organ.cloned(), ..Filter::default() };
        let prepared = Prepared { filter, search: None };
        // The days of one organ's year lie in its index; a year of more documents than this is told by its newest.
        let all = Places { limit: 50_000, ..Places::first(0) };
        for rank in list::ranks(db, &prepared, Order::Newest, all).await? {
            *days.entry(day_of(rank)).or_default() += 1;
        }
    }
    Ok(days.into_iter().collect())
}

/// Public documents of a column and an organ that were first published in a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Monthly {
    pub column: ColumnId,
    pub organ: OrganCode,
    /// 1 to 12.
    pub month: i8,
    pub count: i64,
    /// Day of the newest.
    pub newest: Date,
}

/// What was first published in each month of a year, by column and organ: asked month by month along one index, and kept until
/// a document changes.
///
/// # Errors
/// When the database fails.
pub async fn per_month(db: &Db, year: i16) -> store::Result<Arc<Vec<Monthly>>> {
    let ask = async {
        let mut all = Vec::new();
        for month in 1..=12 {
            let Ok(first) = Date::new(year, month, 1) else { continue };
            let Ok(next) = first.last_of_month().tomorrow() else { continue };
            let rows: Vec<(String, String, i64, i64)> = query_as(
                "SELECT column_slug, organ, COUNT(*), MAX(rank) FROM document \
                 WHERE current_edition <> '' AND rank >= $1 AND rank < $2 GROUP BY column_slug, organ",
            )
            .bind(rank_at(time::start_of_day(first)))
            .bind(rank_at(time::start_of_day(next)))
            .fetch_all(db.read())
            .await?;
            all.extend(rows.into_iter().map(|(column, organ, count, rank)| Monthly {
                column: column.into(),
                organ: organ.into(),
                month,
                count,
                newest: day_of(rank),
            }));
        }
        Ok::<_, store::Error>(Arc::new(all))
    };
    db.while_subjects_unchanged(&["document"], format!("public documents by month of {year}"), ask).await
}

/// How many public documents were first published on `day` or later.
pub async fn count_since(db: &Db, day: Date) -> Result<i64> {
    let n: Option<i64> = query_scalar(
        "SELECT CAST(SUM(n) AS BIGINT) FROM document_count WHERE facet = 'day' AND dims = '' AND organ = '' \
         AND column_slug = '' AND year = '' AND kind = '' AND value >= $1",
    )
    .bind(day.to_string())
    .fetch_one(db.read())
    .await?;
    Ok(n.unwrap_or(0))
}
