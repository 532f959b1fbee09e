//! Programs in the database.

use ::store::{
    Db, Tx, query, query_as,
    sql::{By, List, Page},
};
use jiff::civil::Date;
use kernel::{Actor, NewEvent, OrganCode, id::ProgramId};
use serde_json::json;
use web::{FormErrors, Refusal, views};

use super::model::{self, Known, NewProgram, Shown};
use crate::events;

/// Columns of a [`Known`].
const COLUMNS: &str = "p.id, p.name, p.organ, p.items, p.ends_on, p.made_at, p.made_name, p.renewed_at, p.used_on, \
     p.revoked_at, p.revoked_name, p.reason";

/// What a list shows.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    /// Part of a name.
    pub(crate) q: String,
    pub(crate) organ: String,
    /// `holds`, `ended`, `revoked`; empty = all.
    pub(crate) state: String,
    pub(crate) sort: String,
    pub(crate) dir: String,
    pub(crate) after: String,
}

/// Makes a program with its key. What may be wrong in a form was looked at before.
///
/// # Errors
/// [`Refusal::Fields`] for an organ that is not there; when the database fails.
pub async fn make(tx: &mut Tx, new: NewProgram, by: &Actor) -> Result<Shown, Refusal> {
    let organ: i64 = ::store::query_scalar("SELECT COUNT(*) FROM organ WHERE code = $1")
        .bind(&new.organ)
        .fetch_one(tx.conn())
        .await?;
    if organ == 0 {
        return Err(FormErrors::one("organ", "请选择这个系统所属的机关。").into());
    }
    let seams = tx.seams();
    let id = ProgramId::fresh(&seams);
    let key = model::key_of(&seams.secret(model::BYTES));
    query(
        "INSERT INTO program (id, name, organ, items, digest, ends_on, made_at, made_by, made_name, renewed_at, used_on, \
         revoked_at, revoked_by, revoked_name, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', '', '', '', '', '')",
    )
    .bind(&id)
    .bind(&new.name)
    .bind(&new.organ)
    .bind(serde_json::to_string(&new.items)?)
    .bind(model::digest(&key))
    .bind(new.ends_on.to_string())
    .bind(tx.now())
    .bind(by.log_id())
    .bind(by.log_name())
    .execute(tx.conn())
    .await?;
    let data = json!({ "name": new.name, "items": told(&new.items), "ends_on": new.ends_on.to_string() });
    tx.append(NewEvent::new(&events::PROGRAM_MADE, &id, by).organ(&new.organ).data(data)).await?;
    Ok(Shown { id, name: new.name, key })
}

/// Items as the log tells them.
fn told(items: &[String]) -> String {
    if items.is_empty() { "全部数据表".to_owned() } else { items.join("、") }
}

/// A program by its id.
pub(crate) async fn find(db: &Db, id: &ProgramId) -> ::store::Result<Option<Known>> {
    // SQL: all pieces are literals.
    query_as(::store::built(format!("SELECT {COLUMNS} FROM program p WHERE p.id = $1")))
        .bind(id)
        .fetch_optional(db.read())
        .await
}

/// Whose key this is, whether it holds or not.
pub(super) async fn by_key(db: &Db, key: &str) -> ::store::Result<Option<Known>> {
    // SQL: all pieces are literals.
    query_as(::store::built(format!("SELECT {COLUMNS} FROM program p WHERE p.digest = $1")))
        .bind(model::digest(key))
        .fetch_optional(db.read())
        .await
}

/// Locked for a change.
async fn locked(tx: &mut Tx, id: &ProgramId) -> Result<Known, Refusal> {
    tx.lock_row("program", id.as_str()).await?;
    // SQL: all pieces are literals.
    let found = query_as(::store::built(format!("SELECT {COLUMNS} FROM program p WHERE p.id = $1")))
        .bind(id)
        .fetch_optional(tx.conn())
        .await?;
    found.ok_or(Refusal::NotFound)
}

/// Gives a program another key until this day; the one before opens nothing from now on.
///
/// # Errors
/// [`Refusal::Conflict`] for one that was revoked; when there is none, or the database fails.
pub(super) async fn renew(tx: &mut Tx, id: &ProgramId, ends_on: Date, by: &Actor) -> Result<Shown, Refusal> {
    let known = locked(tx, id).await?;
    if !known.revoked_at.is_empty() {
        return Err(Refusal::Conflict("这个密钥已经撤销，不能更换。确要继续报送的，请新建一个接口密钥。".into()));
    }
    let key = model::key_of(&tx.seams().secret(model::BYTES));
    query("UPDATE program SET digest = $2, ends_on = $3, renewed_at = $4 WHERE id = $1 AND revoked_at = ''")
        .bind(id)
        .bind(model::digest(&key))
        .bind(ends_on.to_string())
        .bind(tx.now())
        .execute(tx.conn())
        .await?;
    let ends = [known.ends_on, ends_on.to_string()];
    let data = json!({ "name": known.name, "ends_on": ends });
    tx.append(NewEvent::new(&events::PROGRAM_RENEWED, id, by).organ(&known.organ).data(data)).await?;
    Ok(Shown { id: id.clone(), name: known.name, key })
}

/// Revokes a key: the next request with it is refused.
///
/// # Errors
/// [`Refusal::Fields`] without a reason; [`Refusal::Conflict`] for one that is revoked; when there is none or the database fails.
pub(super) async fn revoke(tx: &mut Tx, id: &ProgramId, reason: &str, by: &Actor) -> Result<(), Refusal> {
    let known = locked(tx, id).await?;
    if !known.revoked_at.is_empty() {
        return Err(Refusal::Conflict("这个密钥已经撤销，不用再办。".into()));
    }
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 200 {
        return Err(Refusal::field("reason", "请填写撤销的原因，不超过 200 个字，例如 系统停用、密钥外泄。"));
    }
    query(
        "UPDATE program SET revoked_at = $2, revoked_by = $3, revoked_name = $4, reason = $5 WHERE id = $1 AND revoked_at = ''",
    )
    .bind(id)
    .bind(tx.now())
    .bind(by.log_id())
    .bind(by.log_name())
    .bind(reason)
    .execute(tx.conn())
    .await?;
    let data = json!({ "name": known.name, "reason": reason });
    tx.append(NewEvent::new(&events::PROGRAM_REVOKED, id, by).organ(&known.organ).data(data)).await?;
    Ok(())
}

/// Notes the day of a use. The log seals nothing of it: it changes with no event.
pub(super) async fn used(db: &Db, id: &ProgramId, today: Date) -> ::store::Result<()> {
    let mut tx = db.write().await?;
    query("UPDATE program SET used_on = $2 WHERE id = $1 AND used_on < $2")
        .bind(id)
        .bind(today.to_string())
        .execute(tx.conn())
        .await?;
    tx.commit().await
}

/// A page of the list, and how many there are.
pub(super) async fn page(db: &Db, filter: &Filter, today: Date, size: usize) -> ::store::Result<(Page<Known>, i64)> {
    let today = today.to_string();
    let organ = (!filter.organ.is_empty()).then(|| OrganCode::from(filter.organ.as_str()));
    let list = List::new(COLUMNS, "program p", "p.id")
        .sort("made-", &[By::down("p.made_at")])
        .sort("made", &[By::up("p.made_at")])
        .sort("name", &[By::up("p.name")])
        .sort("name-", &[By::down("p.name")])
        .sort("organ", &[By::up("p.organ"), By::up("p.name")])
        .sort("organ-", &[By::down("p.organ"), By::down("p.name")])
        .sort("end", &[By::up("p.ends_on")])
        .sort("end-", &[By::down("p.ends_on")])
        .sort("used", &[By::up("p.used_on")])
        .sort("used-", &[By::down("p.used_on")])
        .contains(&["p.name"], filter.q.trim())
        .equals("p.organ", organ);
    let list = match filter.state.as_str() {
        "holds" => list.given("p.revoked_at = ''").with("p.ends_on >= ?", today),
        "ended" => list.given("p.revoked_at = ''").with("p.ends_on < ?", today),
        "revoked" => list.given("p.revoked_at <> ''"),
        _ => list,
    };
    let total = list.count(db, i64::MAX - 1).await?.rows;
    let sort = if filter.sort.is_empty() { "made-".to_owned() } else { views::order(&filter.sort, &filter.dir) };
    let found = list.page::<Known>(db, Some(&sort), Some(&filter.after), size).await?;
    Ok((found, total))
}
