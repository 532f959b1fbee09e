//! How rows come into the table: parted at the border, with their slots, many in one statement.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fmt::Write,
};

use item::Item;
use kernel::{OrganCode, Seams};
use store::{Executor, FromRow, Tx, Value, built, places, query, query_as, query_scalar};
use web::{Ctx, Refusal};

use crate::{
    ids::{BatchId, RecordId, RowId},
    rows::{self, Origins},
    slots::{self, Filled, Layout},
    state::State,
    values::{self, Values},
};

/// A row about to be written.
#[derive(Debug, Clone, Default)]
pub struct NewRow {
    /// As the spreadsheet shows it; the running number of what is entered otherwise.
    pub number: u32,
    pub values: Values,
    /// What the county added, by head.
    pub more: BTreeMap<String, String>,
    /// Where its fields are from and how sure they are; empty = from the organ itself.
    pub origins: Origins,
    /// What a person must settle first, by the key of the column; empty = nothing.
    pub doubts: BTreeMap<String, String>,
}

/// A public version that a new row takes the place of.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Before {
    pub keyed: String,
    pub record: RecordId,
    pub id: RowId,
    pub version: i64,
}

/// Where rows go.
pub(crate) struct Place<'a> {
    pub ctx: &'a Ctx,
    pub item: &'a Item,
    pub layout: &'a Layout,
    pub batch: &'a BatchId,
    pub organ: &'a OrganCode,
}

/// A row as it will lie in the tables.
pub(crate) struct Prepared {
    pub id: RowId,
    row: Vec<Value>,
    slots: Vec<Filled>,
    hidden: Option<(String, String)>,
    doubt: Option<(i64, String)>,
}

/// The columns of a row, in the order of [`Prepared::row`]; those of its slots follow.
const COLUMNS: &str = "id, record, version, item, item_version, batch, number, organ, state, closed, replaces, keyed, twin, period, \
     sort_on, keep_until, public_on, public_at, ended_at, data, doubt, digest";
/// How many these are.
const WIDTH: usize = 22;
/// Rows in one statement: their values stay below what either database takes.
const TOGETHER: usize = 200;

impl Place<'_> {
    /// A row as it will lie in the tables, of a new record or as the next version of one that is there.
    ///
    /// # Errors
    /// When the key of the installation cannot be read or made.
    pub(crate) fn prepare(&self, seams: &Seams, row: &NewRow, before: Option<&Before>) -> store::Result<Prepared> {
        let today = self.ctx.today();
        let id = RowId::fresh(seams);
        let (record, version) = match before {
            Some(before) => (before.record.clone(), before.version + 1),
            None => (RecordId::from(id.as_str()), 1),
        };
        let split = values::split(self.item, &row.values, &row.more, today);
        let shown = split.data.typed(self.item);
        let data = split.data.json();
        let mut hidden = None;
        if !split.hidden.is_empty() {
            let keys = split.hidden.keys().fold(String::from(","), |keys, key| keys + key + ",");
            let words = serde_json::to_string(&split.hidden)?;
            hidden = Some((keys, self.ctx.files().seal_words(seams, &rows::place(&id), &words)?));
        }
        let sealed = hidden.as_ref().map_or("", |(_, sealed)| sealed.as_str());
        let keyed = values::keyed(self.item, &row.values);
        let twin = if values::is_sole(self.item) { "" } else { record.as_str() }.to_owned();
        let (mut state, mut doubt) = (State::Draft, None);
        if !row.doubts.is_empty() {
            let least = row.origins.values().map(|origin| i64::from(origin.confidence)).min().unwrap_or_default();
            (state, doubt) = (State::Doubtful, Some((least, serde_json::to_string(&row.doubts)?)));
        }
        let origins = if row.origins.is_empty() { String::new() } else { serde_json::to_string(&row.origins)? };
        let keep_until = values::keep_until(self.item, &row.values, today);
        let replaces = before.map_or("", |before| before.id.as_str());
        let digest = values::row_digest(&values::Committed {
            item: self.item.key.as_str(),
            record: &record,
            version,
            organ: self.organ,
            data: &data,
            sealed,
            number: i64::from(row.number),
            item_version: i64::from(self.item.version),
            is_closed: split.closed,
            replaces,
            keep_until: &keep_until,
            origins: &origins,
        });
        let values: Vec<Value> = vec![
            (&id).into(),
            (&record).into(),
            version.into(),
            self.item.key.as_str().into(),
            self.item.version.into(),
            self.batch.into(),
            row.number.into(),
            self.organ.into(),
            state.into(),
            split.closed.into(),
            replaces.into(),
            keyed.into(),
            twin.into(),
            values::period(self.item, &row.values, today).into(),
            values::sort_on(self.item, &shown).into(),
            keep_until.into(),
            "".into(),
            "".into(),
            "".into(),
            data.into(),
            origins.into(),
            digest.into(),
        ];
        let slots = self.layout.filled(|key| shown.get(key));
        Ok(Prepared { id, row: values, slots, hidden, doubt })
    }

    /// Writes rows that were prepared for the same item.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) async fn insert(&self, tx: &mut Tx, rows: &[Prepared]) -> store::Result<()> {
        for rows in rows.chunks(TOGETHER) {
            let Some(first) = rows.first() else { continue };
            let slots: String = first.slots.iter().fold(String::new(), |names, (name, _)| names + ", " + name);
            let width = WIDTH + first.slots.len();
            let mut values = Vec::with_capacity(width * rows.len());
            for row in rows {
                values.extend(row.row.iter().cloned());
                values.extend(row.slots.iter().map(|(_, value)| value.clone()));
            }
            // SQL: names of columns are literals of this crate; every value is bound.
            let sql = format!("INSERT INTO record ({COLUMNS}{slots}) VALUES {}", groups(rows.len(), width));
            query(built(sql)).bind_all(values).execute(tx.conn()).await?;
            self.insert_hidden(tx, rows).await?;
        }
        Ok(())
    }

    /// What of these rows is never public, and what a person must settle.
    async fn insert_hidden(&self, tx: &mut Tx, rows: &[Prepared]) -> store::Result<()> {
        let mut hidden: Vec<Value> = Vec::new();
        let mut doubts: Vec<Value> = Vec::new();
        for row in rows {
            if let Some((keys, sealed)) = &row.hidden {
                let values: [Value; 3] = [(&row.id).into(), keys.into(), sealed.into()];
                hidden.extend(values);
            }
            if let Some((confidence, reasons)) = &row.doubt {
                let item = self.item.key.as_str();
                let values: [Value; 6] = [
                    (&row.id).into(),
                    item.into(),
                    self.organ.into(),
                    confidence.into(),
                    reasons.into(),
                    tx.now().into(),
                ];
                doubts.extend(values);
            }
        }
        // SQL: fixed text and placeholders; every value is bound.
        if !hidden.is_empty() {
            let sql =
                format!("INSERT INTO record_private (id, columns, sealed) VALUES {}", groups(hidden.len() / 3, 3));
            // SQL: as above.
            query(built(sql)).bind_all(hidden).execute(tx.conn()).await?;
        }
        if !doubts.is_empty() {
            let sql = format!(
                "INSERT INTO record_doubt (id, item, organ, confidence, reasons, at) VALUES {}",
                groups(doubts.len() / 6, 6)
            );
            // SQL: as above.
            query(built(sql)).bind_all(doubts).execute(tx.conn()).await?;
        }
        Ok(())
    }
}

/// Fills the slots of one row anew, with its period, the day by which it is sorted and its name; slots that the item does not use
/// are NULL.
///
/// # Errors
/// When the database fails.
pub(crate) async fn lay(
    tx: &mut Tx,
    layout: &Layout,
    id: &RowId,
    typed: &Values,
    (period, sort_on): (&str, &str),
    (keyed, twin): (&str, &str),
) -> store::Result<()> {
    let filled: HashMap<&str, Value> = layout.filled(|key| typed.get(key)).into_iter().collect();
    let mut sql = String::from("UPDATE record SET period = $2, sort_on = $3, keyed = $4, twin = $5");
    let mut values: Vec<Value> = vec![id.into(), period.into(), sort_on.into(), keyed.into(), twin.into()];
    for name in slots::ALL {
        match filled.get(name) {
            Some(value) => {
                values.push(value.clone());
                let _ = write!(sql, ", {name} = ${}", values.len());
            }
            None => {
                let _ = write!(sql, ", {name} = NULL");
            }
        }
    }
    sql.push_str(" WHERE id = $1");
    // SQL: names of columns are literals of this crate; every value is bound.
    query(built(sql)).bind_all(values).execute(tx.conn()).await?;
    Ok(())
}

/// `($1, $2), ($3, $4)`.
fn groups(rows: usize, width: usize) -> String {
    let mut sql = String::new();
    for at in 0..rows {
        let comma = if at == 0 { "" } else { ", " };
        let _ = write!(sql, "{comma}({})", places(at * width + 1, width));
    }
    sql
}

/// Removes rows of a batch that is not public, with all that lies beside them. `only` = one of them.
///
/// # Errors
/// When the database fails.
pub(crate) async fn remove(tx: &mut Tx, batch: &BatchId, only: Option<&RowId>) -> store::Result<u64> {
    let id = only.map_or("", RowId::as_str);
    for sql in [
        "DELETE FROM record_private WHERE id IN (SELECT id FROM record WHERE batch = $1 AND ($2 = '' OR id = $2))",
        "DELETE FROM record_doubt WHERE id IN (SELECT id FROM record WHERE batch = $1 AND ($2 = '' OR id = $2))",
    ] {
        query(sql).bind(batch).bind(id).execute(tx.conn()).await?;
    }
    let done = query("DELETE FROM record WHERE batch = $1 AND ($2 = '' OR id = $2) AND state IN ('draft', 'doubtful')")
        .bind(batch)
        .bind(id)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}

/// Counts and digests of a batch, made anew from its rows: so many go out, so many wait for a person.
///
/// # Errors
/// When the database fails.
pub(crate) async fn summed(tx: &mut Tx, batch: &BatchId) -> store::Result<(i64, i64, String)> {
    let digests: Vec<String> = query_scalar("SELECT digest FROM record WHERE batch = $1 AND state <> 'doubtful'")
        .bind(batch)
        .fetch_all(tx.conn())
        .await?;
    let doubtful: i64 = query_scalar("SELECT COUNT(*) FROM record WHERE batch = $1 AND state = 'doubtful'")
        .bind(batch)
        .fetch_one(tx.conn())
        .await?;
    let total = i64::try_from(digests.len()).unwrap_or(i64::MAX);
    Ok((total, doubtful, digest_of_rows(digests).await?))
}

/// So many digests are put in order on a thread that answers others; more are not.
const FEW: usize = 5_000;

/// One digest over those of rows, whatever their order.
///
/// # Errors
/// When the program is ending.
pub(crate) async fn digest_of_rows(mut digests: Vec<String>) -> store::Result<String> {
    let is_few = digests.len() <= FEW;
    let mut ordered = move || {
        digests.sort_unstable();
        values::digest_of(digests.iter().map(String::as_str))
    };
    if is_few {
        return Ok(ordered());
    }
    let done = tokio::task::spawn_blocking(ordered).await;
    done.map_err(|error| store::Error::Value(format!("the digest of a batch: {error}")))
}

/// Which of these keys are those of a public record of the organ, with the version that is public; the newest, where an item lets
/// several have one name. Keys name one record among those of an organ: another organ has its own 2026, its own project of the same
/// name.
///
/// # Errors
/// When the database fails.
pub async fn existing<'k>(
    ctx: &Ctx,
    of: (&Item, &OrganCode),
    keyed: impl IntoIterator<Item = &'k str>,
) -> store::Result<HashMap<String, Before>> {
    let all = existing_all(ctx, of, keyed).await?;
    Ok(all.into_iter().filter_map(|(keyed, mut all)| Some((keyed, all.pop()?))).collect())
}

/// [`existing`] with all records of each key, the newest last.
///
/// # Errors
/// When the database fails.
pub(crate) async fn existing_all<'k>(
    ctx: &Ctx,
    (item, organ): (&Item, &OrganCode),
    keyed: impl IntoIterator<Item = &'k str>,
) -> store::Result<HashMap<String, Vec<Before>>> {
    // Two rows of one key ask once: a record that is answered twice would stand there twice.
    let wanted: BTreeSet<&str> = keyed.into_iter().filter(|keyed| !keyed.is_empty()).collect();
    let wanted: Vec<&str> = wanted.into_iter().collect();
    let mut found: HashMap<String, Vec<Before>> = HashMap::new();
    for some in wanted.chunks(500) {
        // SQL: fixed text and placeholders; every value is bound.
        let sql = format!(
            "SELECT keyed, record, id, version FROM record WHERE item = $1 AND organ = $2 AND state = 'public' \
             AND keyed <> '' AND keyed IN ({}) ORDER BY sort_on, id",
            places(3, some.len())
        );
        let rows: Vec<Before> = query_as(built(sql))
            .bind(item.key.as_str())
            .bind(organ)
            .bind_all(some.iter().copied())
            .fetch_all(ctx.db().read())
            .await?;
        for row in rows {
            found.entry(row.keyed.clone()).or_default().push(row);
        }
    }
    Ok(found)
}

/// Refuses an organ that does not exist today, and names who took over from it.
///
/// # Errors
/// [`Refusal::Fields`] at `organ`.
pub fn living(ctx: &Ctx, organ: &OrganCode) -> Result<(), Refusal> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let Some(found) = directory.get(organ) else {
        return Err(Refusal::field("organ", "没有这个机关，请从名录中选择。"));
    };
    if found.exists_on(today) {
        return Ok(());
    }
    let name = &found.name;
    let words = match directory.current(organ, today).filter(|next| next.code != *organ) {
        Some(next) => format!("{name}已经撤销，职责由{}承接。请以{}的名义填报。", next.name, next.name),
        None => format!("{name}现在不存在（已经撤销或者尚未设立），名录中没有写明由谁承接。请先请县政府办补充名录。"),
    };
    Err(Refusal::field("organ", words))
}

/// Whether a batch of this item, organ and content is there, and where it stands.
///
/// # Errors
/// When the database fails.
pub(crate) async fn known(
    executor: impl Executor<'_>,
    (item, organ, digest): (&str, &OrganCode, &str),
) -> store::Result<Option<crate::batch::Batch>> {
    crate::batch::by_digest(executor, item, organ, digest).await
}
