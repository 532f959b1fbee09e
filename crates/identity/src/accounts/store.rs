//! Reading and changing accounts.

use kernel::{Actor, EventKind, NewEvent, OrganCode, Role, id::AccountId};
use serde_json::json;
use store::{
    Db, Tx,
    sql::{By, List},
};
use web::{FormErrors, desk::SessionId, views};

use super::model::{
    Account, AccountError, Created, NewAccount, clean_email, clean_login, clean_name, clean_roles, codes,
};
use crate::{
    events, roles as rows,
    session::{
        password::{self, Fresh, Rules},
        sessions, tries,
    },
    settings::Accounts,
};

/// Passwords of an account that are remembered, so that none of them is chosen again.
const PASSWORDS_KEPT: i64 = 5;

type Result<T> = std::result::Result<T, AccountError>;

#[derive(store::FromRow)]
struct Row {
    id: AccountId,
    login: String,
    name: String,
    organ: OrganCode,
    email: String,
    disabled: i64,
    must_change: i64,
    locked_until: String,
    totp_secret: String,
    signed_in_at: String,
    created_at: String,
}

impl Row {
    fn with(self, roles: Vec<Role>) -> Account {
        let row = self;
        Account {
            id: row.id,
            login: row.login,
            name: row.name,
            organ: row.organ,
            roles,
            email: row.email,
            disabled: row.disabled != 0,
            must_change: row.must_change != 0,
            locked_until: row.locked_until,
            second_factor: !row.totp_secret.is_empty(),
            signed_in_at: row.signed_in_at,
            created_at: row.created_at,
        }
    }
}

/// Makes an account.
///
/// # Errors
/// [`AccountError::Field`] names the field to correct: a login that is taken or malformed, an unknown organ, roles that
/// exclude each other, a weak password.
pub async fn create(db: &Db, new: NewAccount) -> Result<Created> {
    let mut tx = db.write().await?;
    let created = create_in(&mut tx, new).await?;
    tx.commit().await?;
    Ok(created)
}

/// Everything that must be corrected before the account can be made, in the order of the form. What only the making finds
/// (a login that is taken) comes after.
pub(super) async fn faults(tx: &mut Tx, new: &NewAccount) -> Result<FormErrors> {
    let mut errors = FormErrors::new();
    let checked = [
        clean_login(&new.login).err(),
        clean_name(&new.name).err(),
        check_organ(tx, &new.organ).await.err(),
        clean_roles(&new.roles, &new.apart).err(),
        clean_email(&new.email).err(),
    ];
    for fault in checked.into_iter().flatten() {
        match fault {
            AccountError::Field { field, message } => errors.add(field, message),
            other => return Err(other),
        }
    }
    Ok(errors)
}

/// As [`create`], in the caller's transaction.
pub(crate) async fn create_in(tx: &mut Tx, new: NewAccount) -> Result<Created> {
    let login = clean_login(&new.login)?;
    let name = clean_name(&new.name)?;
    let email = clean_email(&new.email)?;
    let roles = clean_roles(&new.roles, &new.apart)?;
    check_organ(tx, &new.organ).await?;
    let taken: Option<String> =
        store::query_scalar("SELECT id FROM account WHERE login = $1").bind(&login).fetch_optional(tx.conn()).await?;
    if taken.is_some() {
        return Err(taken_login(&login));
    }
    let seams = tx.seams();
    let fresh = match (&new.password, new.fresh) {
        (None, Some(fresh)) => Some(fresh),
        (None, None) => Some(Fresh::one_time(&seams).await?),
        (Some(_), _) => None,
    };
    let one_time = fresh.as_ref().map(|fresh| fresh.words().to_owned());
    if let Some(fault) = new.password.as_deref().and_then(|given| new.rules.fault(given, &login)) {
        return Err(AccountError::field("password", fault));
    }
    let hash = match (&fresh, &new.password) {
        (Some(fresh), _) => fresh.hash().to_owned(),
        (None, given) => password::hash(&seams, given.as_deref().unwrap_or_default()).await?,
    };
    let account = AccountId::fresh(&seams);
    let now = tx.now();
    store::query(
        "INSERT INTO account (id, login, name, organ, email, password, must_change, disabled, failed_count, \
         failed_since, locked_until, totp_secret, totp_pending, totp_step, created_at, signed_in_at, password_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, '', '', '', '', 0, $8, '', $8)",
    )
    .bind(&account)
    .bind(&login)
    .bind(&name)
    .bind(new.organ.as_str())
    .bind(&email)
    .bind(hash)
    .bind(i64::from(new.must_change || one_time.is_some()))
    .bind(&now)
    .execute(tx.conn())
    .await
    .map_err(|error| match error {
        // Two administrators chose the same login at the same moment.
        error if error.is_unique_violation() => taken_login(&login),
        error => error.into(),
    })?;
    rows::put(tx, &account, &roles).await?;
    let data = json!({"login": login, "name": name, "roles": codes(&roles)});
    tx.append(NewEvent::new(&events::ACCOUNT_CREATED, &account, &new.by).organ(&new.organ).data(data)).await?;
    Ok(Created { id: account, login, one_time })
}

fn taken_login(login: &str) -> AccountError {
    AccountError::field("login", format!("登录名 {login} 已有人使用。请换一个，例如 {login}2。"))
}

/// The organ must exist; that of the very first administrator is recorded before.
async fn check_organ(tx: &mut Tx, organ: &OrganCode) -> Result<()> {
    let this: i64 = store::query_scalar("SELECT COUNT(*) FROM organ WHERE code = $1")
        .bind(organ.as_str())
        .fetch_one(tx.conn())
        .await?;
    if this > 0 {
        return Ok(());
    }
    let unknown = match organ.as_str() {
        "" => String::new(),
        code => format!("机关 {code} 不在机关名录里。"),
    };
    let text = format!("{unknown}请选择所在机关。找不到时，请先在“机关”页面建立这个机关。");
    Err(AccountError::field("organ", text))
}

/// The account with this login.
pub async fn find(db: &Db, login: &str) -> Result<Option<Account>> {
    let row: Option<Row> = store::query_as("SELECT * FROM account WHERE login = $1")
        .bind(login.trim().to_lowercase())
        .fetch_optional(db.read())
        .await?;
    whole(db, row).await
}

async fn whole(db: &Db, row: Option<Row>) -> Result<Option<Account>> {
    let Some(row) = row else { return Ok(None) };
    let roles = rows::of(db, &row.id).await?;
    Ok(Some(row.with(roles)))
}

async fn all_whole(db: &Db, rows: Vec<Row>) -> Result<Vec<Account>> {
    let mut roles = rows::of_all(db).await?;
    let with = |row: Row| {
        let roles = roles.remove(&row.id).unwrap_or_default();
        row.with(roles)
    };
    Ok(rows.into_iter().map(with).collect())
}

/// The account with this identifier.
pub async fn find_by_id(db: &Db, id: &AccountId) -> Result<Option<Account>> {
    let row: Option<Row> =
        store::query_as("SELECT * FROM account WHERE id = $1").bind(id.as_str()).fetch_optional(db.read()).await?;
    whole(db, row).await
}

/// All accounts, by organ and login.
pub async fn list(db: &Db) -> Result<Vec<Account>> {
    let rows: Vec<Row> = store::query_as("SELECT * FROM account ORDER BY organ, login").fetch_all(db.read()).await?;
    all_whole(db, rows).await
}

async fn load(tx: &mut Tx, id: &AccountId) -> Result<Account> {
    let row: Option<Row> =
        store::query_as("SELECT * FROM account WHERE id = $1").bind(id.as_str()).fetch_optional(tx.conn()).await?;
    let row = row.ok_or(AccountError::NotFound)?;
    let roles = rows::of_locked(tx, id).await?;
    Ok(row.with(roles))
}

fn event(kind: &'static EventKind, account: &Account, by: &Actor) -> NewEvent {
    NewEvent::new(kind, &account.id, by).organ(&account.organ).data(json!({"login": account.login}))
}

/// Changes name, organ and mail address.
///
/// # Errors
/// [`AccountError::Field`] names the field to correct.
pub async fn change(tx: &mut Tx, id: &AccountId, name: &str, organ: &OrganCode, email: &str, by: &Actor) -> Result<()> {
    let (name, email) = (clean_name(name)?, clean_email(email)?);
    let before = load(tx, id).await?;
    check_organ(tx, organ).await?;
    store::query("UPDATE account SET name = $2, organ = $3, email = $4 WHERE id = $1")
        .bind(id.as_str())
        .bind(&name)
        .bind(organ.as_str())
        .bind(&email)
        .execute(tx.conn())
        .await?;
    let data = json!({
        "login": before.login, "name": [before.name, name], "organ": [before.organ, organ], "email_changed": before.email != email,
    });
    tx.append(NewEvent::new(&events::ACCOUNT_CHANGED, id, by).organ(organ).data(data)).await?;
    Ok(())
}

/// Gives an account these roles instead of the ones it has, and ends its sessions.
///
/// # Errors
/// Refused for the own account, for the last security administrator, and for roles that exclude each other.
pub async fn set_roles(tx: &mut Tx, id: &AccountId, roles: &[Role], apart: &Accounts, by: &Actor) -> Result<()> {
    let roles = clean_roles(roles, apart)?;
    refuse_own(id, by, "请由另一位安全管理员修改您的角色：本人不能给自己授权。")?;
    let account = load(tx, id).await?;
    if account.roles == roles {
        return Ok(());
    }
    rows::put(tx, id, &roles).await?;
    sessions::end_all(tx, id, None).await?;
    let data = json!({"login": account.login, "before": codes(&account.roles), "after": codes(&roles)});
    tx.append(NewEvent::new(&events::ROLES_CHANGED, id, by).organ(&account.organ).data(data)).await?;
    if account.roles.contains(&Role::SecurityAdmin) {
        keep_a_security_admin(tx).await?;
    }
    Ok(())
}

/// Disables an account and ends its sessions, or enables it again.
///
/// # Errors
/// Refused for the own account and for the last security administrator.
pub async fn set_disabled(tx: &mut Tx, id: &AccountId, disabled: bool, by: &Actor) -> Result<()> {
    if disabled {
        refuse_own(id, by, "请由另一位安全管理员停用您的账号。")?;
    }
    let account = load(tx, id).await?;
    if account.disabled == disabled {
        return Ok(());
    }
    store::query("UPDATE account SET disabled = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(i64::from(disabled))
        .execute(tx.conn())
        .await?;
    if disabled {
        sessions::end_all(tx, id, None).await?;
    }
    let kind = if disabled { &events::ACCOUNT_DISABLED } else { &events::ACCOUNT_ENABLED };
    tx.append(event(kind, &account, by)).await?;
    if disabled && account.roles.contains(&Role::SecurityAdmin) {
        keep_a_security_admin(tx).await?;
    }
    Ok(())
}

fn refuse_own(id: &AccountId, by: &Actor, text: &str) -> Result<()> {
    match by.staff() {
        Some(staff) if staff.account == *id => Err(AccountError::Refused(text.to_owned())),
        _ => Ok(()),
    }
}

/// Somebody must be able to give roles. Called after the change and after the event was appended: appending waits for
/// other writers, so that two administrators who disable each other cannot both succeed.
async fn keep_a_security_admin(tx: &mut Tx) -> Result<()> {
    let left: i64 = store::query_scalar(
        "SELECT COUNT(*) FROM account a JOIN account_role r ON r.account = a.id WHERE r.role = $1 AND a.disabled = 0",
    )
    .bind(Role::SecurityAdmin.code())
    .fetch_one(tx.conn())
    .await?;
    if left == 0 {
        return Err(AccountError::Refused(
            "这是最后一个可用的安全管理员，停用或改角色后将无人能够授权。请先建立另一个安全管理员账号。".into(),
        ));
    }
    Ok(())
}

/// Lifts a lock that wrong passwords brought about.
///
/// # Errors
/// When there is no such account.
pub async fn unlock(tx: &mut Tx, id: &AccountId, by: &Actor) -> Result<()> {
    let account = load(tx, id).await?;
    tries::forgive(tx, id).await?;
    tx.append(event(&events::ACCOUNT_UNLOCKED, &account, by)).await?;
    Ok(())
}

/// Sets a one-time password and ends all sessions; the password is shown once and stored nowhere.
///
/// # Errors
/// Refused for the own account (use the page “我的账号”).
pub async fn reset_password(tx: &mut Tx, id: &AccountId, fresh: &Fresh, by: &Actor) -> Result<()> {
    refuse_own(id, by, "请在“我的账号”修改自己的密码。")?;
    let account = load(tx, id).await?;
    store_password(tx, &account, fresh, true, None).await?;
    tx.append(event(&events::PASSWORD_RESET, &account, by)).await?;
    Ok(())
}

/// Whether the account has, or had some time ago, this password.
///
/// # Errors
/// When database or hashing fail.
pub async fn had_password(db: &Db, id: &AccountId, password: &str) -> Result<bool> {
    let mut hashes: Vec<String> = store::query_scalar("SELECT password FROM password_before WHERE account = $1")
        .bind(id)
        .fetch_all(db.read())
        .await?;
    hashes.extend(
        store::query_scalar::<String>("SELECT password FROM account WHERE id = $1")
            .bind(id)
            .fetch_all(db.read())
            .await?,
    );
    for hash in hashes {
        if password::fits(password, &hash).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How many accounts there are, disabled ones too.
pub async fn count(db: &Db) -> ::store::Result<i64> {
    store::query_scalar("SELECT COUNT(*) FROM account").fetch_one(db.read()).await
}

/// Sets this password by the rules; the sessions end, except `keep`.
///
/// # Errors
/// [`AccountError::Field`] when the password is weak.
pub async fn set_password(
    tx: &mut Tx,
    id: &AccountId,
    fresh: &Fresh,
    rules: &Rules,
    keep: Option<&SessionId>,
    by: &Actor,
) -> Result<()> {
    let account = load(tx, id).await?;
    if let Some(fault) = rules.fault(fresh.words(), &account.login) {
        return Err(AccountError::field("password", fault));
    }
    store_password(tx, &account, fresh, false, keep).await?;
    tx.append(event(&events::PASSWORD_CHANGED, &account, by)).await?;
    Ok(())
}

async fn store_password(
    tx: &mut Tx,
    account: &Account,
    fresh: &Fresh,
    must_change: bool,
    keep: Option<&SessionId>,
) -> Result<()> {
    let now = tx.now();
    store::query(
        "INSERT INTO password_before (account, password, until) SELECT id, password, $2 FROM account \
         WHERE id = $1 AND password <> '' ON CONFLICT (account, password) DO NOTHING",
    )
    .bind(&account.id)
    .bind(&now)
    .execute(tx.conn())
    .await?;
    store::query(
        "DELETE FROM password_before WHERE account = $1 AND password NOT IN \
         (SELECT password FROM password_before WHERE account = $1 ORDER BY until DESC, password LIMIT $2)",
    )
    .bind(&account.id)
    .bind(PASSWORDS_KEPT)
    .execute(tx.conn())
    .await?;
    tries::forgive(tx, &account.id).await?;
    store::query("UPDATE account SET password = $2, must_change = $3, password_at = $4 WHERE id = $1")
        .bind(&account.id)
        .bind(fresh.hash())
        .bind(i64::from(must_change))
        .bind(now)
        .execute(tx.conn())
        .await?;
    sessions::end_all(tx, &account.id, keep).await?;
    Ok(())
}

/// Removes a lost second factor, so that a new one is set up; ends all sessions.
///
/// # Errors
/// Refused for the own account (use the page “我的账号”).
pub async fn remove_second_factor(tx: &mut Tx, id: &AccountId, by: &Actor) -> Result<()> {
    refuse_own(id, by, "请在“我的账号”更换自己的动态口令。")?;
    let account = load(tx, id).await?;
    store::query("UPDATE account SET totp_secret = '', totp_pending = '' WHERE id = $1")
        .bind(id.as_str())
        .execute(tx.conn())
        .await?;
    store::query("DELETE FROM account_recovery WHERE account = $1").bind(id.as_str()).execute(tx.conn()).await?;
    sessions::end_all(tx, id, None).await?;
    tx.append(event(&events::SECOND_FACTOR_REMOVED, &account, by)).await?;
    Ok(())
}

/// A filter of the list of accounts.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    pub(crate) q: String,
    pub(crate) organ: String,
    pub(crate) role: String,
    pub(crate) state: String,
    /// `name`, `login`, `organ`, `seen`; anything else = by organ.
    pub(crate) sort: String,
    /// `desc` or anything else.
    pub(crate) dir: String,
    pub(crate) after: String,
}

/// One page of accounts, by organ and login, and how many there are in all.
pub(crate) async fn page(db: &Db, filter: &Filter, size: usize) -> Result<(store::sql::Page<Account>, i64)> {
    let now = kernel::time::to_db(db.seams().now());
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let list = List::new("a.*", "account a", "a.id")
        .sort("organ", &[By::up("a.organ"), By::up("a.login")])
        .sort("organ-", &[By::down("a.organ"), By::down("a.login")])
        .sort("name", &[By::up("a.name")])
        .sort("name-", &[By::down("a.name")])
        .sort("login", &[By::up("a.login")])
        .sort("login-", &[By::down("a.login")])
        .sort("seen", &[By::up("a.signed_in_at")])
        .sort("seen-", &[By::down("a.signed_in_at")])
        .contains(&["a.login", "a.name"], filter.q.trim())
        .equals("a.organ", some(&filter.organ))
        .with(
            "EXISTS (SELECT 1 FROM account_role r WHERE r.account = a.id AND r.role = ?)",
            Role::from_code(&filter.role).map(Role::code),
        );
    let list = match filter.state.as_str() {
        "disabled" => list.given("a.disabled = 1"),
        "active" => list.given("a.disabled = 0"),
        "locked" => list.with("a.locked_until > ?", now),
        _ => list,
    };
    let total = list.count(db, i64::MAX - 1).await?.rows;
    let found = list.page::<Row>(db, Some(&views::order(&filter.sort, &filter.dir)), Some(&filter.after), size).await?;
    let (next, previous, sort) = (found.next, found.previous, found.sort);
    let rows = all_whole(db, found.rows).await?;
    Ok((store::sql::Page { rows, next, previous, sort }, total))
}
