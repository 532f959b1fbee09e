//! What a person does with the own account.

use crate::events;
use crate::settings::Sessions;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use kernel::{NewEvent, id::AccountId};
use store::Tx;
use web::{Ctx, Desk, Error, Form, FormErrors, Redirect, Result, office_page, page};

use super::{account, password, sessions, totp};
use crate::accounts::{self, AccountError};

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    email: String,
    old: String,
    password: String,
    again: String,
    code: String,
    session: String,
}

/// POST /account/email
pub(super) async fn email(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Fields>) -> Result<Response> {
    let own = account::own(&ctx, &desk).await?;
    match accounts::change(ctx.db(), &own.id, &own.name, &own.organ, &form.email, &desk.actor()).await {
        Ok(()) => Ok(Redirect::to("/account").ok("邮箱已保存。").into_response()),
        Err(AccountError::Field { field, message }) => {
            let errors = FormErrors::one(if field == "email" { "email" } else { "errors" }, message);
            page::office_errors(&account::overview_page(&ctx, &desk, errors, Some(form.email)).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether the password typed is the own one. Wrong ones count towards the lock like those at sign-in.
async fn knows_password(ctx: &Ctx, desk: &Desk, typed: &str) -> Result<bool> {
    let login: String = store::query_scalar("SELECT login FROM account WHERE id = $1")
        .bind(desk.staff.account.as_str())
        .fetch_one(ctx.db().read())
        .await?;
    super::signin::confirm(ctx, &login, typed).await
}

/// POST /account/password
pub(super) async fn password(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Fields>) -> Result<Response> {
    let own = account::own(&ctx, &desk).await?;
    let min = ctx.settings::<Sessions>().password_min;
    let mut errors = FormErrors::new();
    errors.require(!form.old.is_empty(), "old", "请填写现在的密码。");
    if let Some(fault) = password::fault(&form.password, &own.login, min) {
        errors.add("password", fault);
    } else if form.password == form.old {
        errors.add("password", "请换一个与现在不同的密码。");
    }
    errors.require(form.password == form.again, "again", "请再填一次新密码，两次要一样。");
    if errors.is_empty() && !knows_password(&ctx, &desk, &form.old).await? {
        errors.add("old", "现在的密码不对。请重新填写；连续输错账号会锁定。");
    }
    if !errors.is_empty() {
        return page::office_errors(&account::password_page(&ctx, &desk, errors).await?);
    }
    let keep = desk.session.as_ref().map(|session| session.id.as_str());
    accounts::set_password(ctx.db(), &own.id, &form.password, min, keep, &desk.actor()).await?;
    Ok(Redirect::to("/account").ok("密码已修改，其他地方的登录都已退出。").into_response())
}

/// POST /account/second-factor/begin
pub(super) async fn begin(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    let secret = totp::fresh_secret(ctx.seams());
    store::query("UPDATE account SET totp_pending = $2 WHERE id = $1 AND totp_secret = ''")
        .bind(desk.staff.account.as_str())
        .bind(secret)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(Redirect::to("/account/second-factor").into_response())
}

/// POST /account/second-factor/confirm
pub(super) async fn confirm(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Fields>) -> Result<Response> {
    let id = &desk.staff.account;
    let mut tx = ctx.db().write().await?;
    let pending: String = store::query_scalar("SELECT totp_pending FROM account WHERE id = $1")
        .bind(id.as_str())
        .fetch_one(tx.conn())
        .await?;
    if pending.is_empty() {
        return Ok(Redirect::to("/account/second-factor").into_response());
    }
    let Some(step) = totp::accepted_step(&pending, &form.code, ctx.seams().now(), 0)? else {
        drop(tx);
        let errors =
            FormErrors::one("code", "这 6 位数字不对。请确认手机时间准确，再填手机上现在显示的数字，例如 123456。");
        return page::office_errors(&account::second_factor_page(&ctx, &desk, errors).await?);
    };
    // Only the secret that was just proved: a second window may have begun anew meanwhile.
    let done = store::query(
        "UPDATE account SET totp_secret = totp_pending, totp_pending = '', totp_step = $2 WHERE id = $1 AND totp_pending = $3",
    )
    .bind(id.as_str())
    .bind(step)
    .bind(&pending)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Conflict(
            "刚才在另一个窗口重新开始了设置，这次没有生效。请按最新的二维码再设置一次。".into(),
        ));
    }
    let codes = fresh_codes(&mut tx, id).await?;
    tx.append(NewEvent::new(&events::SECOND_FACTOR_SET, id, &desk.actor()).organ(desk.organ())).await?;
    tx.commit().await?;
    office_page(&account::CodesPage { shell: desk.shell(&ctx, "恢复码").await?, codes })
}

/// Replaces the recovery codes; returns the new ones, to be shown once.
async fn fresh_codes(tx: &mut Tx, id: &AccountId) -> Result<Vec<String>> {
    let codes = totp::recovery_codes(&tx.seams());
    store::query("DELETE FROM account_recovery WHERE account = $1").bind(id.as_str()).execute(tx.conn()).await?;
    for code in &codes {
        store::query("INSERT INTO account_recovery (account, digest, used_at) VALUES ($1, $2, '')")
            .bind(id.as_str())
            .bind(totp::recovery_digest(code))
            .execute(tx.conn())
            .await?;
    }
    Ok(codes)
}

/// POST /account/second-factor/codes
pub(super) async fn codes(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Fields>) -> Result<Response> {
    let own = account::own(&ctx, &desk).await?;
    if !own.second_factor {
        return Ok(Redirect::to("/account/second-factor").into_response());
    }
    if !knows_password(&ctx, &desk, &form.password).await? {
        return wrong_password(&ctx, &desk).await;
    }
    let mut tx = ctx.db().write().await?;
    let codes = fresh_codes(&mut tx, &own.id).await?;
    tx.append(NewEvent::new(&events::RECOVERY_RENEWED, &own.id, &desk.actor()).organ(desk.organ())).await?;
    tx.commit().await?;
    office_page(&account::CodesPage { shell: desk.shell(&ctx, "恢复码").await?, codes })
}

async fn wrong_password(ctx: &Ctx, desk: &Desk) -> Result<Response> {
    let errors = FormErrors::one("password", "密码不对。请重新填写现在的密码；连续输错账号会锁定。");
    page::office_errors(&account::second_factor_page(ctx, desk, errors).await?)
}

/// POST /account/second-factor/remove
pub(super) async fn remove(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Fields>) -> Result<Response> {
    let id = &desk.staff.account;
    if ctx.settings::<Sessions>().require_totp {
        return Err(Error::Conflict(
            "本系统要求每个账号使用动态口令，不能关闭。换手机时请安全管理员移除旧的，再重新设置。".into(),
        ));
    }
    if !knows_password(&ctx, &desk, &form.password).await? {
        return wrong_password(&ctx, &desk).await;
    }
    let mut tx = ctx.db().write().await?;
    store::query("UPDATE account SET totp_secret = '', totp_pending = '' WHERE id = $1")
        .bind(id.as_str())
        .execute(tx.conn())
        .await?;
    store::query("DELETE FROM account_recovery WHERE account = $1").bind(id.as_str()).execute(tx.conn()).await?;
    tx.append(NewEvent::new(&events::SECOND_FACTOR_REMOVED, id, &desk.actor()).organ(desk.organ())).await?;
    tx.commit().await?;
    Ok(Redirect::to("/account/second-factor").ok("动态口令已关闭。").into_response())
}

/// POST /account/sessions/end
pub(super) async fn end_session(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Fields>) -> Result<Response> {
    let id = &desk.staff.account;
    let mut tx = ctx.db().write().await?;
    if sessions::end_one(&mut tx, id, &form.session).await? {
        tx.append(sessions::revoked(id, 1, &desk.actor()).organ(desk.organ())).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to("/account").ok("那一处登录已退出。").into_response())
}

/// POST /account/sessions/end-others
pub(super) async fn end_others(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let id = &desk.staff.account;
    let mut tx = ctx.db().write().await?;
    let keep = desk.session.as_ref().map(|session| session.id.as_str());
    let count = sessions::end_all(&mut tx, id, keep).await?;
    if count > 0 {
        tx.append(sessions::revoked(id, count, &desk.actor()).organ(desk.organ())).await?;
    }
    tx.commit().await?;
    Ok(Redirect::to("/account").ok(format!("其他 {count} 处登录已退出。")).into_response())
}
