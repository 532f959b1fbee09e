//! The pages of the security administrator.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kernel::{
    Role,
    id::{AccountId, SubjectRef},
    time,
};
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Query, Result, Steps, filters, office_page, page, views};

use super::{
    model::Account,
    store::{self, Filter},
};
use crate::{
    audit::{titles, words},
    session::{SessionRow, session_rows},
};

/// Rows on a page.
const SIZE: usize = 50;

struct ListRow {
    id: AccountId,
    login: String,
    name: String,
    organ: String,
    roles: String,
    signed_in: String,
    second_factor: bool,
    locked: bool,
    disabled: bool,
}

#[derive(Template)]
#[template(path = "accounts/templates/list.html")]
struct ListPage {
    shell: OfficeShell,
    filter: Filter,
    organs: Vec<(String, String)>,
    roles: Vec<(&'static str, &'static str)>,
    states: Vec<(&'static str, &'static str)>,
    rows: Vec<ListRow>,
    steps: Steps,
    total: i64,
    /// The query without the order, to be continued by the heads.
    sort_base: String,
    saved: Vec<views::Kept>,
    /// The list as it is, to be kept under a name; empty = nothing to keep.
    keep: String,
}

/// What was typed into the form of a new account.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct NewForm {
    pub(super) once: String,
    pub(super) login: String,
    pub(super) name: String,
    pub(super) organ: String,
    pub(super) roles: Vec<String>,
    pub(super) email: String,
    pub(super) proof: String,
}

#[derive(Template)]
#[template(path = "accounts/templates/new.html")]
pub(super) struct NewPage {
    shell: OfficeShell,
    errors: FormErrors,
    once: String,
    form: NewForm,
    organs: Vec<(String, String)>,
    roles: Vec<(&'static str, &'static str, &'static str)>,
}

#[derive(Template)]
#[template(path = "accounts/templates/detail.html")]
pub(super) struct DetailPage {
    shell: OfficeShell,
    errors: FormErrors,
    once: String,
    account: Account,
    organ_name: String,
    // Not `name`: the form macro has an argument of that name.
    person: String,
    organ: String,
    email: String,
    chosen: Vec<String>,
    own: bool,
    locked_until: String,
    signed_in: String,
    created: String,
    organs: Vec<(String, String)>,
    roles: Vec<(&'static str, &'static str, &'static str)>,
    sessions: Vec<SessionRow>,
    history: Vec<words::EventRow>,
}

#[derive(Template)]
#[template(path = "accounts/templates/one_time.html")]
pub(super) struct OneTimePage {
    pub(super) shell: OfficeShell,
    pub(super) id: AccountId,
    pub(super) login: String,
    pub(super) password: String,
    pub(super) created: bool,
}

/// What a role may, in a few words, beside its box.
fn hint(role: Role) -> &'static str {
    match role {
        Role::Editor => "撰写本机关稿件，报送任务进展和佐证",
        Role::ReviewerSecrecy => "稿件的保密审查",
        Role::ReviewerWording => "审核文字",
        Role::ReviewerPolicy => "审核政策",
        Role::ReviewerPolitical => "审核政治导向",
        Role::OrganHead => "对本机关任务负责，可撤回已公开的信息",
        Role::CountyOffice => "导入工作要点，确认佐证，管理栏目和日历",
        Role::SystemAdmin => "系统管理员：机关、栏目、后台作业。须单独设账号",
        Role::SecurityAdmin => "安全管理员：账号和角色。须单独设账号",
        Role::AuditAdmin => "审计管理员：查阅和验证留痕。须单独设账号",
    }
}

fn role_choices() -> Vec<(&'static str, &'static str, &'static str)> {
    Role::ALL.into_iter().map(|role| (role.code(), role.label(), hint(role))).collect()
}

/// GET /accounts
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let query = page::query_string(&[
        ("q", &filter.q),
        ("organ", &filter.organ),
        ("role", &filter.role),
        ("state", &filter.state),
    ]);
    let ordered = page::query_string(&[("sort", &filter.sort), ("dir", &filter.dir)]);
    let all: Vec<&str> = [query.as_str(), &ordered].into_iter().filter(|part| !part.is_empty()).collect();
    let keep = all.join("&");
    let (found, total) = store::page(ctx.db(), &filter, SIZE).await?;
    let steps = Steps::new(&found, &keep);
    let directory = ctx.directory();
    let now = time::to_db(ctx.seams().now());
    let rows = found.rows.into_iter().map(|account| ListRow {
        organ: directory.short_name(&account.organ).to_owned(),
        roles: account.role_names(),
        signed_in: time::show_minute(&account.signed_in_at),
        locked: account.is_locked(&now),
        id: account.id,
        login: account.login,
        name: account.name,
        second_factor: account.second_factor,
        disabled: account.disabled,
    });
    office_page(&ListPage {
        saved: views::kept(&ctx, &desk.staff, "/accounts", &keep).await?,
        keep,
        sort_base: views::base(&query),
        shell: desk.shell(&ctx, "账号").await?,
        rows: rows.collect(),
        steps,
        total,
        filter,
        organs: directory.all().iter().map(|organ| (organ.code.to_string(), organ.short_name.clone())).collect(),
        roles: Role::ALL.into_iter().map(|role| (role.code(), role.label())).collect(),
        states: vec![("active", "可用"), ("locked", "已锁定"), ("disabled", "已停用")],
    })
}

pub(super) async fn new_page(ctx: &Ctx, desk: &Desk, form: NewForm, errors: FormErrors) -> Result<NewPage> {
    Ok(NewPage {
        shell: desk.shell(ctx, "新建账号").await?.with_error(!errors.is_empty()),
        errors,
        once: ctx.once(),
        form,
        organs: ctx.directory().options(ctx.today()),
        roles: role_choices(),
    })
}

/// GET /accounts/new
pub(super) async fn new(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    office_page(&new_page(&ctx, &desk, NewForm::default(), FormErrors::new()).await?)
}

/// What was typed into one of the forms of the page, if something was.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) name: Option<String>,
    pub(super) organ: Option<String>,
    pub(super) email: Option<String>,
    pub(super) roles: Option<Vec<String>>,
}

pub(super) async fn detail_page(
    ctx: &Ctx,
    desk: &Desk,
    id: &AccountId,
    typed: Typed,
    errors: FormErrors,
) -> Result<DetailPage> {
    let account = store::find_by_id(ctx.db(), id).await?.ok_or(Error::NotFound)?;
    let now = time::to_db(ctx.seams().now());
    let history = ::store::log::of_subject(ctx.db(), &SubjectRef::new("account", id)).await?;
    let titles = titles::of(ctx, &history).await?;
    let directory = ctx.directory();
    let mut organs = directory.options(ctx.today());
    if !organs.iter().any(|(code, _)| *code == account.organ.as_str()) {
        organs.push((account.organ.to_string(), format!("{}（已撤销）", directory.short_name(&account.organ))));
    }
    Ok(DetailPage {
        shell: desk.shell(ctx, format!("账号 {}", account.login)).await?.with_error(!errors.is_empty()),
        errors,
        once: ctx.once(),
        organ_name: directory.get(&account.organ).map_or(account.organ.to_string(), |organ| organ.name.clone()),
        person: typed.name.unwrap_or_else(|| account.name.clone()),
        organ: typed.organ.unwrap_or_else(|| account.organ.to_string()),
        email: typed.email.unwrap_or_else(|| account.email.clone()),
        chosen: typed.roles.unwrap_or_else(|| account.roles.iter().map(|role| role.code().to_owned()).collect()),
        own: desk.staff.account == *id,
        locked_until: if account.is_locked(&now) { time::show_minute(&account.locked_until) } else { String::new() },
        signed_in: if account.signed_in_at.is_empty() {
            "从未".into()
        } else {
            time::show_minute(&account.signed_in_at)
        },
        created: time::show_minute(&account.created_at),
        organs,
        roles: role_choices(),
        sessions: session_rows(ctx, id, None).await?,
        history: words::Words(ctx.capabilities(), &ctx.directory()).rows(history.into_iter().rev().take(50), &titles),
        account,
    })
}

/// GET /accounts/{id}
pub(super) async fn detail(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<AccountId>) -> Result<Response> {
    office_page(&detail_page(&ctx, &desk, &id, Typed::default(), FormErrors::new()).await?)
}
