//! What public lists are narrowed, ordered and counted by: tables made from the documents, changed in the write in which a
//! document becomes public or ceases to be, and made anew by [`rebuild`].

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use kernel::{
    OrganCode,
    id::{ColumnId, DocumentId, EditionId},
    time,
};
use store::{Db, FromRow, Tx, query, query_as};

use crate::{
    common,
    error::Result,
    references,
    rows::{DocumentRow, document_columns, gather},
    spec::{Facet, Kinds},
    sql::Statement,
    standing::Effect,
    values::Values,
    words,
};

/// Places in the order of lists within one millisecond.
pub(crate) const RANKS: i64 = 1 << 20;

/// The first place of a moment in the order of lists.
pub(crate) fn rank_at(at: Timestamp) -> i64 {
    at.as_millisecond().max(1).saturating_mul(RANKS)
}

/// The day in China of a place in the order of lists.
pub(crate) fn day_of(rank: i64) -> Date {
    let moment = Timestamp::from_millisecond(rank / RANKS).unwrap_or(Timestamp::UNIX_EPOCH);
    time::date_in_china(moment)
}

/// What the tables hold of one public document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    rank: i64,
    organ: OrganCode,
    column: ColumnId,
    kind: String,
    /// Day of the first publication.
    day: String,
    /// Fields by which lists are narrowed or ordered: key and value, `""` for none.
    facets: BTreeSet<(String, String)>,
    /// Keys of those that are counted.
    counted: BTreeSet<String>,
}

#[derive(FromRow)]
struct EntryRow {
    rank: i64,
    organ: OrganCode,
    column_slug: ColumnId,
    kind: String,
    first_published_on: String,
}

/// Longest value that is counted, in characters.
const LONGEST: usize = 100;

impl Entry {
    /// As of a day: fields change with it and with what other documents do to this one, see [`common::on_day`].
    pub(crate) fn of(kinds: &Kinds, document: &DocumentRow, values: &Values, effects: &[Effect], today: Date) -> Self {
        let mut values = values.clone();
        common::on_day(&mut values, effects, today);
        let kind = kinds.get(&document.kind);
        let (mut facets, mut counted) = (BTreeSet::new(), BTreeSet::new());
        for facet in kinds.facets().into_iter().filter(|facet| facet.counted || facet.ordered) {
            if facet.counted {
                counted.insert(facet.key.to_owned());
            }
            let own = kind.and_then(|kind| kind.facet(facet.key)).map_or(&[][..], |facet| values.all(facet));
            let cut = |value: &String| (facet.key.to_owned(), value.chars().take(LONGEST).collect::<String>());
            facets.extend(own.iter().map(cut));
            if own.is_empty() {
                // An order by the field has a place for those without it too.
                facets.insert((facet.key.to_owned(), String::new()));
            }
        }
        Self {
            rank: document.rank,
            organ: document.organ.clone(),
            column: document.column.clone(),
            kind: document.kind.clone(),
            day: document.first_published_on.clone(),
            facets,
            counted,
        }
    }

    /// The rows of `document_count` in which the document counts.
    fn counts(&self) -> BTreeSet<Count<'_>> {
        let (organ, column, kind) = (self.organ.as_str(), self.column.as_str(), self.kind.as_str());
        let year = self.day.get(..4).unwrap_or_default();
        let row = |facet, dims: &'static str, value| {
            let only = |dim, text| if dims.contains(dim) { text } else { "" };
            [facet, dims, only('o', organ), only('c', column), only('y', year), kind, value]
        };
        let mut rows = BTreeSet::from(["", "o", "c", "y", "oc", "oy", "cy", "ocy"].map(|dims| row("", dims, "")));
        rows.insert(["day", "", "", "", "", "", &self.day]);
        for (key, value) in self.facets.iter().filter(|(key, value)| !value.is_empty() && self.counted.contains(key)) {
            // Fields are told apart by one of the three at most: by more there would be as many rows as documents.
            rows.extend(["", "o", "c", "y"].map(|dims| row(key, dims, value)));
        }
        rows
    }
}

/// Facet, dims, organ, column, year, kind, value.
type Count<'a> = [&'a str; 7];

/// What the tables hold now of a document, if it is public.
pub(crate) async fn entry(tx: &mut Tx, kinds: &Kinds, document: &DocumentId) -> Result<Option<Entry>> {
    let row: Option<EntryRow> = query_as(
        "SELECT rank, organ, column_slug, kind, first_published_on FROM document WHERE id = $1 AND current_edition <> ''",
    )
    .bind(document)
    .fetch_optional(tx.conn())
    .await?;
    let Some(row) = row else { return Ok(None) };
    let facets: Vec<(String, String)> =
        query_as("SELECT key, value FROM document_facet WHERE rank = $1").bind(row.rank).fetch_all(tx.conn()).await?;
    Ok(Some(Entry {
        rank: row.rank,
        organ: row.organ,
        column: row.column_slug,
        kind: row.kind,
        day: row.first_published_on,
        facets: facets.into_iter().collect(),
        counted: kinds.facets().iter().filter(|facet| facet.counted).map(|facet| facet.key.to_owned()).collect(),
    }))
}

/// Makes the tables hold `after` where they held `before`.
pub(crate) async fn change(tx: &mut Tx, before: Option<&Entry>, after: Option<&Entry>) -> Result<()> {
    let facets = |entry: Option<&Entry>| {
        let rows = entry.map(|entry| entry.facets.iter().map(|(key, value)| (key.clone(), value.clone(), entry.rank)));
        rows.into_iter().flatten().collect::<BTreeSet<_>>()
    };
    let (old, new) = (facets(before), facets(after));
    for (key, value, rank) in old.difference(&new) {
        query("DELETE FROM document_facet WHERE key = $1 AND value = $2 AND rank = $3")
            .bind(key)
            .bind(value)
            .bind(*rank)
            .execute(tx.conn())
            .await?;
    }
    insert_facets(tx, new.difference(&old)).await?;
    let (old, new) = (before.map(Entry::counts).unwrap_or_default(), after.map(Entry::counts).unwrap_or_default());
    for row in old.difference(&new) {
        for sql in [
            "UPDATE document_count SET n = n - 1 WHERE facet = $1 AND dims = $2 AND organ = $3 AND column_slug = $4 \
             AND year = $5 AND kind = $6 AND value = $7",
            "DELETE FROM document_count WHERE facet = $1 AND dims = $2 AND organ = $3 AND column_slug = $4 \
             AND year = $5 AND kind = $6 AND value = $7 AND n = 0",
        ] {
            query(sql).bind_all(*row).execute(tx.conn()).await?;
        }
    }
    let more: Vec<_> = new.difference(&old).map(|row| (*row, 1)).collect();
    insert_counts(tx, &more).await
}

async fn insert_facets(tx: &mut Tx, rows: impl Iterator<Item = &(String, String, i64)>) -> Result<()> {
    let rows: Vec<_> = rows.collect();
    for rows in rows.chunks(300) {
        let mut insert = Statement::new("INSERT INTO document_facet (key, value, rank) VALUES ");
        for (at, (key, value, rank)) in rows.iter().enumerate() {
            insert
                .add(if at > 0 { ", (" } else { "(" })
                .value(key)
                .add(", ")
                .value(value)
                .add(", ")
                .value(*rank)
                .add(")");
        }
        insert.add(" ON CONFLICT DO NOTHING");
        let (sql, values) = insert.parts();
        query(sql).bind_all(values).execute(tx.conn()).await?;
    }
    Ok(())
}

async fn insert_counts(tx: &mut Tx, rows: &[(Count<'_>, i64)]) -> Result<()> {
    for rows in rows.chunks(100) {
        let mut insert = Statement::new(
            "INSERT INTO document_count (facet, dims, organ, column_slug, year, kind, value, n) VALUES ",
        );
        for (at, (row, n)) in rows.iter().enumerate() {
            insert.add(if at > 0 { ", (" } else { "(" });
            for text in row {
                insert.value(*text).add(", ");
            }
            insert.value(*n).add(")");
        }
        insert.add(
            " ON CONFLICT (facet, dims, organ, column_slug, year, kind, value) DO UPDATE \
             SET n = document_count.n + excluded.n",
        );
        let (sql, values) = insert.parts();
        query(sql).bind_all(values).execute(tx.conn()).await?;
    }
    Ok(())
}

/// Documents that one step of [`rebuild`] takes.
const STEP: i64 = 500;

#[derive(FromRow)]
struct Named {
    #[sql(flatten)]
    document: DocumentRow,
    words: String,
    head_words: String,
}

/// Makes the tables anew from the documents, in one write. Returns how many are public.
///
/// # Errors
/// When the database fails; the tables are then as they were.
pub async fn rebuild(db: &Db, kinds: &Kinds) -> Result<usize> {
    let mut tx = db.write().await?;
    tx.hold_log().await?;
    let today = time::date_in_china(tx.seams().now());
    for sql in ["DELETE FROM document_facet", "DELETE FROM document_count", "DELETE FROM document_word"] {
        query(sql).execute(tx.conn()).await?;
    }
    let (mut after, mut public) = (DocumentId::default(), 0);
    loop {
        let sql = concat!(
            "SELECT ",
            document_columns!(),
            ", d.words, COALESCE(e.words, '') AS head_words FROM document d \
             LEFT JOIN edition e ON e.document_id = d.id AND e.head = 1 WHERE d.id > $1 ORDER BY d.id LIMIT $2"
        );
        let step: Vec<Named> = query_as(sql).bind(&after).bind(STEP).fetch_all(tx.conn()).await?;
        let Some(last) = step.last() else { break };
        after = last.document.id.clone();
        let pairs: Vec<(String, DocumentId, i64)> = step
            .iter()
            .flat_map(|one| {
                let all: BTreeSet<String> =
                    words::pairs(&one.words).into_iter().chain(words::pairs(&one.head_words)).collect();
                all.into_iter().map(|pair| (pair, one.document.id.clone(), one.document.rank))
            })
            .collect();
        words::add(&mut tx, pairs.iter().map(|(pair, id, rank)| (pair, id, *rank))).await?;
        for one in step.iter().filter(|one| one.document.public().is_some()) {
            let values = crate::rows::values(tx.conn(), &one.document.current_edition).await?;
            let effects = references::effects_on(tx.conn(), &one.document.id).await?;
            change(&mut tx, None, Some(&Entry::of(kinds, &one.document, &values, &effects, today))).await?;
            public += 1;
        }
    }
    tx.commit().await?;
    Ok(public)
}

/// The fields of these editions under these keys, by edition.
pub(crate) async fn values_of(
    db: &Db,
    editions: &[EditionId],
    facets: &[&'static Facet],
) -> Result<std::collections::HashMap<EditionId, Values>> {
    let mut found = std::collections::HashMap::new();
    if facets.is_empty() {
        return Ok(found);
    }
    for editions in editions.chunks(400) {
        let mut select = Statement::new("SELECT edition_id, key, value FROM facet WHERE edition_id IN ");
        select.list(editions).add(" AND key IN ").list(facets.iter().map(|facet| facet.key));
        select.add(" ORDER BY edition_id, key, place");
        let (sql, values) = select.parts();
        let rows: Vec<(EditionId, String, String)> = query_as(sql).bind_all(values).fetch_all(db.read()).await?;
        let mut rows = rows.into_iter().peekable();
        while let Some((edition, key, value)) = rows.next() {
            let mut of_edition = vec![(key, value)];
            while let Some((_, key, value)) = rows.next_if(|(next, ..)| *next == edition) {
                of_edition.push((key, value));
            }
            found.insert(edition, gather(of_edition));
        }
    }
    Ok(found)
}
