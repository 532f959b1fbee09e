//! The checks of an item over rows that are about to be written, with what must be known of other records read before.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use futures::TryStreamExt;
use item::{Column, Decimal, Item, ItemKey, Rule, Severity, Value};
use jiff::civil::Date;
use kernel::{Calendar, Directory, OrganCode, organ::Match};
use record_check::{Answers, Breach, Elsewhere, InDirectory, NeededReference, Row, Standing, needed, referred};
use store::{FromRow, built, places, query, query_as, query_scalar};
use web::{Ctx, FormErrors};

use crate::{
    away,
    batch::{Batch, field_of},
    events::SHOWN,
    laid, personal,
    rows::{self, Stored},
    slots::{Layout, Slot, TEXTS},
    values::{self, Data},
    write::{Before, NewRow, existing},
};

/// Most records of another item that a check takes into account: items that are compared are tables of figures.
const MOST: i64 = 100_000;
/// Values that are looked up with one query.
const TOGETHER: usize = 500;

/// What the checks found.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    pub breaches: Vec<Breach>,
    /// Public records that have the keys of a row, by their digest.
    pub before: HashMap<String, Before>,
}

impl Checked {
    /// What is rejected, as errors of a form; `None` = nothing.
    pub(crate) fn errors(&self, rows: usize) -> Option<FormErrors> {
        let mut errors = FormErrors::new();
        for breach in self.breaches.iter().filter(|breach| breach.severity == Severity::Reject) {
            errors.add(&field_of(breach.row, &breach.column, rows), breach.message.clone());
        }
        (!errors.is_empty()).then_some(errors)
    }
}

/// Reads what the checks of an item ask of other records, before a write in which they are asked.
///
/// # Errors
/// When the database fails.
pub(crate) async fn ready(ctx: &Ctx, item: &Arc<Item>, organ: &OrganCode) -> web::Result<()> {
    answers(ctx, item, organ).await?;
    Ok(())
}

/// Checks rows of an item that belong to this organ. With `update` a row may have the keys of a public record: it takes
/// its place.
///
/// # Errors
/// When the database fails.
pub(crate) async fn check(
    ctx: &Ctx,
    item: &Arc<Item>,
    organ: &OrganCode,
    rows: &[NewRow],
    update: bool,
) -> web::Result<Checked> {
    let keyed: Vec<String> = rows.iter().map(|row| values::keyed(item, &row.values)).collect();
    let before = existing(ctx, (&**item, organ), keyed.iter().map(String::as_str)).await?;
    let breaches = run(ctx, item, organ, rows, (!update).then_some(&before)).await?;
    Ok(Checked { breaches, before })
}

/// Checks the rows of a batch again as they lie there, each with all others, and with what has become public since. What a row
/// corrects is not held against it.
///
/// # Errors
/// When the database fails, or the key of the installation is missing.
pub(crate) async fn stored(ctx: &Ctx, item: &Arc<Item>, batch: &Batch) -> web::Result<Vec<Breach>> {
    // SQL: all pieces are literals.
    let sql = format!(
        "SELECT {}, COALESCE(p.sealed, '') AS sealed FROM record r LEFT JOIN record_private p ON p.id = r.id \
         WHERE r.batch = $1 AND r.state = 'draft' ORDER BY r.number, r.id",
        rows::COLUMNS
    );
    let (mut organ, mut read, mut replaced) = (None, Vec::new(), HashSet::new());
    let mut all = query(built(sql)).bind(&batch.id).fetch(ctx.db().read());
    while let Some(row) = all.try_next().await? {
        let stored = Stored::from_row(&row)?;
        let hidden = rows::opened(ctx, &stored.id, &row.get::<String>("sealed")?)?;
        let (values, more) = values::joined(item, &stored.data, &hidden);
        read.push(NewRow {
            number: u32::try_from(stored.number).unwrap_or_default(),
            values,
            more,
            ..NewRow::default()
        });
        organ = organ.or(Some(stored.organ));
        replaced.insert(stored.replaces);
    }
    drop(all);
    let organ = organ.unwrap_or_else(|| batch.organ.clone());
    let keyed: Vec<String> = read.iter().map(|row| values::keyed(item, &row.values)).collect();
    let mut before = existing(ctx, (&**item, &organ), keyed.iter().map(String::as_str)).await?;
    before.retain(|_, there| !replaced.contains(&there.id));
    run(ctx, item, &organ, &read, Some(&before)).await
}

/// What is told of a breach: in the words of the check alone where the column is never public, or shows readers less than stands in
/// it. Two records of one name are told by all their keys, each of which may be such a column.
pub(crate) fn told_of(item: &Item, breach: &Breach) -> String {
    let is_covered = |column: &Column| column.privacy.never_public || column.privacy.mask || column.hides_names();
    let check = item.checks.iter().find(|check| check.key == breach.check);
    let is_of_keys = check.map_or(breach.check == "unique", |check| check.rule == Rule::Unique);
    if is_of_keys && item.keys.iter().filter_map(|key| item.column(key)).any(is_covered) {
        return format!("第 {} 行与另一行，或者与已有记录重复，请核对。", breach.row);
    }
    let says_no_value = personal::is_own(&breach.check) || breach.check == away::AWAY;
    if !item.column(&breach.column).is_some_and(is_covered) || says_no_value {
        return breach.message.clone();
    }
    check.map_or_else(|| "没有填写，或者不符合要求，请核对。".to_owned(), |check| format!("{}。", check.message))
}

async fn run(
    ctx: &Ctx,
    item: &Arc<Item>,
    organ: &OrganCode,
    rows: &[NewRow],
    before: Option<&HashMap<String, Before>>,
) -> web::Result<Vec<Breach>> {
    let known = Known::read(ctx, item, organ, rows, before).await?;
    let taken_away = away::breaches(ctx, item, organ, rows).await?;
    let (item, today) = (Arc::clone(item), ctx.today());
    let owned = |row: &NewRow| (row.number, row.values.clone(), row.more.keys().cloned().collect::<Vec<String>>());
    let rows: Vec<(u32, values::Values, Vec<String>)> = rows.iter().map(owned).collect();
    // Some hundred thousand rows: not on a thread that answers others.
    let checked = tokio::task::spawn_blocking(move || {
        let asked = rows.iter().flat_map(|(number, values, added)| {
            personal::breaches(&item, &personal::Asked { number: *number, values, added }, today)
        });
        let mut breaches: Vec<Breach> = asked.collect();
        let rows: Vec<Row<'_>> = rows.iter().map(|(number, values, _)| Row { number: *number, values }).collect();
        breaches.extend(record_check::check(&item, &rows, today, &known));
        breaches.extend(taken_away);
        breaches
    });
    checked.await.map_err(|error| web::Error::internal(format!("checks of records: {error}")))
}

/// What lies elsewhere, in memory.
struct Known {
    calendar: Arc<Calendar>,
    directory: Arc<Directory>,
    today: Date,
    keyed: HashSet<String>,
    answers: Arc<Answers>,
    registers: HashMap<(String, String), Register>,
}

/// What was found in a column of the public records of an item.
struct Register {
    /// Of the item and of the column.
    titles: (String, String),
    has_records: bool,
    there: HashSet<String>,
}

impl Known {
    async fn read(
        ctx: &Ctx,
        item: &Arc<Item>,
        organ: &OrganCode,
        rows: &[NewRow],
        before: Option<&HashMap<String, Before>>,
    ) -> web::Result<Self> {
        let needed = needed(item);
        let answers = answers(ctx, item, organ).await?;
        let keyed = before.map(|before| before.keys().cloned().collect()).unwrap_or_default();
        let registers = registers(ctx, item, &needed.references, rows).await?;
        let (calendar, directory, today) = (ctx.calendar(), ctx.directory(), ctx.today());
        Ok(Self { calendar, directory, today, keyed, answers, registers })
    }
}

/// What the checks of an item ask of other records, for an organ: up to a hundred thousand of each item that they name.
/// Known until readers see other records, or an item changes; asked before a write, it costs the write nothing.
async fn answers(ctx: &Ctx, item: &Arc<Item>, organ: &OrganCode) -> web::Result<Arc<Answers>> {
    let needed = needed(item);
    if needed.sums.is_empty() {
        return Ok(Arc::new(Answers::new(&needed)));
    }
    let body = serde_json::to_string(&**item).map_err(store::Error::from)?;
    let key = format!("answers for {organ} on {} {}", ctx.today(), values::digest_of([body.as_str()]));
    let ask = async {
        let asked = summed(ctx, item, organ, Answers::new(&needed)).await;
        asked.map(Arc::new).map_err(|error| not_known(error, "sums of other records"))
    };
    Ok(ctx.db().while_events_unchanged(&[crate::items::SUBJECT], &SHOWN, key, ask).await?)
}

/// The same from the records.
async fn summed(ctx: &Ctx, item: &Arc<Item>, organ: &OrganCode, mut answers: Answers) -> web::Result<Answers> {
    let wanted: BTreeSet<String> = answers.items().into_iter().map(str::to_owned).collect();
    let all = of_all_organs(item);
    for key in wanted {
        let Some(other) = other(ctx, item, &key).await? else { continue };
        let organ = (!all.contains(&key)).then_some(organ);
        count(ctx, &other, organ, &mut answers).await?;
    }
    Ok(answers)
}

/// Why an answer that is kept is not known: trouble that passes stays what it is.
pub(crate) fn not_known(error: web::Error, what: &str) -> store::Error {
    match error {
        web::Error::Unavailable(_) => store::Error::Busy(laid::ANEW),
        other => store::Error::Value(format!("{what}: {other:?}")),
    }
}

/// An item that a check asks: this one, or another as it is in force.
async fn other(ctx: &Ctx, item: &Arc<Item>, key: &str) -> web::Result<Option<Arc<Item>>> {
    match ItemKey::new(key) {
        Some(own) if own == item.key => Ok(Some(Arc::clone(item))),
        Some(key) => crate::items::find(ctx, &key).await,
        None => Ok(None),
    }
}

/// Looks up what the rows refer to, in the public records of all organs: each value once, by the slot of its column, some hundred
/// with one query. A column without a slot cannot be looked through, and says nothing.
async fn registers(
    ctx: &Ctx,
    item: &Arc<Item>,
    references: &[NeededReference],
    rows: &[NewRow],
) -> web::Result<HashMap<(String, String), Register>> {
    let mut wanted: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for one in references {
        let all = rows.iter().map(|row| Row { number: row.number, values: &row.values });
        wanted.entry((one.item.clone(), one.there.clone())).or_default().extend(referred(item, &one.column, all));
    }
    let mut found = HashMap::new();
    for ((key, there), values) in wanted.into_iter().filter(|(_, values)| !values.is_empty()) {
        let Some(other) = other(ctx, item, &key).await? else { continue };
        let Some(slot @ Slot::Text(at)) = Layout::of(&other).slot(&there) else { continue };
        // What is laid anew holds other columns in its slots for some minutes: nobody is told that something is not there.
        let laid = laid::Standing::of(ctx.db().read(), &other.key).await?;
        if laid.lying.iter().any(|lying| lying.slot(&there) != Some(slot)) {
            return Err(store::Error::Busy(laid::ANEW).into());
        }
        let label = other.column(&there).map_or_else(|| there.clone(), |column| column.label.clone());
        let mut register = Register { titles: (other.title.clone(), label), has_records: false, there: HashSet::new() };
        let values: Vec<String> = values.into_iter().collect();
        for some in values.chunks(TOGETHER) {
            // SQL: fixed text, the name of a slot and placeholders; every value is bound.
            let sql = format!(
                "SELECT DISTINCT {0} FROM record r WHERE r.item = $1 AND r.state = 'public' AND {0} IN ({1})",
                TEXTS[at],
                places(2, some.len())
            );
            let there: Vec<String> = query_scalar(built(sql))
                .bind(other.key.as_str())
                .bind_all(some.iter().map(String::as_str))
                .fetch_all(ctx.db().read())
                .await?;
            register.there.extend(there);
        }
        if register.there.is_empty() {
            let any: Option<String> =
                query_scalar("SELECT id FROM record WHERE item = $1 AND state = 'public' LIMIT 1")
                    .bind(other.key.as_str())
                    .fetch_optional(ctx.db().read())
                    .await?;
            register.has_records = any.is_some();
        } else {
            register.has_records = true;
        }
        found.insert((key, there), register);
    }
    Ok(found)
}

/// Items of which a check sums the records of all organs, by key; of the others those of the own organ are asked for.
fn of_all_organs(item: &Item) -> BTreeSet<String> {
    let of_all = |rule: &Rule| match rule {
        Rule::SumOf { item, .. } => Some(item.clone()),
        _ => None,
    };
    item.checks.iter().filter_map(|check| of_all(&check.rule)).collect()
}

/// Counts the public records of an item in, the newest first; of all organs where none is named.
async fn count(ctx: &Ctx, item: &Item, organ: Option<&OrganCode>, answers: &mut Answers) -> web::Result<()> {
    let mut rows = query_as::<(Data,)>(
        "SELECT data FROM record WHERE item = $1 AND state = 'public' AND ($2 = '' OR organ = $2) \
         ORDER BY sort_on DESC, id DESC LIMIT $3",
    )
    .bind(item.key.as_str())
    .bind(organ.map_or("", OrganCode::as_str))
    .bind(MOST)
    .fetch(ctx.db().read());
    while let Some((data,)) = rows.try_next().await? {
        answers.add(item, &data.typed(item));
    }
    Ok(())
}

impl Elsewhere for Known {
    fn sum(&self, item: &str, figure: &str, by: &[(String, Value)]) -> Option<Decimal> {
        self.answers.sum(item, figure, by)
    }

    fn has(&self, keys: &[Value]) -> bool {
        let names: Vec<String> = keys.iter().map(Value::as_name).collect();
        self.keyed.contains(&values::key_digest(&names))
    }

    fn working_days(&self, from: Date, to: Date) -> Option<u32> {
        let days = self.calendar.working_days_between(from, to).ok()?;
        u32::try_from(days).ok()
    }

    fn stands(&self, item: &str, key: &str, value: &str) -> Standing {
        match self.registers.get(&(item.to_owned(), key.to_owned())) {
            None => Standing::Untold,
            Some(register) if register.there.contains(value) => Standing::Stands,
            Some(register) if register.has_records => Standing::Missing,
            Some(_) => Standing::NoRecord,
        }
    }

    fn named(&self, item: &str, key: &str) -> Option<(String, String)> {
        self.registers.get(&(item.to_owned(), key.to_owned())).map(|register| register.titles.clone())
    }

    fn organ(&self, name: &str) -> InDirectory {
        match self.directory.find(name, self.today) {
            Match::Organ(_) | Match::Abolished(..) => InDirectory::Stands,
            Match::Ambiguous(_) => InDirectory::Several,
            Match::Unknown => InDirectory::Missing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_covered_name_is_in_no_message_that_is_kept() {
        let boxed = |key: &str| item::boxed().iter().find(|item| item.key.as_str() == key).expect("in the box");
        let breach = |column: &str, check: &str| Breach {
            row: 3,
            column: column.to_owned(),
            check: check.to_owned(),
            severity: Severity::Reject,
            message: "第 3 行与第 2 行重复（“对象姓名”李小兰）".to_owned(),
        };
        let told = told_of(boxed("aid-list"), &breach("period", "unique"));
        assert_eq!(told, "第 3 行与另一行，或者与已有记录重复，请核对。");
        assert!(!told_of(boxed("aid-list"), &breach("name", "required")).contains("李小兰"));
        let open = breach("document_number", "number-once");
        assert_eq!(told_of(boxed("penalty"), &open), open.message, "a number is everybody's");
    }
}
