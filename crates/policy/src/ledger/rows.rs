//! The ledger as it is kept and listed.

use std::collections::{HashMap, HashSet};

use document::{
    Kinds,
    common::{DOCUMENT_NUMBER, EFFECTIVE_ON, EXPIRES_ON, VALIDITY, WRITTEN_ON},
    public::{self, Listed},
};
use jiff::{ToSpan, civil::Date};
use kernel::{OrganCode, id::DocumentId};
use serde::Deserialize;
use store::{
    Db, Executor, FromRow, Sealed, query_as,
    sql::{By, Count, List, Page},
};
use web::{Ctx, Desk, Result, page, views};

use crate::library::{POLICY, organs};

/// Days before the end of a term from which the ledger calls it near.
pub(super) const NEAR: i64 = 90;
/// Most rows that one file of the ledger holds.
pub(super) const EXPORTED: usize = 50_000;

/// What the log seals.
pub(super) fn sealed() -> Sealed {
    Sealed::each(
        super::SUBJECT,
        "规范性文件台账",
        "SELECT document_id AS id FROM ledger_entry",
        "SELECT index_number FROM document WHERE id = $1 AND index_number <> ''",
    )
    .part(
        "ledger/1",
        "统一登记号、日期或认定",
        "SELECT document_id, normative, registered, registered_on, drafted_by, remark, version, changed_by FROM ledger_entry \
         WHERE document_id = $1",
    )
}

/// What the list shows, as the address says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    pub(super) q: String,
    pub(super) organ: String,
    pub(super) validity: String,
    /// Empty = normative ones, `none` = nobody has looked yet, `0` = found to be none.
    pub(super) kept: String,
    /// `near`, `past`.
    pub(super) term: String,
    pub(super) sort: String,
    pub(super) dir: String,
    pub(super) after: String,
}

impl Filter {
    /// The query without the place; the order may be left out.
    pub(super) fn query(&self, sorted: bool) -> String {
        let order = if sorted { (self.sort.as_str(), self.dir.as_str()) } else { ("", "") };
        page::query_string(&[
            ("q", &self.q),
            ("organ", &self.organ),
            ("validity", &self.validity),
            ("kept", &self.kept),
            ("term", &self.term),
            ("sort", order.0),
            ("dir", order.1),
        ])
    }

    pub(super) fn is_any(&self) -> bool {
        !self.query(false).is_empty()
    }
}

/// A policy with what the ledger holds of it.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Row {
    pub(super) id: DocumentId,
    pub(super) title: String,
    pub(super) organ: OrganCode,
    /// -1 = nobody has looked.
    pub(super) normative: i64,
    pub(super) registered: String,
    pub(super) registered_on: String,
    pub(super) drafted_by: String,
    pub(super) remark: String,
}

/// A row with what its document says of itself.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) row: Row,
    pub(super) number: String,
    pub(super) written_on: String,
    pub(super) effective_on: String,
    pub(super) expires_on: String,
    pub(super) validity: String,
    /// Another public document bears the same number.
    pub(super) twice: bool,
}

const COLUMNS: &str = "d.id, d.title, d.organ, COALESCE(l.normative, -1) AS normative, COALESCE(l.registered, '') AS registered, \
     COALESCE(l.registered_on, '') AS registered_on, COALESCE(l.drafted_by, '') AS drafted_by, COALESCE(l.remark, '') AS remark";
const FROM: &str = "document d LEFT JOIN ledger_entry l ON l.document_id = d.id \
     LEFT JOIN facet w ON w.edition_id = d.current_edition AND w.key = 'written_on' AND w.place = 0 \
     LEFT JOIN facet x ON x.edition_id = d.current_edition AND x.key = 'expires_on' AND x.place = 0 \
     LEFT JOIN facet n ON n.edition_id = d.current_edition AND n.key = 'document_number' AND n.place = 0 \
     LEFT JOIN document_facet v ON v.rank = d.rank AND v.key = 'validity'";

/// The list of the ledger for a person.
pub(super) fn list(ctx: &Ctx, desk: &Desk, filter: &Filter) -> List {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let today = ctx.today();
    let near = today.checked_add(NEAR.days()).unwrap_or(today);
    let list = List::new(COLUMNS, FROM, "d.id")
        .sort("written-", &[By::down("COALESCE(w.value, '')")])
        .sort("written", &[By::up("COALESCE(w.value, '')")])
        .sort("expires", &[By::up("COALESCE(x.value, '9999')")])
        .sort("expires-", &[By::down("COALESCE(x.value, '9999')")])
        .sort("registered", &[By::up("COALESCE(l.registered, '')")])
        .sort("registered-", &[By::down("COALESCE(l.registered, '')")])
        .sort("title", &[By::up("d.title")])
        .sort("title-", &[By::down("d.title")])
        .given("d.current_edition <> ''")
        .equals("d.kind", POLICY)
        .any_of("d.organ", organs(ctx, desk, &filter.organ))
        .equals("v.value", some(&filter.validity))
        .contains(&["d.title", "COALESCE(n.value, '')", "COALESCE(l.registered, '')"], &filter.q);
    let list = match filter.kept.as_str() {
        "none" => list.given("l.document_id IS NULL"),
        "0" => list.given("l.normative = 0"),
        _ => list.given("l.normative = 1"),
    };
    match filter.term.as_str() {
        "near" => {
            list.with_all("x.value >= ? AND x.value <= ?", vec![today.to_string().into(), near.to_string().into()])
        }
        "past" => list.with("x.value < ?", today.to_string()),
        _ => list,
    }
}

/// A page of the list, and how many there are.
pub(super) async fn page(ctx: &Ctx, desk: &Desk, filter: &Filter, size: usize) -> Result<(Page<Row>, Count)> {
    let list = list(ctx, desk, filter);
    let order = views::order(&filter.sort, &filter.dir);
    let found = list.page::<Row>(ctx.db(), Some(order.as_str()), Some(filter.after.as_str()), size).await?;
    let count = list.count(ctx.db(), 5_000).await?;
    Ok((found, count))
}

/// Rows with what their documents say of themselves today.
pub(super) async fn told(ctx: &Ctx, rows: Vec<Row>) -> Result<Vec<Line>> {
    let ids: Vec<DocumentId> = rows.iter().map(|row| row.id.clone()).collect();
    let kinds = Kinds::of(ctx);
    let mut listed: HashMap<DocumentId, Listed> =
        public::of_ids(ctx.db(), &kinds, &ids).await?.into_iter().map(|one| (one.id.clone(), one)).collect();
    let numbers: Vec<String> = listed
        .values()
        .map(|one| one.values.get(&DOCUMENT_NUMBER).to_owned())
        .filter(|number| !number.is_empty())
        .collect();
    let twice = twice(ctx.db(), &numbers).await?;
    let line = |row: Row| {
        let values = listed.remove(&row.id).map(|one| one.values).unwrap_or_default();
        let number = values.get(&DOCUMENT_NUMBER).to_owned();
        Line {
            twice: twice.contains(&number),
            written_on: values.get(&WRITTEN_ON).to_owned(),
            effective_on: values.get(&EFFECTIVE_ON).to_owned(),
            expires_on: values.get(&EXPIRES_ON).to_owned(),
            validity: values.words(&VALIDITY),
            number,
            row,
        }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// Those of the numbers that more than one public document bears.
async fn twice(db: &Db, numbers: &[String]) -> Result<HashSet<String>> {
    let mut found = HashSet::new();
    for some in numbers.chunks(400) {
        let sql = format!(
            "SELECT f.value FROM facet f JOIN document d ON d.current_edition = f.edition_id \
             WHERE f.key = 'document_number' AND f.value IN ({}) GROUP BY f.value HAVING COUNT(*) > 1",
            store::places(1, some.len())
        );
        // SQL: a literal and numbers of placeholders.
        let rows: Vec<String> = store::query_scalar(store::built(sql)).bind_all(some).fetch_all(db.read()).await?;
        found.extend(rows);
    }
    Ok(found)
}

/// What the ledger holds of one document.
#[derive(Debug, Clone, Default, FromRow)]
pub(super) struct Entry {
    pub(super) normative: i64,
    pub(super) registered: String,
    pub(super) registered_on: String,
    pub(super) drafted_by: String,
    pub(super) remark: String,
    pub(super) version: i64,
    pub(super) changed_name: String,
    pub(super) changed_at: String,
}

/// The entry of a document, if there is one.
pub(super) async fn entry(executor: impl Executor<'_>, id: &DocumentId) -> store::Result<Option<Entry>> {
    let sql = "SELECT normative, registered, registered_on, drafted_by, remark, version, changed_name, changed_at \
               FROM ledger_entry WHERE document_id = $1";
    query_as(sql).bind(id).fetch_optional(executor).await
}

/// How many public policies of these organs nobody has looked at for the ledger.
///
/// # Errors
/// When the database fails.
pub(super) async fn unregistered(db: &Db, organs: &[OrganCode]) -> Result<i64> {
    let list = List::new("d.id", FROM, "d.id")
        .given("d.current_edition <> ''")
        .equals("d.kind", POLICY)
        .given("l.document_id IS NULL")
        .any_of("d.organ", organs.to_vec());
    Ok(list.count(db, 999).await?.rows)
}

/// How many documents the words of the filter find besides what it shows: those that nobody has looked at.
///
/// # Errors
/// When the database fails.
pub(super) async fn besides(ctx: &Ctx, desk: &Desk, filter: &Filter) -> Result<i64> {
    if !filter.kept.is_empty() || filter.q.trim().is_empty() {
        return Ok(0);
    }
    let others = Filter { kept: "none".to_owned(), ..filter.clone() };
    Ok(list(ctx, desk, &others).count(ctx.db(), 999).await?.rows)
}

/// A normative document whose term ends.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Ending {
    pub(super) id: DocumentId,
    pub(super) title: String,
    pub(super) organ: OrganCode,
    pub(super) expires_on: String,
}

/// Normative documents that are still law and whose last day lies between two days, the first to end first.
pub(super) async fn ending(
    db: &Db,
    organs: &[OrganCode],
    (from, until): (Date, Date),
    limit: usize,
) -> Result<Vec<Ending>> {
    let list = List::new("d.id, d.title, d.organ, x.value AS expires_on", FROM, "d.id")
        .sort("expires", &[By::up("COALESCE(x.value, '9999')")])
        .given("d.current_edition <> ''")
        .given("l.normative = 1")
        .given("COALESCE(v.value, '') IN ('in_force', 'amended', 'coming')")
        .with_all("x.value >= ? AND x.value <= ?", vec![from.to_string().into(), until.to_string().into()])
        .any_of("d.organ", organs.to_vec());
    Ok(list.page::<Ending>(db, None, None, limit).await?.rows)
}
