//! What a person does with the own account.

use ::store::Tx;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use kernel::NewEvent;
use serde_json::json;
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, Redirect, Refusal, Result, act, act_now, act_or_form, desk::SessionId,
    office_page, page,
};

use super::{pages, store};
use crate::{
    accounts, events,
    session::{
        password::{Fresh, Rules},
        second_factor_required, sessions, set_cookie, signin, totp,
    },
};

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Fields {
    once: String,
    email: String,
    gathered: String,
    old: String,
    password: String,
    again: String,
    code: String,
    session: SessionId,
}

/// POST /account/email
pub(super) async fn email(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Fields>) -> Result<Response> {
    let own = pages::own(&ctx, &desk).await?;
    let done = async |tx: &mut Tx| {
        if form.email.trim() != own.email {
            accounts::change(tx, &own.id, &own.name, &own.organ, &form.email, &desk.actor()).await?;
        }
        let gathered = form.gathered == "morning";
        if store::gather_mail(tx, &own.id, gathered).await? {
            let how = if gathered { "每个工作日早上合成一封" } else { "一有就发" };
            tx.append(NewEvent::new(&events::MAIL_CHOSEN, &own.id, &desk.actor()).data(json!({ "how": how }))).await?;
        }
        Ok(Done::ok("/account", "邮箱和提醒方式已保存。"))
    };
    act_or_form(&ctx, &form.once, done, async |errors: FormErrors| {
        // Name and organ have no field on this page: what is wrong with them stands above it.
        let at = |(field, message): &(String, String)| {
            FormErrors::one(if field == "email" { "email" } else { "errors" }, message.as_str())
        };
        let errors = errors.items().first().map(at).unwrap_or_default();
        let typed = Some((form.email.clone(), form.gathered == "morning"));
        page::office_errors(&pages::overview_page(&ctx, &desk, errors, typed).await?)
    })
    .await
}

/// Whether the password typed is the own one. Wrong ones count towards the lock like those at sign-in.
async fn knows_password(ctx: &Ctx, desk: &Desk, typed: &str) -> Result<bool> {
    let own = pages::own(ctx, desk).await?;
    signin::confirm(ctx, &own.login, typed).await
}

/// POST /account/password
pub(super) async fn password(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Fields>) -> Result<Response> {
    let own = pages::own(&ctx, &desk).await?;
    let rules = Rules::of(&ctx);
    let mut errors = FormErrors::new();
    errors.require(!form.old.is_empty(), "old", "请填写现在的密码。");
    if let Some(fault) = rules.fault(&form.password, &own.login) {
        errors.add("password", fault);
    } else if form.password == form.old {
        errors.add("password", "请换一个与现在不同的密码。");
    }
    errors.require(form.password == form.again, "again", "请再填一次新密码，两次要一样。");
    if errors.is_empty() && !knows_password(&ctx, &desk, &form.old).await? {
        errors.add("old", "现在的密码不对。请重新填写；连续输错账号会锁定。");
    }
    if errors.is_empty() && accounts::had_password(ctx.db(), &own.id, &form.password).await? {
        errors.add("password", "这个密码您以前用过。请换一个没有用过的密码。");
    }
    if !errors.is_empty() {
        return page::office_errors(&pages::password_page(&ctx, &desk, errors).await?);
    }
    let keep = desk.session.as_ref().map(|session| &session.id);
    let fresh = Fresh::chosen(ctx.seams(), form.password).await?;
    let secret = act_now(&ctx, async |tx| {
        accounts::set_password(tx, &own.id, &fresh, &rules, keep, &desk.actor()).await?;
        let Some(session) = keep else { return Ok(None) };
        sessions::prove(tx, session).await?;
        // A copy of the cookie that somebody may have is worth nothing from now on.
        Ok::<_, Error>(Some(sessions::rotate(tx, session).await?))
    });
    let secret = secret.await?;
    let mut response = Redirect::to("/account").ok("密码已修改，其他地方的登录都已退出。").into_response();
    if let Some(secret) = secret {
        set_cookie(&ctx, &mut response, &secret);
    }
    Ok(response)
}

/// POST /account/second-factor/begin: needs the password, or else whoever finds an open desk could lock its owner out.
pub(super) async fn begin(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Fields>) -> Result<Response> {
    if !knows_password(&ctx, &desk, &form.password).await? {
        return wrong_password(&ctx, &desk).await;
    }
    let done = async |tx: &mut Tx| {
        store::begin(&ctx, tx, &desk.staff.account).await?;
        Ok::<_, Error>(Done::to("/account/second-factor"))
    };
    act(&ctx, "", done).await
}

/// POST /account/second-factor/confirm: answers with the recovery codes, which are shown on this page only.
pub(super) async fn confirm(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Fields>) -> Result<Response> {
    let id = &desk.staff.account;
    let done = act_now(&ctx, async |tx| {
        let pending = store::pending(tx.conn(), id).await?;
        if pending.is_empty() {
            return Ok(None);
        }
        let now = tx.seams().now();
        let seed = totp::opened(&ctx, id, &pending)?;
        let Some(step) = totp::accepted_step(&seed, &form.code, now, 0)? else {
            let text = "这 6 位数字不对。请确认手机时间准确，再填手机上现在显示的数字，例如 123456。";
            return Err(Refusal::field("code", text));
        };
        // Only the secret that was just proved: a second window may have begun anew meanwhile.
        if !store::activate(tx, id, &pending, step).await? {
            let text = "刚才在另一个窗口重新开始了设置，这次没有生效。请按最新的二维码再设置一次。";
            return Err(Refusal::Conflict(text.into()));
        }
        let codes = store::fresh_codes(tx, id).await?;
        tx.append(NewEvent::new(&events::SECOND_FACTOR_SET, id, &desk.actor()).organ(desk.organ())).await?;
        Ok(Some(codes))
    });
    match done.await {
        // Nothing waits to be confirmed: done already, perhaps in another window.
        Ok(None) => Ok(Redirect::to("/account/second-factor").into_response()),
        Ok(Some(codes)) => office_page(&pages::CodesPage { shell: desk.shell(&ctx, "恢复码").await?, codes }),
        Err(Refusal::Fields(errors)) => page::office_errors(&pages::second_factor_page(&ctx, &desk, errors).await?),
        Err(refusal) => Err(refusal.into()),
    }
}

/// POST /account/second-factor/codes
pub(super) async fn codes(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Fields>) -> Result<Response> {
    let own = pages::own(&ctx, &desk).await?;
    if !own.second_factor {
        return Ok(Redirect::to("/account/second-factor").into_response());
    }
    if !knows_password(&ctx, &desk, &form.password).await? {
        return wrong_password(&ctx, &desk).await;
    }
    let codes = act_now(&ctx, async |tx| {
        let codes = store::fresh_codes(tx, &own.id).await?;
        tx.append(NewEvent::new(&events::RECOVERY_RENEWED, &own.id, &desk.actor()).organ(desk.organ())).await?;
        Ok::<_, Error>(codes)
    });
    let codes = codes.await?;
    office_page(&pages::CodesPage { shell: desk.shell(&ctx, "恢复码").await?, codes })
}

async fn wrong_password(ctx: &Ctx, desk: &Desk) -> Result<Response> {
    let errors = FormErrors::one("password", "密码不对。请重新填写现在的密码；连续输错账号会锁定。");
    page::office_errors(&pages::second_factor_page(ctx, desk, errors).await?)
}

/// POST /account/second-factor/remove
pub(super) async fn remove(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Fields>) -> Result<Response> {
    let id = &desk.staff.account;
    if second_factor_required(&ctx, &desk.staff.roles) {
        return Err(Error::Conflict(
            "本系统要求您的账号使用动态口令，不能关闭。换手机时请安全管理员移除旧的，再重新设置。".into(),
        ));
    }
    if !knows_password(&ctx, &desk, &form.password).await? {
        return wrong_password(&ctx, &desk).await;
    }
    let done = async |tx: &mut Tx| {
        store::remove(tx, id).await?;
        tx.append(NewEvent::new(&events::SECOND_FACTOR_REMOVED, id, &desk.actor()).organ(desk.organ())).await?;
        Ok::<_, Error>(Done::ok("/account/second-factor", "动态口令已关闭。"))
    };
    act(&ctx, "", done).await
}

/// POST /account/sessions/end
pub(super) async fn end_session(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<Fields>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        sessions::revoke_one(tx, &desk.staff.account, &form.session, desk.organ(), &desk.actor()).await?;
        Ok::<_, Error>(Done::ok("/account", "那一处登录已退出。"))
    };
    act(&ctx, "", done).await
}

/// POST /account/sessions/end-others
pub(super) async fn end_others(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let keep = desk.session.as_ref().map(|session| &session.id);
    let done = async |tx: &mut Tx| {
        let count = sessions::revoke_all(tx, &desk.staff.account, keep, desk.organ(), &desk.actor()).await?;
        Ok::<_, Error>(Done::ok("/account", format!("其他 {count} 处登录已退出。")))
    };
    act(&ctx, "", done).await
}
