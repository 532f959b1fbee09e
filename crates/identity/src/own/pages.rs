//! The pages of «我的账号».

use askama::Template;
use axum::{extract::State, response::Response};
use kernel::time;
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Result, office_page};

use super::store;
use crate::{
    accounts::{self, Account},
    session::{SessionRow, second_factor_required, session_rows, totp},
    settings::Sessions,
};

/// How mails come.
const WAYS: [(&str, &str, &str); 2] = [
    ("each", "一有就发", "每件事一封"),
    ("morning", "合成一封", "每个工作日早上 8 点，前一天起的提醒合成一封；紧急发布的仍然马上发"),
];

#[derive(Template)]
#[template(path = "own/templates/account.html")]
pub(super) struct AccountPage {
    shell: OfficeShell,
    errors: FormErrors,
    once: String,
    account: Account,
    organ: String,
    roles: String,
    signed_in: String,
    email: String,
    /// How mails come, one of [`WAYS`].
    gathered: &'static str,
    ways: [(&'static str, &'static str, &'static str); 2],
    sessions: Vec<SessionRow>,
    idle_minutes: u32,
    absolute_hours: u32,
    codes_left: i64,
}

#[derive(Template)]
#[template(path = "own/templates/password.html")]
pub(super) struct PasswordPage {
    shell: OfficeShell,
    errors: FormErrors,
    given: bool,
    hint: String,
}

#[derive(Template)]
#[template(path = "own/templates/second_factor.html")]
pub(super) struct SecondFactorPage {
    shell: OfficeShell,
    errors: FormErrors,
    active: bool,
    required: bool,
    demo: bool,
    picture: String,
    secret: String,
    codes_left: i64,
}

#[derive(Template)]
#[template(path = "own/templates/codes.html")]
pub(super) struct CodesPage {
    pub(super) shell: OfficeShell,
    pub(super) codes: Vec<String>,
}

/// The own account.
pub(super) async fn own(ctx: &Ctx, desk: &Desk) -> Result<Account> {
    accounts::find_by_id(ctx.db(), &desk.staff.account).await?.ok_or(Error::NotFound)
}

pub(super) async fn overview_page(
    ctx: &Ctx,
    desk: &Desk,
    errors: FormErrors,
    typed: Option<(String, bool)>,
) -> Result<AccountPage> {
    let account = own(ctx, desk).await?;
    let current = desk.session.as_ref().map(|session| &session.id);
    let (email, gathered) = match typed {
        Some(typed) => typed,
        None => (account.email.clone(), store::mail_gathered(ctx.db(), &account.id).await?),
    };
    let rows = session_rows(ctx, &account.id, current).await?;
    let config = &ctx.settings::<Sessions>();
    Ok(AccountPage {
        shell: desk.shell(ctx, "我的账号").await?.with_error(!errors.is_empty()),
        organ: ctx.directory().get(&account.organ).map_or(account.organ.to_string(), |organ| organ.name.clone()),
        roles: account.role_names(),
        signed_in: time::show_minute(&account.signed_in_at),
        email,
        gathered: if gathered { "morning" } else { "each" },
        ways: WAYS,
        sessions: rows,
        idle_minutes: config.idle_minutes,
        absolute_hours: config.absolute_hours,
        codes_left: store::codes_left(ctx.db(), &account.id).await?,
        once: ctx.once(),
        errors,
        account,
    })
}

/// GET /account
pub(super) async fn overview(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    office_page(&overview_page(&ctx, &desk, FormErrors::new(), None).await?)
}

pub(super) async fn password_page(ctx: &Ctx, desk: &Desk, errors: FormErrors) -> Result<PasswordPage> {
    let account = own(ctx, desk).await?;
    Ok(PasswordPage {
        shell: desk.shell(ctx, "修改密码").await?.with_error(!errors.is_empty()),
        errors,
        given: account.must_change,
        hint: format!(
            "至少 {} 个字符；不含登录名、本县名称，不用日期、“一个词加数字”和以前用过的密码。几个不相干的词连起来最好记。",
            ctx.settings::<Sessions>().password_min
        ),
    })
}

/// GET /account/password
pub(super) async fn password(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    office_page(&password_page(&ctx, &desk, FormErrors::new()).await?)
}

pub(super) async fn second_factor_page(ctx: &Ctx, desk: &Desk, errors: FormErrors) -> Result<SecondFactorPage> {
    let account = own(ctx, desk).await?;
    let secret = totp::opened(ctx, &account.id, &store::pending(ctx.db().read(), &account.id).await?)?;
    let picture = if secret.is_empty() {
        String::new()
    } else {
        totp::picture(&totp::address(&secret, &account.login, &format!("{}公开办公", ctx.site().county)))?
    };
    let groups = secret.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned());
    Ok(SecondFactorPage {
        shell: desk.shell(ctx, "动态口令").await?.with_error(!errors.is_empty()),
        errors,
        active: account.second_factor,
        required: second_factor_required(ctx, &desk.staff.roles),
        demo: ctx.site().demo,
        picture,
        secret: groups.collect::<Vec<_>>().join(" "),
        codes_left: store::codes_left(ctx.db(), &account.id).await?,
    })
}

/// GET /account/second-factor
pub(super) async fn second_factor(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    office_page(&second_factor_page(&ctx, &desk, FormErrors::new()).await?)
}
