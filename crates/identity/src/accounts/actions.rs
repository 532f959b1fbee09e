//! What the security administrator does.

use ::store::Once;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use kernel::{OrganCode, Role, id::AccountId};
use web::{Ctx, Desk, Form, FormErrors, Redirect, Result, office_page, page};

use super::{
    model::{AccountError, NewAccount},
    pages::{self, NewForm, Typed},
    store,
};
use crate::session::sessions;

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct EditForm {
    name: String,
    organ: String,
    email: String,
    roles: Vec<String>,
}

fn read_roles(codes: &[String]) -> Vec<Role> {
    codes.iter().filter_map(|code| Role::from_code(code)).collect()
}

/// POST /accounts/new: answers with the one-time password, which is shown on this page only.
pub(super) async fn create(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<NewForm>) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&form.once).await? {
        let text = "账号已经建立，一次性密码只显示一次。没有记下时，请在下面重设密码。";
        return Ok(Redirect::to(to).flash("warn", text).into_response());
    }
    let new = NewAccount {
        login: form.login.clone(),
        name: form.name.clone(),
        organ: OrganCode::from(form.organ.as_str()),
        roles: read_roles(&form.roles),
        email: form.email.clone(),
        by: desk.actor(),
        ..NewAccount::default()
    };
    let created = match store::create_in(&mut tx, new).await {
        Ok(created) => created,
        Err(AccountError::Field { field, message }) => {
            drop(tx);
            let errors = FormErrors::one(field, message);
            return page::office_errors(&pages::new_page(&ctx, &desk, form, errors).await?);
        }
        Err(error) => return Err(error.into()),
    };
    tx.remember(&form.once, &format!("/accounts/{}", created.id)).await?;
    tx.commit().await?;
    office_page(&pages::OneTimePage {
        shell: desk.shell(&ctx, "账号已建立").await?,
        id: created.id.0,
        login: created.login,
        password: created.one_time.unwrap_or_default(),
        created: true,
    })
}

/// Answers a change: back to the account, or the page with what must be corrected.
async fn answer(
    ctx: &Ctx,
    desk: &Desk,
    id: &AccountId,
    done: std::result::Result<(), AccountError>,
    typed: Typed,
    text: &str,
) -> Result<Response> {
    match done {
        Ok(()) => Ok(Redirect::to(format!("/accounts/{id}")).ok(text).into_response()),
        Err(AccountError::Field { field, message }) => {
            let errors = FormErrors::one(field, message);
            page::office_errors(&pages::detail_page(ctx, desk, id, typed, errors).await?)
        }
        Err(error) => Err(error.into()),
    }
}

/// POST /accounts/{id}/edit
pub(super) async fn edit(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(form): Form<EditForm>,
) -> Result<Response> {
    let id = AccountId::from(id);
    let organ = OrganCode::from(form.organ.as_str());
    let done = store::change(ctx.db(), &id, &form.name, &organ, &form.email, &desk.actor()).await;
    let typed = Typed { name: Some(form.name), organ: Some(form.organ), email: Some(form.email), roles: None };
    answer(&ctx, &desk, &id, done, typed, "账号资料已保存。").await
}

/// POST /accounts/{id}/roles
pub(super) async fn roles(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(form): Form<EditForm>,
) -> Result<Response> {
    let id = AccountId::from(id);
    let done = store::set_roles(ctx.db(), &id, &read_roles(&form.roles), &desk.actor()).await;
    let typed = Typed { roles: Some(form.roles), ..Typed::default() };
    answer(&ctx, &desk, &id, done, typed, "角色已修改，此人的登录已全部退出，重新登录后生效。").await
}

/// POST /accounts/{id}/disable
pub(super) async fn disable(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let id = AccountId::from(id);
    let done = store::set_disabled(ctx.db(), &id, true, &desk.actor()).await;
    answer(&ctx, &desk, &id, done, Typed::default(), "账号已停用，登录已全部退出。").await
}

/// POST /accounts/{id}/enable
pub(super) async fn enable(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let id = AccountId::from(id);
    let done = store::set_disabled(ctx.db(), &id, false, &desk.actor()).await;
    answer(&ctx, &desk, &id, done, Typed::default(), "账号已恢复使用。").await
}

/// POST /accounts/{id}/unlock
pub(super) async fn unlock(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let id = AccountId::from(id);
    let done = store::unlock(ctx.db(), &id, &desk.actor()).await;
    answer(&ctx, &desk, &id, done, Typed::default(), "账号已解锁，现在可以登录。").await
}

/// POST /accounts/{id}/password: answers with the one-time password, which is shown on this page only.
pub(super) async fn password(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let id = AccountId::from(id);
    let password = store::reset_password(ctx.db(), &id, &desk.actor()).await?;
    let account = store::find_by_id(ctx.db(), &id).await?.ok_or(web::Error::NotFound)?;
    office_page(&pages::OneTimePage {
        shell: desk.shell(&ctx, "密码已重设").await?,
        id: id.0,
        login: account.login,
        password,
        created: false,
    })
}

/// POST /accounts/{id}/second-factor/remove
pub(super) async fn remove_second_factor(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
) -> Result<Response> {
    let id = AccountId::from(id);
    let done = store::remove_second_factor(ctx.db(), &id, &desk.actor()).await;
    answer(&ctx, &desk, &id, done, Typed::default(), "动态口令已移除，此人的登录已全部退出。").await
}

/// POST /accounts/{id}/sessions/end
pub(super) async fn end_sessions(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<String>) -> Result<Response> {
    let id = AccountId::from(id);
    let account = store::find_by_id(ctx.db(), &id).await?.ok_or(web::Error::NotFound)?;
    let mut tx = ctx.db().write().await?;
    let keep = desk.session.as_ref().map(|session| session.id.as_str());
    let count = sessions::end_all(&mut tx, &id, keep).await?;
    if count > 0 {
        tx.append(sessions::revoked(&id, count, &desk.actor()).organ(&account.organ)).await?;
    }
    tx.commit().await?;
    answer(&ctx, &desk, &id, Ok(()), Typed::default(), "此人的登录已全部退出。").await
}
