//! What the security administrator does.

use ::store::Tx;
use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use kernel::{OrganCode, Role, id::AccountId};
use web::{
    Acted, Ctx, Desk, Done, Error, Form, FormErrors, Redirect, Refusal, Result, act_for, act_in_place, act_now,
    office_page, page,
};

use super::{
    model::{AccountError, NewAccount},
    pages::{self, NewForm, Typed},
    store,
};
use crate::{
    session::{Asked, asked, password::Fresh, sessions},
    settings::Accounts,
};

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct EditForm {
    once: String,
    name: String,
    organ: OrganCode,
    email: String,
    roles: Vec<String>,
    proof: String,
}

/// A button of an account.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct Button {
    proof: String,
}

/// Asks who it is before a weighty change of an account, unless that was shown some minutes ago.
async fn weighty(
    ctx: &Ctx,
    desk: &Desk,
    proof: &str,
    (what, at): (&str, String),
    fields: Vec<(String, String)>,
) -> Result<Option<Response>> {
    let back = at.rsplit_once('/').map_or("/accounts", |(back, _)| back).to_owned();
    asked(ctx, desk, proof, Asked { what: what.to_owned(), action: at, fields, back }).await
}

/// The roles, or the first code that is none: a role that is left out in silence is one that somebody believes to be given.
fn read_roles(codes: &[String]) -> std::result::Result<Vec<Role>, &str> {
    codes.iter().map(|code| Role::from_code(code).ok_or(code.as_str())).collect()
}

/// POST /accounts/new: answers with the one-time password, which is shown on this page only.
pub(super) async fn create(State(ctx): State<Ctx>, desk: Desk, Form(form): Form<NewForm>) -> Result<Response> {
    let Ok(roles) = read_roles(&form.roles) else {
        return Err(Error::Invalid("选择的角色里有系统不认识的。请刷新页面后重新选择。".into()));
    };
    let mut fields: Vec<(String, String)> = [
        ("once", &form.once),
        ("login", &form.login),
        ("name", &form.name),
        ("organ", &form.organ),
        ("email", &form.email),
    ]
    .map(|(name, value)| (name.to_owned(), value.clone()))
    .to_vec();
    fields.extend(form.roles.iter().map(|role| ("roles".to_owned(), role.clone())));
    if let Some(asks) = weighty(&ctx, &desk, &form.proof, ("建立账号", "/accounts/new".into()), fields).await? {
        return Ok(asks);
    }
    let new = NewAccount {
        login: form.login.clone(),
        name: form.name.clone(),
        organ: OrganCode::from(form.organ.as_str()),
        roles,
        email: form.email.clone(),
        apart: Accounts::clone(&ctx.settings::<Accounts>()),
        by: desk.actor(),
        ..NewAccount::default()
    };
    let done = act_for(&ctx, &form.once, async |tx| {
        let errors = store::faults(tx, &new).await?;
        if !errors.is_empty() {
            return Err(errors.into());
        }
        let created = store::create_in(tx, new).await?;
        Ok::<_, Refusal>((format!("/accounts/{}", created.id), created))
    });
    match done.await {
        Ok(Acted::Now(created)) => office_page(&pages::OneTimePage {
            shell: desk.shell(&ctx, "账号已建立").await?,
            id: created.id,
            login: created.login,
            password: created.one_time.unwrap_or_default(),
            created: true,
        }),
        Ok(Acted::Before(to)) => {
            let text = "账号已经建立，一次性密码只显示一次。没有记下时，请在下面重设密码。";
            Ok(Redirect::to(to).flash("warn", text).into_response())
        }
        Err(Refusal::Fields(errors)) => page::office_errors(&pages::new_page(&ctx, &desk, form, errors).await?),
        Err(refusal) => Err(refusal.into()),
    }
}

/// A change of an account: back to it, or the page with what must be corrected.
async fn change<F>(ctx: &Ctx, desk: &Desk, id: &AccountId, sent: Sent<'_>, work: F) -> Result<Response>
where
    F: AsyncFnOnce(&mut Tx) -> std::result::Result<(), AccountError>,
{
    let done = async |tx: &mut Tx| {
        work(tx).await?;
        Ok(Done::ok(format!("/accounts/{id}"), sent.text))
    };
    let again =
        async |errors: FormErrors| page::office_errors(&pages::detail_page(ctx, desk, id, sent.typed, errors).await?);
    act_in_place(ctx, sent.once, done, again).await
}

/// One of the forms of an account as it was sent.
#[derive(Default)]
struct Sent<'a> {
    /// Empty for the buttons: what they ask for may be asked for twice.
    once: &'a str,
    typed: Typed,
    /// What is read when it is done.
    text: &'static str,
}

impl Sent<'_> {
    fn button(text: &'static str) -> Self {
        Self { text, ..Self::default() }
    }
}

/// POST /accounts/{id}/edit
pub(super) async fn edit(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<AccountId>,
    Form(form): Form<EditForm>,
) -> Result<Response> {
    let typed = Typed {
        name: Some(form.name.clone()),
        organ: Some(form.organ.to_string()),
        email: Some(form.email.clone()),
        roles: None,
    };
    let sent = Sent { once: &form.once, typed, text: "账号资料已保存。" };
    let by = desk.actor();
    change(&ctx, &desk, &id, sent, async |tx| store::change(tx, &id, &form.name, &form.organ, &form.email, &by).await)
        .await
}

/// POST /accounts/{id}/roles
pub(super) async fn roles(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<AccountId>,
    Form(form): Form<EditForm>,
) -> Result<Response> {
    let fields = form.roles.iter().map(|role| ("roles".to_owned(), role.clone())).collect();
    let what = ("修改角色", format!("/accounts/{id}/roles"));
    if let Some(asks) = weighty(&ctx, &desk, &form.proof, what, fields).await? {
        return Ok(asks);
    }
    let by = desk.actor();
    let roles = match read_roles(&form.roles) {
        Ok(roles) => roles,
        Err(unknown) => {
            return Err(Error::Invalid(format!("没有“{unknown}”这个角色。请回到账号页面刷新后重新选择。")));
        }
    };
    let apart = Accounts::clone(&ctx.settings::<Accounts>());
    let typed = Typed { roles: Some(form.roles), ..Typed::default() };
    let text = "角色已修改，此人的登录已全部退出，重新登录后生效。";
    let sent = Sent { once: "", typed, text };
    change(&ctx, &desk, &id, sent, async |tx| store::set_roles(tx, &id, &roles, &apart, &by).await).await
}

/// POST /accounts/{id}/disable
pub(super) async fn disable(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<AccountId>) -> Result<Response> {
    let (sent, by) = (Sent::button("账号已停用，登录已全部退出。"), desk.actor());
    change(&ctx, &desk, &id, sent, async |tx| store::set_disabled(tx, &id, true, &by).await).await
}

/// POST /accounts/{id}/enable
pub(super) async fn enable(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<AccountId>) -> Result<Response> {
    let (sent, by) = (Sent::button("账号已恢复使用。"), desk.actor());
    change(&ctx, &desk, &id, sent, async |tx| store::set_disabled(tx, &id, false, &by).await).await
}

/// POST /accounts/{id}/unlock
pub(super) async fn unlock(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<AccountId>) -> Result<Response> {
    let (sent, by) = (Sent::button("账号已解锁，现在可以登录。"), desk.actor());
    change(&ctx, &desk, &id, sent, async |tx| store::unlock(tx, &id, &by).await).await
}

/// POST /accounts/{id}/password: answers with the one-time password, which is shown on this page only. Without a token: of two
/// passwords the later is shown and is the one that counts.
pub(super) async fn password(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<AccountId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let what = ("重设别人的密码", format!("/accounts/{id}/password"));
    if let Some(asks) = weighty(&ctx, &desk, &button.proof, what, Vec::new()).await? {
        return Ok(asks);
    }
    let account = store::find_by_id(ctx.db(), &id).await?.ok_or(Error::NotFound)?;
    let fresh = Fresh::one_time(ctx.seams()).await?;
    act_now(&ctx, async |tx| store::reset_password(tx, &id, &fresh, &desk.actor()).await).await?;
    office_page(&pages::OneTimePage {
        shell: desk.shell(&ctx, "密码已重设").await?,
        id,
        login: account.login,
        password: fresh.words().to_owned(),
        created: false,
    })
}

/// POST /accounts/{id}/second-factor/remove
pub(super) async fn remove_second_factor(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<AccountId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let what = ("移除别人的动态口令", format!("/accounts/{id}/second-factor/remove"));
    if let Some(asks) = weighty(&ctx, &desk, &button.proof, what, Vec::new()).await? {
        return Ok(asks);
    }
    let (sent, by) = (Sent::button("动态口令已移除，此人的登录已全部退出。"), desk.actor());
    change(&ctx, &desk, &id, sent, async |tx| store::remove_second_factor(tx, &id, &by).await).await
}

/// POST /accounts/{id}/sessions/end
pub(super) async fn end_sessions(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<AccountId>) -> Result<Response> {
    let account = store::find_by_id(ctx.db(), &id).await?.ok_or(Error::NotFound)?;
    let keep = desk.session.as_ref().map(|session| &session.id);
    let done = async |tx: &mut Tx| {
        sessions::revoke_all(tx, &id, keep, &account.organ, &desk.actor()).await?;
        Ok(())
    };
    change(&ctx, &desk, &id, Sent::button("此人的登录已全部退出。"), done).await
}
