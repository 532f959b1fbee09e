//! Pages and actions.

use ::store::Tx;
use askama::Template;
use axum::{
    Extension,
    extract::{Path, State},
    response::Response,
};
use kernel::time;
use web::{Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Refusal, Result, act, act_in_place, office_page};

use super::store::{self, Found, KINDS, PhraseId, Row, Typed};
use crate::Search;

/// A row with what it leads to now.
struct Line {
    row: Row,
    title: String,
    /// What it led to is not public any more.
    gone: bool,
    changed: String,
}

impl Line {
    fn purpose(&self) -> &'static str {
        KINDS.iter().find(|(code, ..)| *code == self.row.kind).map_or("", |(_, label, _)| label)
    }
}

#[derive(Template)]
#[template(path = "phrases/templates/list.html")]
struct List {
    shell: OfficeShell,
    rows: Vec<Line>,
}

#[derive(Template)]
#[template(path = "phrases/templates/form.html")]
struct Edit {
    shell: OfficeShell,
    errors: FormErrors,
    typed: Typed,
    existing: Option<PhraseId>,
    kinds: [(&'static str, &'static str, &'static str); 2],
    action: String,
    once: String,
}

/// All rows, with what they lead to now.
pub(super) async fn list(State(ctx): State<Ctx>, Extension(search): Extension<Search>, desk: Desk) -> Result<Response> {
    let mut rows = Vec::new();
    for row in store::rows(ctx.db().read()).await? {
        let changed = time::show_date(&row.changed_at);
        let found = if row.target.is_empty() { None } else { Some(search.leads_to(&row.target).await?) };
        let (title, gone) = match found {
            Some((Found::Nothing, _)) => (String::new(), true),
            Some((Found::Subject | Found::Page, title)) => (title, false),
            None => (String::new(), false),
        };
        rows.push(Line { row, title, gone, changed });
    }
    office_page(&List { shell: desk.shell(&ctx, "检索用语").await?, rows })
}

async fn form(
    ctx: &Ctx,
    desk: &Desk,
    typed: Typed,
    errors: FormErrors,
    existing: Option<PhraseId>,
) -> Result<Response> {
    let title = if existing.is_none() { "新增检索用语" } else { "检索用语" };
    let bad = !errors.is_empty();
    let page = Edit {
        shell: desk.shell(ctx, title).await?.with_error(bad),
        errors,
        action: existing.as_ref().map_or_else(|| "/search-phrases".to_owned(), |id| format!("/search-phrases/{id}")),
        typed,
        existing,
        kinds: KINDS,
        once: ctx.once(),
    };
    if bad { web::page::office_errors(&page) } else { office_page(&page) }
}

/// The form of a new row.
pub(super) async fn new(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    form(&ctx, &desk, Typed { kind: "same".into(), ..Typed::default() }, FormErrors::new(), None).await
}

/// Adds a row.
pub(super) async fn create(
    State(ctx): State<Ctx>,
    Extension(search): Extension<Search>,
    desk: Desk,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    write(&ctx, &search, &desk, typed, None).await
}

/// The form of a row.
pub(super) async fn edit(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<PhraseId>) -> Result<Response> {
    let row = one(&ctx, &id).await?;
    form(&ctx, &desk, Typed::of(&row), FormErrors::new(), Some(id)).await
}

async fn one(ctx: &Ctx, id: &PhraseId) -> Result<Row> {
    store::rows(ctx.db().read()).await?.into_iter().find(|row| row.id == *id).ok_or(Error::NotFound)
}

/// Changes a row.
pub(super) async fn change(
    State(ctx): State<Ctx>,
    Extension(search): Extension<Search>,
    desk: Desk,
    Path(id): Path<PhraseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    one(&ctx, &id).await?;
    write(&ctx, &search, &desk, typed, Some(id)).await
}

async fn write(ctx: &Ctx, search: &Search, desk: &Desk, typed: Typed, id: Option<PhraseId>) -> Result<Response> {
    let target = typed.path(&ctx.config().server.portal_url);
    // The index is asked before the write begins: it may take its time.
    let (found, _) =
        if typed.kind == "first" { search.leads_to(&target).await? } else { (Found::Nothing, String::new()) };
    let done = async |tx: &mut Tx| {
        tx.lock("search_phrase").await?;
        let errors = store::errors(&typed, id.as_ref(), &store::rows(tx.conn()).await?, found);
        if !errors.is_empty() {
            return Err(Refusal::Fields(errors));
        }
        store::put(tx, &desk.actor(), id.as_ref(), &typed, &target).await?;
        Ok(Done::ok("/search-phrases", "已保存，几秒内在门户的搜索中生效。"))
    };
    let again = async |errors: FormErrors| {
        // Somebody was faster: the form shows what there is by now, what was typed stands beside the reason.
        let shown = match &id {
            Some(id) if errors.is_refused() => Typed::of(&one(ctx, id).await?),
            _ => typed.clone(),
        };
        form(ctx, desk, shown, errors, id.clone()).await
    };
    act_in_place(ctx, &typed.once, done, again).await
}

/// Takes a row out.
pub(super) async fn delete(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<PhraseId>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        store::delete(tx, &desk.actor(), &id).await?;
        Ok::<_, Refusal>(Done::ok("/search-phrases", "已删除。"))
    };
    Ok(act(&ctx, "", done).await?)
}
