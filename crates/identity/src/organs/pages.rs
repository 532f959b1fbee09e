//! The pages of the register.

use crate::permissions::MANAGE_ORGANS;
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use jiff::civil::Date;
use kernel::{OrganCode, OrganKind, id::SubjectRef, may, time};
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Query, Result, Steps, filters, office_page, page, views};

use super::{
    model::{Draft, Record},
    store::{self, Filter},
};
use crate::audit::{titles, words};

/// Rows on a page.
const SIZE: usize = 50;

/// A link to another organ.
pub(super) struct OrganLink {
    pub(super) code: OrganCode,
    pub(super) name: String,
}

struct ListRow {
    code: OrganCode,
    name: String,
    short_name: String,
    kind: &'static str,
    parent: String,
    phone: String,
    accounts: i64,
    state: String,
}

#[derive(Template)]
#[template(path = "organs/templates/list.html")]
struct ListPage {
    shell: OfficeShell,
    filter: Filter,
    kinds: Vec<(&'static str, &'static str)>,
    states: Vec<(&'static str, &'static str)>,
    rows: Vec<ListRow>,
    steps: Steps,
    total: i64,
    export: String,
    may_manage: bool,
    any: bool,
    /// The query without the order, to be continued by the heads.
    sort_base: String,
    saved: Vec<views::Kept>,
    /// The list as it is, to be kept under a name; empty = nothing to keep.
    keep: String,
}

#[derive(Template)]
#[template(path = "organs/templates/detail.html")]
struct DetailPage {
    shell: OfficeShell,
    organ: kernel::Organ,
    note: String,
    from: String,
    to: String,
    state: String,
    exists: bool,
    ended: bool,
    parent: Option<OrganLink>,
    successor: Option<OrganLink>,
    current: Option<OrganLink>,
    children: Vec<OrganLink>,
    predecessors: Vec<OrganLink>,
    accounts: i64,
    history: Vec<words::EventRow>,
    may_manage: bool,
    portal: String,
}

#[derive(Template)]
#[template(path = "organs/templates/form.html")]
pub(super) struct FormPage {
    pub(super) shell: OfficeShell,
    pub(super) errors: FormErrors,
    pub(super) once: String,
    pub(super) form: Draft,
    /// `None` for a new organ.
    pub(super) version: Option<i64>,
    pub(super) kinds: Vec<(&'static str, &'static str)>,
    pub(super) organs: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "organs/templates/rename.html")]
pub(super) struct RenamePage {
    pub(super) shell: OfficeShell,
    pub(super) errors: FormErrors,
    pub(super) once: String,
    pub(super) code: OrganCode,
    pub(super) old: String,
    // Not `name`: the form macro has an argument of that name.
    pub(super) full_name: String,
    pub(super) short_name: String,
    pub(super) misspelt: bool,
}

#[derive(Template)]
#[template(path = "organs/templates/abolish.html")]
pub(super) struct AbolishPage {
    pub(super) shell: OfficeShell,
    pub(super) errors: FormErrors,
    pub(super) once: String,
    pub(super) code: OrganCode,
    pub(super) old: String,
    pub(super) date: String,
    pub(super) note: String,
    pub(super) accounts: i64,
}

/// Kinds for a select.
pub(super) fn kinds() -> Vec<(&'static str, &'static str)> {
    OrganKind::ALL.into_iter().map(|kind| (kind.code(), kind.label())).collect()
}

/// In words: 现行, 尚未设立, 已撤销.
fn state_of(organ: &kernel::Organ, today: Date) -> String {
    match (organ.exists_on(today), organ.exists_to) {
        (true, Some(to)) => format!("将于 {to} 后撤销"),
        (true, None) => "现行".into(),
        (false, Some(to)) if to < today => "已撤销".into(),
        (false, _) => "尚未设立".into(),
    }
}

/// GET /organs
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let (found, total) = store::page(ctx.db(), &filter, ctx.today(), SIZE).await?;
    let counts = store::accounts(ctx.db()).await?;
    let query = page::query_string(&[("q", &filter.q), ("kind", &filter.kind), ("state", &filter.state)]);
    let ordered = page::query_string(&[("sort", &filter.sort), ("dir", &filter.dir)]);
    let all: Vec<&str> = [query.as_str(), &ordered].into_iter().filter(|part| !part.is_empty()).collect();
    let keep = all.join("&");
    let steps = Steps::new(&found, &keep);
    let directory = ctx.directory();
    let rows = found.rows.into_iter().map(|record| {
        let organ = record.organ;
        ListRow {
            kind: organ.sort(),
            parent: organ.parent.as_ref().map(|code| directory.short_name(code).to_owned()).unwrap_or_default(),
            accounts: counts.get(&organ.code).copied().unwrap_or(0),
            state: state_of(&organ, ctx.today()),
            code: organ.code,
            name: organ.name,
            short_name: organ.short_name,
            phone: organ.phone,
        }
    });
    office_page(&ListPage {
        saved: views::kept(&ctx, &desk.staff, "/organs", &keep).await?,
        keep,
        sort_base: views::base(&query),
        shell: desk.shell(&ctx, "机关").await?,
        rows: rows.collect(),
        export: if query.is_empty() { String::new() } else { format!("?{query}") },
        filter,
        kinds: kinds(),
        states: vec![("existing", "现行"), ("abolished", "已撤销或未设立")],
        steps,
        total,
        may_manage: may(&desk.actor(), &MANAGE_ORGANS).is_ok(),
        any: !directory.all().is_empty(),
    })
}

/// GET /organs/{code}
pub(super) async fn detail(State(ctx): State<Ctx>, desk: Desk, Path(code): Path<OrganCode>) -> Result<Response> {
    let record = load(&ctx, &code).await?;
    let today = ctx.today();
    let organ = record.organ;
    let directory = ctx.directory();
    let link = |organ: &kernel::Organ| OrganLink { code: organ.code.clone(), name: organ.name.clone() };
    let by_code = |code: &Option<OrganCode>| code.as_ref().and_then(|code| directory.get(code)).map(link);
    let links = |test: &dyn Fn(&kernel::Organ) -> bool| {
        directory.all().iter().filter(|one| test(one)).map(link).collect::<Vec<_>>()
    };
    let history = ::store::log::of_subject(ctx.db(), &SubjectRef::new("organ", &code)).await?;
    let titles = titles::of(&ctx, &history).await?;
    let current = directory.current(&code, today).filter(|one| one.code != code).map(link);
    office_page(&DetailPage {
        shell: desk.shell(&ctx, organ.short_name.clone()).await?,
        note: record.note,
        from: organ.exists_from.map(|date| date.to_string()).unwrap_or_default(),
        to: organ.exists_to.map(|date| date.to_string()).unwrap_or_default(),
        state: state_of(&organ, today),
        exists: organ.exists_on(today),
        ended: organ.exists_to.is_some(),
        parent: by_code(&organ.parent),
        successor: by_code(&organ.successor),
        current,
        children: links(&|one| one.parent.as_ref() == Some(&code)),
        predecessors: links(&|one| one.successor.as_ref() == Some(&code)),
        accounts: store::accounts(ctx.db()).await?.get(&code).copied().unwrap_or(0),
        history: words::Words(ctx.capabilities(), &ctx.directory()).rows(history.into_iter().rev(), &titles),
        may_manage: may(&desk.actor(), &MANAGE_ORGANS).is_ok(),
        portal: format!("{}/organs/{}", ctx.portal_url(), organ.code),
        organ,
    })
}

/// The form of a new organ (`version` = `None`) or of an existing one.
pub(super) async fn form_page(
    ctx: &Ctx,
    desk: &Desk,
    form: Draft,
    version: Option<i64>,
    errors: FormErrors,
) -> Result<FormPage> {
    let title = if version.is_none() { "新建机关".to_owned() } else { format!("修改{}", form.short_name) };
    let mut organs = ctx.directory().options(ctx.today());
    organs.retain(|(code, _)| *code != form.code);
    if !form.parent.is_empty() && !organs.iter().any(|(code, _)| *code == form.parent) {
        let parent = OrganCode::from(form.parent.as_str());
        let name = ctx.directory().short_name(&parent).to_owned();
        organs.push((form.parent.clone(), format!("{name}（已撤销）")));
    }
    Ok(FormPage {
        shell: desk.shell(ctx, title).await?.with_error(!errors.is_empty()),
        errors,
        once: ctx.once(),
        form,
        version,
        kinds: kinds(),
        organs,
    })
}

/// GET /organs/new
pub(super) async fn new(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    office_page(&form_page(&ctx, &desk, Draft::default(), None, FormErrors::new()).await?)
}

pub(super) async fn load(ctx: &Ctx, code: &OrganCode) -> Result<Record> {
    store::get(ctx.db(), code).await?.ok_or(Error::NotFound)
}

/// GET /organs/{code}/edit
pub(super) async fn edit(State(ctx): State<Ctx>, desk: Desk, Path(code): Path<OrganCode>) -> Result<Response> {
    let record = load(&ctx, &code).await?;
    office_page(&form_page(&ctx, &desk, Draft::of(&record), Some(record.version), FormErrors::new()).await?)
}

/// GET /organs/{code}/rename
pub(super) async fn rename(State(ctx): State<Ctx>, desk: Desk, Path(code): Path<OrganCode>) -> Result<Response> {
    let organ = load(&ctx, &code).await?.organ;
    office_page(&RenamePage {
        shell: desk.shell(&ctx, format!("{}更名", organ.short_name)).await?,
        errors: FormErrors::new(),
        once: ctx.once(),
        code,
        old: format!("{}（{}）", organ.name, organ.short_name),
        full_name: organ.name,
        short_name: organ.short_name,
        misspelt: false,
    })
}

/// GET /organs/{code}/abolish
pub(super) async fn abolish(State(ctx): State<Ctx>, desk: Desk, Path(code): Path<OrganCode>) -> Result<Response> {
    let date = time::date_in_china(ctx.seams().now()).to_string();
    office_page(&abolish_page(&ctx, &desk, &code, date, String::new(), FormErrors::new()).await?)
}

pub(super) async fn abolish_page(
    ctx: &Ctx,
    desk: &Desk,
    code: &OrganCode,
    date: String,
    note: String,
    errors: FormErrors,
) -> Result<AbolishPage> {
    let organ = load(ctx, code).await?.organ;
    Ok(AbolishPage {
        shell: desk.shell(ctx, format!("撤销{}", organ.short_name)).await?.with_error(!errors.is_empty()),
        errors,
        once: ctx.once(),
        code: code.clone(),
        old: organ.name,
        date,
        note,
        accounts: store::accounts(ctx.db()).await?.get(code).copied().unwrap_or(0),
    })
}
