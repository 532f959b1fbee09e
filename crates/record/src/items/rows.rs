//! Items as they stand in the tables.

use item::{Item, ItemKey};
use jiff::civil::Date;
use kernel::{Actor, id::AccountId, time};
use store::{Executor, FromRow, Sealed, Tx, query, query_as, query_scalar};

use super::{ItemVersionId, SUBJECT};

/// How far a version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Being written.
    Draft,
    /// Waits for another person to issue it.
    Offered,
    /// Was issued; in force from its day to the next version's.
    Issued,
    /// Was given up.
    Dropped,
}

impl State {
    /// The code in storage.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Offered => "offered",
            Self::Issued => "issued",
            Self::Dropped => "dropped",
        }
    }

    fn from_code(code: &str) -> Option<Self> {
        [Self::Draft, Self::Offered, Self::Issued, Self::Dropped].into_iter().find(|state| state.code() == code)
    }
}

/// Whose text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// As it came with the program.
    Box,
    County,
}

/// How a version came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Box,
    Form,
    File,
    Copy,
    /// Nothing but that it is confirmed.
    Confirm,
    /// What a newer program brings.
    Update,
}

impl Sort {
    const ALL: [Self; 6] = [Self::Box, Self::Form, Self::File, Self::Copy, Self::Confirm, Self::Update];

    /// The code in storage.
    pub fn code(self) -> &'static str {
        match self {
            Self::Box => "box",
            Self::Form => "form",
            Self::File => "file",
            Self::Copy => "copy",
            Self::Confirm => "confirm",
            Self::Update => "update",
        }
    }

    /// The sort with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.code() == code)
    }

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Box => "随程序提供",
            Self::Form => "在页面上修改",
            Self::File => "用 TOML 文件修改",
            Self::Copy => "由其他事项复制",
            Self::Confirm => "核对确认",
            Self::Update => "采用随程序更新的内容",
        }
    }
}

/// A version of an item.
#[derive(Debug, Clone)]
pub struct Version {
    /// Empty of what is in the program's box and in no table yet.
    pub id: ItemVersionId,
    /// The item itself; its number is [`Version::number`].
    pub item: Item,
    /// From 1 in the order of issue; 0 = not issued.
    pub number: u32,
    pub state: State,
    pub origin: Origin,
    pub sort: Sort,
    /// The item of the box that this version takes over.
    pub(super) base: Option<Item>,
    /// The version from which it was begun; 0 = a new item.
    pub from_number: u32,
    /// The day from which it holds; `None` = from its issue.
    pub from_on: Option<Date>,
    /// What was changed and why.
    pub note: String,
    /// With which words it was sent back; empty = it was not.
    pub returned: String,
    /// Who wrote in it.
    pub hands: Vec<AccountId>,
    /// Raised by every change; who saves says which one was seen.
    pub revision: i64,
    pub changed_name: String,
    /// Stored form; empty of the box.
    pub changed_at: String,
    pub issued_name: String,
    /// Stored form; empty = not issued, or of the box.
    pub issued_at: String,
}

impl Version {
    /// The version that the program's box holds.
    pub(super) fn boxed(item: &Item) -> Self {
        Self {
            id: ItemVersionId::default(),
            number: item.version.max(1),
            item: item.clone(),
            state: State::Issued,
            origin: Origin::Box,
            sort: Sort::Box,
            base: None,
            from_number: 0,
            from_on: None,
            note: String::new(),
            returned: String::new(),
            hands: Vec::new(),
            revision: 0,
            changed_name: String::new(),
            changed_at: String::new(),
            issued_name: String::new(),
            issued_at: String::new(),
        }
    }

    /// Whether this person wrote in it.
    pub fn is_by(&self, actor: &Actor) -> bool {
        self.hands.iter().any(|hand| hand.as_str() == actor.log_id())
    }

    /// Whether somebody works on it, or it waits to be issued.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::Draft | State::Offered)
    }

    /// Whether it was issued and its day has come.
    pub fn holds_on(&self, day: Date) -> bool {
        self.state == State::Issued && self.from_on.is_none_or(|from| from <= day)
    }
}

#[derive(FromRow)]
struct Row {
    id: ItemVersionId,
    item: String,
    number: i64,
    state: String,
    origin: String,
    sort: String,
    body: String,
    base: String,
    from_number: i64,
    from_on: String,
    note: String,
    returned: String,
    hands: String,
    revision: i64,
    changed_name: String,
    changed_at: String,
    issued_name: String,
    issued_at: String,
}

fn number(stored: i64) -> u32 {
    u32::try_from(stored).unwrap_or_default()
}

impl Row {
    fn read(self) -> store::Result<Version> {
        let wrong = |what: &str| store::Error::Value(format!("公开事项 {} 的{what}", self.item));
        let mut item: Item = serde_json::from_str(&self.body)?;
        let number = number(self.number);
        if number > 0 {
            item.version = number;
        }
        let base = if self.base.is_empty() { None } else { Some(serde_json::from_str(&self.base)?) };
        Ok(Version {
            item,
            number,
            state: State::from_code(&self.state).ok_or_else(|| wrong("状态"))?,
            origin: if self.origin == "box" { Origin::Box } else { Origin::County },
            sort: Sort::from_code(&self.sort).ok_or_else(|| wrong("方式"))?,
            base,
            from_number: u32::try_from(self.from_number).unwrap_or_default(),
            from_on: time::parse_date(&self.from_on),
            hands: serde_json::from_str(&self.hands)?,
            id: self.id,
            note: self.note,
            returned: self.returned,
            revision: self.revision,
            changed_name: self.changed_name,
            changed_at: self.changed_at,
            issued_name: self.issued_name,
            issued_at: self.issued_at,
        })
    }
}

/// What is kept of an item besides its versions.
#[derive(Debug, Clone, FromRow)]
pub(super) struct EntryRow {
    pub(super) id: String,
    pub(super) base: String,
    pub(super) left_out: String,
    pub(super) retired_on: String,
    pub(super) retired_reason: String,
    pub(super) retired_name: String,
    pub(super) asked_by: String,
    pub(super) asked_name: String,
    pub(super) asked_at: String,
    pub(super) asked_reason: String,
}

impl EntryRow {
    /// The item of the box on which the county's stands.
    pub(super) fn base(&self) -> Option<Item> {
        serde_json::from_str(&self.base).ok()
    }

    /// The one that the county has left.
    pub(super) fn left(&self) -> Option<Item> {
        serde_json::from_str(&self.left_out).ok()
    }
}

/// What is kept of all items.
pub(super) async fn entries(executor: impl Executor<'_>) -> store::Result<Vec<EntryRow>> {
    query_as(
        "SELECT id, base, left_out, retired_on, retired_reason, retired_name, asked_by, asked_name, asked_at, asked_reason \
         FROM item_entry ORDER BY id",
    )
    .fetch_all(executor)
    .await
}

/// What is kept of one.
pub(super) async fn entry(executor: impl Executor<'_>, key: &ItemKey) -> store::Result<Option<EntryRow>> {
    query_as(
        "SELECT id, base, left_out, retired_on, retired_reason, retired_name, asked_by, asked_name, asked_at, asked_reason \
         FROM item_entry WHERE id = $1",
    )
    .bind(key.as_str())
    .fetch_optional(executor)
    .await
}

/// All versions that were not dropped, by item and number.
pub(super) async fn standing(executor: impl Executor<'_>) -> store::Result<Vec<Version>> {
    let rows: Vec<Row> = query_as(
        "SELECT id, item, number, state, origin, sort, body, base, from_number, from_on, note, returned, hands, revision, \
         changed_name, changed_at, issued_name, issued_at FROM item_version WHERE state <> 'dropped' ORDER BY item, number",
    )
    .fetch_all(executor)
    .await?;
    let mut versions = Vec::with_capacity(rows.len());
    for row in rows {
        let name = row.item.clone();
        match row.read() {
            Ok(version) => versions.push(version),
            // One that a newer program wrote keeps no reader from all the others.
            Err(error) => tracing::error!(item = name, %error, "a version of an item cannot be read, it is left out"),
        }
    }
    Ok(versions)
}

/// All versions of an item, the newest first.
pub(super) async fn of(executor: impl Executor<'_>, key: &ItemKey) -> store::Result<Vec<Version>> {
    let rows: Vec<Row> = query_as(
        "SELECT id, item, number, state, origin, sort, body, base, from_number, from_on, note, returned, hands, revision, \
         changed_name, changed_at, issued_name, issued_at FROM item_version WHERE item = $1 \
         ORDER BY changed_at DESC, number DESC, id DESC",
    )
    .bind(key.as_str())
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// One version.
pub(super) async fn one(executor: impl Executor<'_>, id: &ItemVersionId) -> store::Result<Option<Version>> {
    let row: Option<Row> = query_as(
        "SELECT id, item, number, state, origin, sort, body, base, from_number, from_on, note, returned, hands, revision, \
         changed_name, changed_at, issued_name, issued_at FROM item_version WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(executor)
    .await?;
    row.map(Row::read).transpose()
}

/// Keeps that the county knows an item; what is kept already stays. Returns whether it was new.
pub(super) async fn know(tx: &mut Tx, item: &Item, base: Option<&Item>) -> store::Result<bool> {
    let base = base.map(serde_json::to_string).transpose()?.unwrap_or_default();
    let done = query(
        "INSERT INTO item_entry (id, title, base, left_out, retired_on, retired_reason, retired_name) \
         VALUES ($1, $2, $3, '', '', '', '') ON CONFLICT DO NOTHING",
    )
    .bind(item.key.as_str())
    .bind(&item.title)
    .bind(base)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Keeps the item of the box as the version that holds from ever.
pub(super) async fn keep_boxed(tx: &mut Tx, item: &Item) -> store::Result<()> {
    let id = ItemVersionId::fresh(&tx.seams());
    let body = serde_json::to_string(item)?;
    query(
        "INSERT INTO item_version (id, item, number, state, origin, sort, body, base, from_number, from_on, note, returned, \
         hands, revision, changed_name, changed_at, issued_by, issued_name, issued_at) \
         VALUES ($1, $2, $3, 'issued', 'box', 'box', $4, '', 0, '', '', '', '[]', 1, '', '', '', '', '')",
    )
    .bind(&id)
    .bind(item.key.as_str())
    .bind(item.version.max(1))
    .bind(body)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// What a draft says.
#[derive(Debug, Clone)]
pub(super) struct Draft<'a> {
    pub(super) item: &'a Item,
    pub(super) base: Option<&'a Item>,
    pub(super) sort: Sort,
    pub(super) from_number: u32,
    pub(super) from_on: Option<Date>,
    pub(super) note: &'a str,
}

fn day(day: Option<Date>) -> String {
    day.map(|day| day.to_string()).unwrap_or_default()
}

/// Begins a draft.
pub(super) async fn begin(tx: &mut Tx, actor: &Actor, draft: &Draft<'_>) -> store::Result<ItemVersionId> {
    let (id, now) = (ItemVersionId::fresh(&tx.seams()), tx.now());
    let hands = serde_json::to_string(&[actor.log_id()])?;
    query(
        "INSERT INTO item_version (id, item, number, state, origin, sort, body, base, from_number, from_on, note, returned, \
         hands, revision, changed_name, changed_at, issued_by, issued_name, issued_at) \
         VALUES ($1, $2, 0, 'draft', 'county', $3, $4, $5, $6, $7, $8, '', $9, 1, $10, $11, '', '', '')",
    )
    .bind(&id)
    .bind(draft.item.key.as_str())
    .bind(draft.sort.code())
    .bind(serde_json::to_string(draft.item)?)
    .bind(draft.base.map(serde_json::to_string).transpose()?.unwrap_or_default())
    .bind(draft.from_number)
    .bind(day(draft.from_on))
    .bind(draft.note)
    .bind(hands)
    .bind(actor.log_name())
    .bind(&now)
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Writes a draft anew. Returns whether it was still the one that was seen.
pub(super) async fn rewrite(tx: &mut Tx, actor: &Actor, before: &Version, draft: &Draft<'_>) -> store::Result<bool> {
    let now = tx.now();
    let mut hands: Vec<&str> = before.hands.iter().map(AccountId::as_str).collect();
    if !hands.contains(&actor.log_id()) {
        hands.push(actor.log_id());
    }
    let done = query(
        "UPDATE item_version SET sort = $3, body = $4, base = $5, from_on = $6, note = $7, hands = $8, changed_name = $9, \
         changed_at = $10, revision = revision + 1 WHERE id = $1 AND revision = $2 AND state = 'draft'",
    )
    .bind(&before.id)
    .bind(before.revision)
    .bind(draft.sort.code())
    .bind(serde_json::to_string(draft.item)?)
    .bind(draft.base.map(serde_json::to_string).transpose()?.unwrap_or_default())
    .bind(day(draft.from_on))
    .bind(draft.note)
    .bind(serde_json::to_string(&hands)?)
    .bind(actor.log_name())
    .bind(&now)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Turns a version that was seen to another state that is none of issue. Returns whether it was still as seen.
pub(super) async fn turn(tx: &mut Tx, seen: &Version, to: State, returned: &str) -> store::Result<bool> {
    let done = query(
        "UPDATE item_version SET state = $3, returned = $4, revision = revision + 1 WHERE id = $1 AND revision = $2",
    )
    .bind(&seen.id)
    .bind(seen.revision)
    .bind(to.code())
    .bind(returned)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Issues a version that was seen under its number. Returns whether it was still as seen.
pub(super) async fn issue(
    tx: &mut Tx,
    actor: &Actor,
    seen: &Version,
    (number, from_on): (u32, Date),
) -> store::Result<bool> {
    let now = tx.now();
    let done = query(
        "UPDATE item_version SET state = 'issued', number = $3, from_on = $4, returned = '', revision = revision + 1, \
         issued_by = $5, issued_name = $6, issued_at = $7 WHERE id = $1 AND revision = $2 AND state = 'offered'",
    )
    .bind(&seen.id)
    .bind(seen.revision)
    .bind(number)
    .bind(from_on.to_string())
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(&now)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 1 {
        query("UPDATE item_entry SET title = $2 WHERE id = $1")
            .bind(seen.item.key.as_str())
            .bind(&seen.item.title)
            .execute(tx.conn())
            .await?;
    }
    Ok(done.rows_affected() == 1)
}

/// The county's item stands on this one of the box from now on.
pub(super) async fn stand_on(tx: &mut Tx, key: &ItemKey, base: &Item) -> store::Result<()> {
    query("UPDATE item_entry SET base = $2, left_out = '' WHERE id = $1")
        .bind(key.as_str())
        .bind(serde_json::to_string(base)?)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// What a newer program brings is left.
pub(super) async fn leave(tx: &mut Tx, key: &ItemKey, left: &Item) -> store::Result<()> {
    query("UPDATE item_entry SET left_out = $2 WHERE id = $1")
        .bind(key.as_str())
        .bind(serde_json::to_string(left)?)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// It is owed no more from a day on; without a day, again.
pub(super) async fn retire(
    tx: &mut Tx,
    key: &ItemKey,
    (on, reason, by): (Option<Date>, &str, &str),
) -> store::Result<()> {
    query("UPDATE item_entry SET retired_on = $2, retired_reason = $3, retired_name = $4 WHERE id = $1")
        .bind(key.as_str())
        .bind(day(on))
        .bind(reason)
        .bind(by)
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// Somebody asks to retire it, for a reason; without a person nobody does any more.
pub(super) async fn ask(tx: &mut Tx, key: &ItemKey, asked: Option<(&Actor, &str)>) -> store::Result<()> {
    let now = asked.map(|_| tx.now()).unwrap_or_default();
    query("UPDATE item_entry SET asked_by = $2, asked_name = $3, asked_at = $4, asked_reason = $5 WHERE id = $1")
        .bind(key.as_str())
        .bind(asked.map_or("", |(actor, _)| actor.log_id()))
        .bind(asked.map_or("", |(actor, _)| actor.log_name()))
        .bind(now)
        .bind(asked.map_or("", |(_, reason)| reason))
        .execute(tx.conn())
        .await?;
    Ok(())
}

/// The highest number among the versions of an item.
pub(super) async fn highest(executor: impl Executor<'_>, key: &ItemKey) -> store::Result<u32> {
    let sql = "SELECT COALESCE(MAX(number), 0) FROM item_version WHERE item = $1";
    Ok(number(query_scalar::<i64>(sql).bind(key.as_str()).fetch_one(executor).await?))
}

/// What the log seals of items that came with the program: as they were kept, all together, whichever program brought them. So a
/// rule (never public) cannot be taken out of one past the program.
pub(super) fn box_sealed() -> Sealed {
    Sealed::whole(super::BOX, "随程序提供的公开事项").part(
        "item_box/1",
        "内容",
        "SELECT id, item, number, state, body, from_on FROM item_version WHERE origin = 'box'",
    )
}

/// What the log seals: what was issued, what waits for another person to issue or retire it, and what is retired; [`box_sealed`]
/// what came with the program.
pub(super) fn sealed() -> Sealed {
    Sealed::each(
        SUBJECT,
        "公开事项",
        "SELECT DISTINCT item AS id FROM item_version WHERE origin = 'county' AND state = 'issued'",
        "SELECT title FROM item_entry WHERE id = $1",
    )
    .also("item_retired/1", "SELECT id FROM item_entry WHERE retired_on <> ''")
    .also("item_asked/1", "SELECT id FROM item_entry WHERE asked_by <> ''")
    .also("item_offered/1", "SELECT DISTINCT item AS id FROM item_version WHERE state = 'offered'")
    .part(
        "item_version/1",
        "版本",
        "SELECT id, item, number, body, from_on, hands, issued_by, issued_name, issued_at FROM item_version \
         WHERE item = $1 AND origin = 'county' AND state = 'issued'",
    )
    .part(
        "item_open/1",
        "提请公布的修改稿",
        "SELECT id, item, state, sort, body, base, from_number, from_on, note, hands, revision, changed_name, changed_at \
         FROM item_version WHERE item = $1 AND state = 'offered'",
    )
    .part(
        "item_asking/1",
        "提请停用",
        "SELECT id, asked_by, asked_name, asked_at, asked_reason FROM item_entry WHERE id = $1 AND asked_by <> ''",
    )
    .part(
        "item_entry/1",
        "停用",
        "SELECT id, retired_on, retired_reason FROM item_entry WHERE id = $1 AND retired_on <> ''",
    )
}
