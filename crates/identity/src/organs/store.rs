//! Reading and changing organs. Each change is one transaction with its event; the caller reloads the directory.

use std::collections::HashMap;

use crate::events;
use futures::TryStreamExt;
use jiff::{ToSpan, civil::Date};
use kernel::{Actor, Directory, EventKind, NewEvent, Organ, OrganCode, OrganKind};
use serde_json::json;
use store::{
    Db, Tx,
    sql::{By, List, Page},
};
use web::{Ctx, Error, FormErrors, Refusal, Result, views};

use super::model::{Draft, Record, changes, check_among, check_privacy, is_above, read_aliases};

#[derive(store::FromRow)]
struct Row {
    code: String,
    name: String,
    short_name: String,
    aliases: String,
    kind: String,
    parent: String,
    leader: String,
    phone: String,
    address: String,
    hours: String,
    note: String,
    exists_from: String,
    exists_to: String,
    successor: String,
    position: i64,
    version: i64,
}

impl From<Row> for Record {
    fn from(row: Row) -> Self {
        let code = |text: String| (!text.is_empty()).then(|| OrganCode::from(text));
        let date = |text: String| text.parse::<Date>().ok();
        let organ = Organ {
            code: row.code.into(),
            name: row.name,
            short_name: row.short_name,
            aliases: serde_json::from_str(&row.aliases).unwrap_or_default(),
            kind: OrganKind::read(&row.kind).unwrap_or(OrganKind::CountyUnit),
            parent: code(row.parent),
            leader: row.leader,
            phone: row.phone,
            address: row.address,
            hours: row.hours,
            exists_from: date(row.exists_from),
            exists_to: date(row.exists_to),
            successor: code(row.successor),
        };
        Self { organ, note: row.note, position: row.position, version: row.version }
    }
}

/// All organs in their order.
pub async fn all(db: &Db) -> store::Result<Vec<Record>> {
    let rows: Vec<Row> = ::store::query_as("SELECT * FROM organ ORDER BY position, code").fetch_all(db.read()).await?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// A filter of the list.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    pub(super) q: String,
    pub(super) kind: String,
    pub(super) state: String,
    /// `name`, `short`, `code`, `kind`; anything else = in the order of the register.
    pub(super) sort: String,
    /// `desc` or anything else.
    pub(super) dir: String,
    pub(super) after: String,
}

/// The organs that a filter lets through, in their order.
fn listed(filter: &Filter, today: Date) -> List {
    let wanted: String = filter.q.chars().filter(|c| !c.is_whitespace()).collect();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let day = today.to_string();
    let list = List::new("o.*", "organ o", "o.code")
        .sort("place", &[By::up("o.position")])
        .sort("name", &[By::up("o.name")])
        .sort("name-", &[By::down("o.name")])
        .sort("short", &[By::up("o.short_name")])
        .sort("short-", &[By::down("o.short_name")])
        .sort("code", &[By::up("o.code")])
        .sort("code-", &[By::down("o.code")])
        .sort("kind", &[By::up("o.kind"), By::up("o.position")])
        .sort("kind-", &[By::down("o.kind"), By::down("o.position")])
        .contains(&["o.code", "o.name", "o.short_name", "o.aliases"], &wanted)
        .equals("o.kind", some(&filter.kind));
    match filter.state.as_str() {
        "existing" => list.with("o.exists_from <= ? AND (o.exists_to = '' OR o.exists_to >= ?)", day),
        "abolished" => list.with("NOT (o.exists_from <= ? AND (o.exists_to = '' OR o.exists_to >= ?))", day),
        _ => list,
    }
}

/// One page of the list, and how many there are in all.
pub(super) async fn page(db: &Db, filter: &Filter, today: Date, size: usize) -> store::Result<(Page<Record>, i64)> {
    let list = listed(filter, today);
    let total = list.count(db, i64::MAX - 1).await?.rows;
    let order = views::order(&filter.sort, &filter.dir);
    let Page { rows, next, previous, sort } = list.page::<Row>(db, Some(&order), Some(&filter.after), size).await?;
    Ok((Page { rows: rows.into_iter().map(Record::from).collect(), next, previous, sort }, total))
}

/// All that the filter lets through.
pub(super) async fn export(db: &Db, filter: &Filter, today: Date) -> store::Result<Vec<Record>> {
    listed(filter, today).export::<Row>(db, None).map_ok(Record::from).try_collect().await
}

/// How many accounts act for each organ.
pub(super) async fn accounts(db: &Db) -> store::Result<HashMap<OrganCode, i64>> {
    let rows: Vec<(OrganCode, i64)> =
        ::store::query_as("SELECT organ, COUNT(*) FROM account GROUP BY organ").fetch_all(db.read()).await?;
    Ok(rows.into_iter().collect())
}

/// The organ with this code.
pub async fn get(db: &Db, code: &OrganCode) -> store::Result<Option<Record>> {
    let row: Option<Row> =
        ::store::query_as("SELECT * FROM organ WHERE code = $1").bind(code.as_str()).fetch_optional(db.read()).await?;
    Ok(row.map(Record::from))
}

/// Reads all organs into the directory that every page asks. Called at start and after every change.
pub async fn load_directory(ctx: &Ctx) -> Result<()> {
    let organs = all(ctx.db()).await?.into_iter().map(|record| record.organ).collect();
    ctx.set_directory(Directory::new(organs, &ctx.config().site.county));
    Ok(())
}

/// The register has changed: every page asks the new directory, and what joins after a reform is joined.
pub(super) async fn follow(ctx: &Ctx) -> Result<()> {
    load_directory(ctx).await?;
    web::hooks::reformed(ctx).await;
    Ok(())
}

/// All organs, with the lock that lets one change of the register happen at a time: names and circles are judged among
/// all of them.
pub(super) async fn lock_all(tx: &mut Tx) -> store::Result<Vec<Record>> {
    tx.next_number("organ.change").await?;
    let rows: Vec<Row> = ::store::query_as("SELECT * FROM organ ORDER BY position, code").fetch_all(tx.conn()).await?;
    Ok(rows.into_iter().map(Record::from).collect())
}

/// Writes a new organ.
pub(super) async fn insert(tx: &mut Tx, record: &Record) -> store::Result<()> {
    write(
        tx,
        "INSERT INTO organ (code, name, short_name, aliases, kind, parent, leader, phone, address, hours, note, exists_from, \
         exists_to, successor, changed_at, position, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17 + 1)",
        record,
    )
    .await?;
    Ok(())
}

/// Writes a changed organ unless somebody changed it since it was read; whether it was written.
pub(super) async fn update(tx: &mut Tx, record: &Record) -> store::Result<bool> {
    let rows = write(
        tx,
        "UPDATE organ SET name = $2, short_name = $3, aliases = $4, kind = $5, parent = $6, leader = $7, phone = $8, \
         address = $9, hours = $10, note = $11, exists_from = $12, exists_to = $13, successor = $14, changed_at = $15, \
         position = $16, version = version + 1 WHERE code = $1 AND version = $17",
        record,
    )
    .await?;
    Ok(rows == 1)
}

async fn write(tx: &mut Tx, sql: &'static str, record: &Record) -> store::Result<u64> {
    let organ = &record.organ;
    let code = |code: &Option<OrganCode>| code.as_ref().map(|code| code.to_string()).unwrap_or_default();
    let date = |date: &Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    let now = tx.now();
    let done = ::store::query(sql)
        .bind(organ.code.as_str())
        .bind(&organ.name)
        .bind(&organ.short_name)
        .bind(serde_json::to_string(&organ.aliases)?)
        .bind(organ.kind.code())
        .bind(code(&organ.parent))
        .bind(&organ.leader)
        .bind(&organ.phone)
        .bind(&organ.address)
        .bind(&organ.hours)
        .bind(&record.note)
        .bind(date(&organ.exists_from))
        .bind(date(&organ.exists_to))
        .bind(code(&organ.successor))
        .bind(now)
        .bind(record.position)
        .bind(record.version)
        .execute(tx.conn())
        .await?;
    Ok(done.rows_affected())
}

/// The event of a change of an organ.
pub(super) fn event(kind: &'static EventKind, code: &OrganCode, by: &Actor) -> NewEvent {
    NewEvent::new(kind, code, by).organ(code)
}

/// What a change of the register ended in: the organ as it is now, or [`Refusal::Fields`] with what to correct in the form.
pub type Checked<T> = std::result::Result<T, Refusal>;

/// Makes an organ.
///
/// # Errors
/// When the database fails or something must be corrected.
pub async fn create(tx: &mut Tx, draft: &Draft, by: &Actor) -> Checked<Record> {
    let all = lock_all(tx).await?;
    let mut errors = FormErrors::new();
    let mut record = draft.read(&all, &mut errors);
    if all.iter().any(|one| one.organ.code == record.organ.code) {
        errors.add("code", format!("请换一个代码：{} 已有机关使用。", record.organ.code));
    }
    check_among(&record, &all, &mut errors);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    record.position = all.iter().map(|one| one.position).max().unwrap_or(0) + 10;
    insert(tx, &record).await?;
    let data = json!({"name": record.organ.name, "short_name": record.organ.short_name});
    tx.append(event(&events::ORGAN_CREATED, &record.organ.code, by).data(data)).await?;
    Ok(record)
}

fn find<'a>(all: &'a [Record], code: &OrganCode) -> Result<&'a Record> {
    all.iter().find(|one| one.organ.code == *code).ok_or(Error::NotFound)
}

fn changed_meanwhile() -> Error {
    Error::Conflict("这个机关在您打开之后又保存过，您的改动没有保存。请核对现在的资料，把要改的部分重新填写。".into())
}

/// Changes everything but code, names, end and successor (which have their own ways).
///
/// # Errors
/// When the database fails, or somebody changed the organ since version `version`.
pub async fn edit(tx: &mut Tx, code: &OrganCode, version: i64, draft: &Draft, by: &Actor) -> Checked<Record> {
    let all = lock_all(tx).await?;
    let before = find(&all, code)?;
    if before.version != version {
        return Err(changed_meanwhile().into());
    }
    let fixed = Draft::of(before);
    let draft = Draft {
        code: fixed.code,
        name: fixed.name,
        short_name: fixed.short_name,
        exists_to: fixed.exists_to,
        successor: fixed.successor,
        ..draft.clone()
    };
    let mut errors = FormErrors::new();
    let mut record = draft.read(&all, &mut errors);
    check_among(&record, &all, &mut errors);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    (record.position, record.version) = (before.position, before.version);
    let changed = changes(before, &record);
    if !changed.is_empty() {
        save(tx, &record).await?;
        tx.append(event(&events::ORGAN_CHANGED, code, by).data(changed.into())).await?;
    }
    Ok(record)
}

async fn save(tx: &mut Tx, record: &Record) -> Result<()> {
    if update(tx, record).await? { Ok(()) } else { Err(changed_meanwhile()) }
}

/// Gives an organ new names; the old ones become aliases, unless they were only misspelt.
///
/// # Errors
/// When the database fails or there is no such organ.
pub async fn rename(
    tx: &mut Tx,
    code: &OrganCode,
    name: &str,
    short_name: &str,
    misspelt: bool,
    by: &Actor,
) -> Checked<Record> {
    let all = lock_all(tx).await?;
    let before = find(&all, code)?;
    let draft = Draft { name: name.to_owned(), short_name: short_name.to_owned(), ..Draft::of(before) };
    let mut errors = FormErrors::new();
    let mut record = draft.read(&all, &mut errors);
    if !misspelt {
        record.organ.aliases = aliases_with_old(before, &record);
    }
    check_among(&record, &all, &mut errors);
    errors.require(
        record.organ.name != before.organ.name || record.organ.short_name != before.organ.short_name,
        "name",
        "请改成新的名称：现在填的全称和简称与原来一样。名称没有变的，不用更名。",
    );
    if !errors.is_empty() {
        return Err(errors.into());
    }
    (record.position, record.version) = (before.position, before.version);
    save(tx, &record).await?;
    tx.append(event(&events::ORGAN_RENAMED, code, by).data(changes(before, &record).into())).await?;
    Ok(record)
}

/// Aliases with the former names among them.
pub(super) fn aliases_with_old(before: &Record, after: &Record) -> Vec<String> {
    let (old, new) = (&before.organ, &after.organ);
    let text = format!("{}\n{}\n{}", old.name, old.short_name, new.aliases.join("\n"));
    read_aliases(&text, &new.name, &new.short_name)
}

/// Ends organs in favour of `successor`, which takes over on `first_day` (机构改革).
///
/// # Errors
/// When the database fails, an organ is unknown, or something must be corrected.
pub async fn merge(
    tx: &mut Tx,
    codes: &[OrganCode],
    successor: &OrganCode,
    first_day: Date,
    note: &str,
    by: &Actor,
) -> Checked<()> {
    let mut all = lock_all(tx).await?;
    let mut errors = FormErrors::new();
    let target = find(&all, successor)?.organ.clone();
    let last_day = first_day.saturating_sub(1.day());
    errors.require(!codes.is_empty(), "organs", "请选择要并入的机关，至少一个。");
    errors.require(!codes.contains(successor), "successor", "请另选承接机关：它不能同时是被并入的机关。");
    if target.exists_to.is_some_and(|to| to < first_day) {
        errors.add("successor", format!("请另选承接机关：{} 那时已经撤销。", target.short_name));
    }
    if target.exists_from.is_some_and(|from| from > first_day) {
        errors.add("date", format!("请核对日期：{} 那时还没有设立。", target.short_name));
    }
    for code in codes {
        let before = find(&all, code)?.clone();
        let mut after = before.clone();
        if is_above(code, &target, &all) {
            let (own, above) = (&target.short_name, &before.organ.short_name);
            errors.add("successor", format!("请另选承接机关：{own} 是 {above} 的下属机关，上级不能并入自己的下属。"));
        }
        if before.organ.exists_to.is_some() {
            errors.add("organs", format!("请取消选择 {}：它已经撤销。", before.organ.short_name));
        } else if before.organ.exists_from.is_some_and(|from| from > last_day) {
            errors.add("date", format!("请核对日期：{} 在那之前还没有设立。", before.organ.short_name));
        }
        after.organ.exists_to = Some(last_day);
        after.organ.successor = Some(successor.clone());
        if !note.trim().is_empty() {
            note.trim().clone_into(&mut after.note);
        }
        // Judged among the changes made so far, so that a circle within one merge shows too.
        check_among(&after, &all, &mut errors);
        if !errors.is_empty() {
            return Err(errors.into());
        }
        save(tx, &after).await?;
        let data = json!({"successor": successor, "last_day": last_day.to_string(), "name": before.organ.name});
        tx.append(event(&events::ORGAN_MERGED, code, by).data(data)).await?;
        if let Some(place) = all.iter_mut().find(|one| one.organ.code == *code) {
            *place = after;
        }
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    Ok(())
}

/// What [`merge`] would say. The change is made and thrown away, so that every rule is asked before the question is put.
pub(super) async fn rehearse_merge(
    db: &Db,
    codes: &[OrganCode],
    successor: &OrganCode,
    first_day: Date,
    note: &str,
    by: &Actor,
) -> Result<FormErrors> {
    let mut tx = db.write().await?;
    match merge(&mut tx, codes, successor, first_day, note, by).await {
        Err(Refusal::Fields(errors)) => Ok(errors),
        tried => Ok(tried.map(|()| FormErrors::new())?),
    }
}

/// Ends an organ without a successor; `last_day` is its last day of existence.
///
/// # Errors
/// When the database fails or there is no such organ.
pub async fn abolish(tx: &mut Tx, code: &OrganCode, last_day: Date, note: &str, by: &Actor) -> Checked<()> {
    let all = lock_all(tx).await?;
    let before = find(&all, code)?;
    let mut errors = FormErrors::new();
    errors.require(before.organ.exists_to.is_none(), "date", "这个机关已经撤销，不必再办。");
    errors.require(
        before.organ.exists_from.is_none_or(|from| from <= last_day),
        "date",
        "请核对日期：撤销日期不能早于设立日期。",
    );
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let mut after = before.clone();
    after.organ.exists_to = Some(last_day);
    if !note.trim().is_empty() {
        note.trim().clone_into(&mut after.note);
    }
    check_privacy(&after, &mut errors);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    save(tx, &after).await?;
    tx.append(event(&events::ORGAN_ABOLISHED, code, by).data(changes(before, &after).into())).await?;
    Ok(())
}

/// Takes an abolition or merger back.
///
/// # Errors
/// When the database fails or there is no such organ; a name taken meanwhile is to be corrected.
pub async fn restore(tx: &mut Tx, code: &OrganCode, by: &Actor) -> Checked<()> {
    let all = lock_all(tx).await?;
    let before = find(&all, code)?;
    let mut after = before.clone();
    after.organ.exists_to = None;
    after.organ.successor = None;
    if after.organ == before.organ {
        return Ok(());
    }
    let mut errors = FormErrors::new();
    check_among(&after, &all, &mut errors);
    if !errors.is_empty() {
        return Err(errors.into());
    }
    save(tx, &after).await?;
    tx.append(event(&events::ORGAN_RESTORED, code, by).data(changes(before, &after).into())).await?;
    Ok(())
}
