//! The pages of interface keys.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kernel::{
    id::{ProgramId, SubjectRef},
    time,
};
use web::{
    Ctx, Desk, Error, FormErrors, OfficeShell, Query, Result, Steps, filters, hooks::Taking, office_page, page, views,
};

use super::{
    model::{self, Known, Shown},
    store::{self, Filter},
};
use crate::{
    audit::{titles, words},
    settings::Programs,
};
use std::{collections::HashMap, sync::Arc};

/// Rows on a page.
const SIZE: usize = 50;

struct ListRow {
    id: ProgramId,
    name: String,
    organ: String,
    items: String,
    ends_on: String,
    used_on: String,
    state: &'static str,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "programs/templates/list.html")]
struct ListPage {
    shell: OfficeShell,
    filter: Filter,
    organs: Vec<(String, String)>,
    states: Vec<(&'static str, &'static str)>,
    rows: Vec<ListRow>,
    steps: Steps,
    total: i64,
    /// The query without the order, to be continued by the heads.
    sort_base: String,
    filtered: bool,
}

/// What was typed into the form of a new key.
#[derive(Debug, Clone, Default, serde::Deserialize)]
#[serde(default)]
pub(super) struct NewForm {
    pub(super) once: String,
    pub(super) name: String,
    pub(super) organ: String,
    /// `all` or `some`.
    pub(super) reach: String,
    pub(super) items: Vec<String>,
    pub(super) ends_on: String,
    pub(super) proof: String,
}

#[derive(Template)]
#[template(path = "programs/templates/new.html")]
pub(super) struct NewPage {
    shell: OfficeShell,
    errors: FormErrors,
    once: String,
    form: NewForm,
    organs: Vec<(String, String)>,
    reaches: Vec<(&'static str, &'static str, &'static str)>,
    items: Vec<(String, String, String)>,
    end_hint: String,
}

/// What was typed into one of the forms of the page, if something was.
#[derive(Debug, Default)]
pub(super) struct Typed {
    pub(super) ends_on: Option<String>,
    pub(super) reason: Option<String>,
}

#[derive(Template)]
#[template(path = "programs/templates/detail.html")]
pub(super) struct DetailPage {
    shell: OfficeShell,
    errors: FormErrors,
    once: String,
    program: Known,
    organ_name: String,
    items: Vec<String>,
    state: &'static str,
    tone: &'static str,
    opens: bool,
    revoked: bool,
    made: String,
    renewed: String,
    revoked_at: String,
    ends_on: String,
    end_hint: String,
    reason: String,
    /// Where programs send to.
    address: String,
    history: Vec<words::EventRow>,
}

#[derive(Template)]
#[template(path = "programs/templates/key.html")]
struct KeyPage {
    shell: OfficeShell,
    id: ProgramId,
    program: String,
    key: String,
    address: String,
    renewed: bool,
}

/// Everything that programs can send: key and name.
///
/// # Errors
/// When the database fails.
pub(super) async fn takes(ctx: &Ctx) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    for one in ctx.declared::<Arc<dyn Taking>>() {
        all.extend(one.items(ctx).await?);
    }
    Ok(all)
}

/// What a program may send, in words; of an item that is no more the key.
fn named(program: &Known, takes: &HashMap<String, String>) -> Vec<String> {
    let items = program.items();
    let name = |key: String| takes.get(&key).map_or(key, Clone::clone);
    items.into_iter().map(name).collect()
}

fn in_words(names: &[String]) -> String {
    if names.is_empty() { "全部数据表".to_owned() } else { names.join("、") }
}

fn address(ctx: &Ctx) -> String {
    format!("{}/api/v1/records/{{事项标识}}", ctx.office_url())
}

/// GET /accounts/programs
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let query = page::query_string(&[("q", &filter.q), ("organ", &filter.organ), ("state", &filter.state)]);
    let ordered = page::query_string(&[("sort", &filter.sort), ("dir", &filter.dir)]);
    let all: Vec<&str> = [query.as_str(), &ordered].into_iter().filter(|part| !part.is_empty()).collect();
    let today = ctx.today();
    let (found, total) = store::page(ctx.db(), &filter, today, SIZE).await?;
    let steps = Steps::new(&found, &all.join("&"));
    let directory = ctx.directory();
    let takes: HashMap<String, String> = takes(&ctx).await?.into_iter().collect();
    let rows = found.rows.into_iter().map(|program| {
        let state = program.state(today);
        ListRow {
            organ: directory.short_name(&program.organ).to_owned(),
            items: in_words(&named(&program, &takes)),
            state: state.label(),
            tone: state.tone(),
            id: program.id,
            name: program.name,
            ends_on: program.ends_on,
            used_on: program.used_on,
        }
    });
    office_page(&ListPage {
        shell: desk.shell(&ctx, "接口密钥").await?,
        rows: rows.collect(),
        steps,
        total,
        sort_base: views::base(&query),
        filtered: !query.is_empty(),
        filter,
        organs: directory.all().iter().map(|organ| (organ.code.to_string(), organ.short_name.clone())).collect(),
        states: vec![("holds", "有效"), ("ended", "已到期"), ("revoked", "已撤销")],
    })
}

fn end_hint(ctx: &Ctx) -> String {
    let most = ctx.settings::<Programs>().key_days;
    format!("最后一个有效日，不晚于 {}", model::latest(ctx.today(), most))
}

pub(super) async fn new_page(ctx: &Ctx, desk: &Desk, form: NewForm, errors: FormErrors) -> Result<NewPage> {
    let items = takes(ctx).await?.into_iter().map(|(key, name)| {
        let words = format!("{name}（{key}）");
        (key, words, String::new())
    });
    Ok(NewPage {
        shell: desk.shell(ctx, "新建接口密钥").await?.with_error(!errors.is_empty()),
        errors,
        once: ctx.once(),
        form,
        organs: ctx.directory().options(ctx.today()),
        reaches: vec![
            ("some", "只报下面选中的数据表", "够用即可，建议选这一项"),
            ("all", "本机关的全部数据表", "以后新增的事项也包括在内"),
        ],
        items: items.collect(),
        end_hint: end_hint(ctx),
    })
}

/// GET /accounts/programs/new
pub(super) async fn new(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let most = ctx.settings::<Programs>().key_days;
    let form = NewForm {
        reach: "some".to_owned(),
        ends_on: model::latest(ctx.today(), most).to_string(),
        ..NewForm::default()
    };
    office_page(&new_page(&ctx, &desk, form, FormErrors::new()).await?)
}

/// The page on which a key stands, this once.
pub(super) async fn key_page(ctx: &Ctx, desk: &Desk, shown: Shown, renewed: bool) -> Result<Response> {
    let title = if renewed { "密钥已更换" } else { "接口密钥已建立" };
    office_page(&KeyPage {
        shell: desk.shell(ctx, title).await?,
        id: shown.id,
        program: shown.name,
        key: shown.key,
        address: address(ctx),
        renewed,
    })
}

pub(super) async fn detail_page(
    ctx: &Ctx,
    desk: &Desk,
    id: &ProgramId,
    typed: Typed,
    errors: FormErrors,
) -> Result<DetailPage> {
    let program = store::find(ctx.db(), id).await?.ok_or(Error::NotFound)?;
    let history = ::store::log::of_subject(ctx.db(), &SubjectRef::new("program", id)).await?;
    let titles = titles::of(ctx, &history).await?;
    let directory = ctx.directory();
    let takes: HashMap<String, String> = takes(ctx).await?.into_iter().collect();
    let state = program.state(ctx.today());
    let most = ctx.settings::<Programs>().key_days;
    Ok(DetailPage {
        shell: desk.shell(ctx, format!("接口密钥 {}", program.name)).await?.with_error(!errors.is_empty()),
        errors,
        once: ctx.once(),
        organ_name: directory.get(&program.organ).map_or(program.organ.to_string(), |organ| organ.name.clone()),
        items: named(&program, &takes),
        state: state.label(),
        tone: state.tone(),
        opens: state.opens(),
        revoked: !program.revoked_at.is_empty(),
        made: time::show_minute(&program.made_at),
        renewed: time::show_minute(&program.renewed_at),
        revoked_at: time::show_minute(&program.revoked_at),
        ends_on: typed.ends_on.unwrap_or_else(|| model::latest(ctx.today(), most).to_string()),
        end_hint: end_hint(ctx),
        reason: typed.reason.unwrap_or_default(),
        address: address(ctx),
        history: words::Words(ctx.capabilities(), &ctx.directory()).rows(history.into_iter().rev().take(50), &titles),
        program,
    })
}

/// GET /accounts/programs/{id}
pub(super) async fn detail(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<ProgramId>) -> Result<Response> {
    office_page(&detail_page(&ctx, &desk, &id, Typed::default(), FormErrors::new()).await?)
}
