//! One item of one organ: its stretches with the reason of each and how its last day comes about, what is missing one click
//! away, and declarations that there is nothing.

use ::store::{Tx, query_as};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use clock::Readings;
use document::values::lines;
use item::{Item, ItemKey, Period};
use kernel::{Countdown, OrganCode, may, may_for, time};
use record::permissions::ENTER_RECORDS;
use serde::Deserialize;
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Query, Refusal, Result, act_in_place, office_page, page,
};

use super::{
    CONFIRM, DECLARE,
    denied::{self, Denied},
    due::{self, Reckoned, Reckoner, Stretch, Term},
    judge::{Tone, Why},
    load,
    map::{Line, Owing},
    none::{self, DeclarationId, Row, Turn},
};

/// A place where what is missing is written, or what is there can be read.
struct Link {
    label: String,
    href: String,
}

/// A stretch on the page.
struct Part {
    label: String,
    state: &'static str,
    tone: &'static str,
    due: String,
    left: Option<Countdown>,
    reason: String,
}

/// How the last day of the stretch that matters most comes about.
struct Counted {
    label: String,
    words: String,
    days: Vec<(String, String, String)>,
    basis: String,
}

/// A declaration on the page.
struct Declared {
    id: DeclarationId,
    version: i64,
    organ: String,
    state: &'static str,
    tone: &'static str,
    from: String,
    until: String,
    reason: String,
    by: String,
    decided: String,
    note: String,
    may_decide: bool,
    own: bool,
    /// What it is taken back by: the way of the organ itself, or that of who confirmed it.
    ends: Option<&'static str>,
    ends_word: &'static str,
    /// Rows that are public though it says that there are none; 0 = none.
    denied: i64,
}

/// A declaration as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    once: String,
    from: String,
    until: String,
    reason: String,
}

/// A button on a declaration.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Button {
    once: String,
    version: i64,
    note: String,
}

/// Which year is looked at.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    year: String,
}

#[derive(Template)]
#[template(path = "coverage/templates/cell.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    key: String,
    organ_code: String,
    title: String,
    domain: String,
    organ: String,
    heirs_of: String,
    year: i16,
    /// The same, for the form.
    chosen: String,
    years: Vec<(i16, String)>,
    limits: Vec<String>,
    owes: bool,
    parts: Vec<Part>,
    write: Vec<Link>,
    read: Vec<Link>,
    open: Vec<Link>,
    counted: Option<Counted>,
    declared: Vec<Declared>,
    typed: Typed,
    most: i64,
    may_declare: bool,
    note: String,
    once: String,
}

#[derive(Debug, Clone, ::store::FromRow)]
struct Open {
    id: String,
    title: String,
    state: String,
}

/// Batches of the item and the organs that are on their way.
async fn open(ctx: &Ctx, item: &ItemKey, organs: &[OrganCode]) -> Result<Vec<Link>> {
    let mut found = Vec::new();
    for organ in organs {
        let rows: Vec<Open> = query_as(
            "SELECT id, title, state FROM record_batch WHERE item = $1 AND organ = $2 \
             AND state IN ('draft', 'returned', 'in_review', 'publishing') ORDER BY created_at DESC, id DESC LIMIT 5",
        )
        .bind(item.as_str())
        .bind(organ)
        .fetch_all(ctx.db().read())
        .await?;
        found.extend(rows.into_iter().map(|row| {
            let state = record::BatchState::from_code(&row.state).map_or("", record::BatchState::label);
            Link { label: format!("{}（{state}）", row.title), href: format!("/records/batches/{}", row.id) }
        }));
    }
    Ok(found)
}

/// Where what is missing is written; the page of the item where nobody has said that.
async fn places(ctx: &Ctx, item: &Item, organ: &OrganCode) -> Result<(Vec<Link>, Vec<Link>)> {
    let portal = ctx.portal_url().trim_end_matches('/').to_owned();
    if item.is_table() {
        let key = &item.key;
        let form = Link { label: "填报".to_owned(), href: format!("/records/{key}/new?organ={organ}") };
        let file =
            Link { label: "导入表格".to_owned(), href: format!("/records/imports?item={key}&organ={organ}") };
        let read = Link { label: item.title.clone(), href: format!("{portal}/records/{key}?organ={organ}") };
        return Ok((vec![form, file], vec![read]));
    }
    let names = document::columns::column_names(ctx.db()).await?;
    let (mut write, mut read) = (Vec::new(), Vec::new());
    for slug in &item.site_columns {
        let Some(name) = names.get(&kernel::id::ColumnId::from(slug.as_str())) else { continue };
        let query = page::query_string(&[("column", slug.as_str()), ("organ", organ.as_str())]);
        write.push(Link { label: format!("在“{name}”新建稿件"), href: format!("/documents/new?{query}") });
        read.push(Link { label: name.clone(), href: format!("{portal}/columns/{slug}") });
    }
    if write.is_empty() {
        write.push(Link { label: "填写事项的网站栏目".to_owned(), href: format!("/items/{}", item.key) });
    }
    Ok((write, read))
}

fn part(ctx: &Ctx, (stretch, why): (&Stretch, &Why)) -> Part {
    let today = ctx.today();
    Part {
        label: stretch.label.clone(),
        state: why.label(),
        tone: why.chip(),
        due: why.due().map(|day| day.to_string()).unwrap_or_default(),
        left: why.due().map(|day| ctx.calendar().countdown(today, day)),
        reason: why.words(),
    }
}

/// From which day the last day of a stretch is counted.
fn begins(item: &Item, stretch: &Stretch, owing: &Owing) -> jiff::civil::Date {
    if item.period == Period::Standing {
        return owing.owes.from.map_or(stretch.first, |from| from.max(stretch.first));
    }
    stretch.last
}

/// The count of the stretch that weighs most: the first red one, else the next that is due.
fn counted(ctx: &Ctx, line: &Line, owing: &Owing) -> Option<Counted> {
    if line.item.period == Period::Event {
        return None;
    }
    let mut cells = line.stretches.iter().zip(&owing.cells).zip(&line.by);
    let weighs = |why: &Why| matches!(why.tone(), Tone::Late | Tone::Soon);
    let ((stretch, _), item) = cells
        .clone()
        .find(|((_, why), _)| weighs(why))
        .or_else(|| cells.find(|((_, why), _)| why.tone() == Tone::Ahead))?;
    let item = item.as_ref();
    let (calendar, readings) = (ctx.calendar(), ctx.settings::<Readings>());
    let mut reckoner = Reckoner::new(&calendar, &readings);
    let from = begins(item, stretch, owing);
    let term: Term = reckoner.term(item, from);
    let run = reckoner.run(item, &term, from);
    let days = run.as_ref().map(|run| {
        let line = |day: &clock::Day| {
            let number = if day.counted { day.number.to_string() } else { "不计".to_owned() };
            (day.date.to_string(), number, day.words())
        };
        run.explain().iter().map(line).collect()
    });
    let basis = match term.how {
        Reckoned::Regulation => clock::rule::PUBLISH_PROACTIVE.basis.to_owned(),
        Reckoned::Limit(at) | Reckoned::YearDay(at) | Reckoned::Unknown(at) => basis(item, at),
    };
    Some(Counted {
        label: format!("{}：{}", stretch.label, term.day),
        words: due::words(item, &term),
        days: days.unwrap_or_default(),
        basis,
    })
}

/// Where a limit stands: its own ground, else those of the item.
fn basis(item: &Item, at: usize) -> String {
    let own = item.limits.get(at).map_or("", |limit| limit.basis.as_str());
    if !own.is_empty() {
        return own.to_owned();
    }
    let all: Vec<String> = item.basis.iter().map(|basis| format!("{}{}", basis.title, basis.article)).collect();
    all.join("；")
}

fn declared(ctx: &Ctx, desk: &Desk, (row, denied): (Row, Option<Denied>)) -> Declared {
    let (state, tone) = row.standing(ctx.today());
    let (actor, directory) = (desk.actor(), ctx.directory());
    let own = row.declared_by == actor.log_id();
    let confirms = may(&actor, &CONFIRM).is_ok();
    let declares = may_for(&actor, &DECLARE, &directory.stands_for(&row.organ, ctx.today())).is_ok();
    // Who confirms does not take back what waits: it is returned, but by who made it.
    let ends = match row.state.as_str() {
        "confirmed" if confirms => Some("revoke"),
        "confirmed" => declares.then_some("end"),
        "offered" => (declares && (own || !confirms)).then_some("end"),
        _ => None,
    };
    Declared {
        state,
        tone,
        organ: directory.short_name(&row.organ).to_owned(),
        by: format!("{} {}", row.declared_name, time::show_date(&row.declared_at)),
        decided: if row.decided_at.is_empty() {
            String::new()
        } else {
            format!("{} {}", row.decided_name, time::show_date(&row.decided_at))
        },
        may_decide: row.state == "offered" && confirms,
        denied: denied.filter(|_| matches!(row.state.as_str(), "offered" | "confirmed")).map_or(0, |one| one.many),
        ends,
        ends_word: if row.state == "offered" { "收回" } else { "撤销" },
        own,
        id: row.id,
        version: row.version,
        from: row.from_on,
        until: row.until_on,
        reason: row.reason,
        note: row.note,
    }
}

/// What stands in the form at first: the stretch that is missing, or from today to the end of the year.
fn proposed(ctx: &Ctx, line: &Line, owing: &Owing) -> Typed {
    let weighs = |why: &Why| matches!(why, Why::Overdue(Some(_)) | Why::Soon(_));
    let missing = line.stretches.iter().zip(&owing.cells).find(|(_, why)| weighs(why));
    let (from, until) = match missing {
        Some((stretch, _)) => (stretch.first, stretch.last),
        None => {
            let today = ctx.today();
            (today, today.last_of_year())
        }
    };
    Typed { from: from.to_string(), until: until.to_string(), ..Typed::default() }
}

/// What is shown besides the map: the form, with what is wrong in it.
struct Said {
    typed: Option<Typed>,
    note: String,
    errors: FormErrors,
}

async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    (key, organ): (&ItemKey, &OrganCode),
    (year, said): (i16, Said),
) -> Result<Response> {
    let directory = ctx.directory();
    let found = directory.get(organ).ok_or(Error::NotFound)?;
    let item = record::items::find(ctx, key).await?.ok_or(Error::NotFound)?;
    let map = load::map(ctx, year).await?;
    let line = map.line(key.as_str());
    let owing = line.and_then(|line| line.owing.iter().find(|owing| owing.owes.organ == *organ));
    let both = line.zip(owing);
    let organs = directory.answered_by(organ, ctx.today());
    let (write, read) = places(ctx, &item, organ).await?;
    let enters = may_for(&desk.actor(), &ENTER_RECORDS, organ).is_ok();
    let rows = none::of(ctx.db().read(), key, &organs).await?;
    let denied = denied::of_each(ctx, &rows).await?;
    let typed = said.typed.or_else(|| both.map(|(line, owing)| proposed(ctx, line, owing)));
    let heirs: Vec<&str> =
        owing.map_or(Vec::new(), |owing| owing.owes.heirs_of.iter().map(|code| directory.short_name(code)).collect());
    let bad = !said.errors.is_empty();
    let page_of = Page {
        shell: desk.shell(ctx, format!("{}：{}", found.short_name, item.title)).await?.with_error(bad),
        errors: said.errors,
        key: key.to_string(),
        organ_code: organ.to_string(),
        title: item.title.clone(),
        domain: item.domain.name.clone(),
        organ: found.short_name.clone(),
        heirs_of: heirs.join("、"),
        year,
        chosen: year.to_string(),
        years: load::years(ctx).into_iter().map(|year| (year, format!("{year} 年"))).collect(),
        limits: item.limits.iter().map(|limit| limit.printed.clone()).collect(),
        owes: both.is_some() && item.confirmed,
        parts: both.map_or(Vec::new(), |(line, owing)| {
            line.stretches.iter().zip(&owing.cells).map(|pair| part(ctx, pair)).collect()
        }),
        write: if enters { write } else { Vec::new() },
        read,
        open: open(ctx, key, &organs).await?,
        counted: both.and_then(|(line, owing)| counted(ctx, line, owing)),
        declared: rows.into_iter().zip(denied).map(|pair| declared(ctx, desk, pair)).collect(),
        typed: typed.unwrap_or_default(),
        most: none::most(ctx),
        may_declare: both.is_some() && item.confirmed && may_for(&desk.actor(), &DECLARE, organ).is_ok(),
        note: said.note,
        once: ctx.once(),
    };
    if bad { page::office_errors(&page_of) } else { office_page(&page_of) }
}

fn plain() -> Said {
    Said { typed: None, note: String::new(), errors: FormErrors::new() }
}

/// GET /coverage/{item}/{organ}
pub(super) async fn page(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((key, organ)): Path<(ItemKey, OrganCode)>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let year = load::year_of(&ctx, &asked.year);
    shown(&ctx, &desk, (&key, &organ), (year, plain())).await
}

/// POST /coverage/{item}/{organ}/none
pub(super) async fn declare(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((key, organ)): Path<(ItemKey, OrganCode)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    may_for(&desk.actor(), &DECLARE, &organ)?;
    let year = load::year_of(&ctx, typed.from.get(..4).unwrap_or_default());
    let read = none::read(&typed.from, &typed.until, &typed.reason, none::most(&ctx));
    // The maps are read before the write begins.
    let maps = match &read {
        Ok(new) => Some(none::seen(&ctx, new).await?),
        Err(_) => None,
    };
    let done = async |tx: &mut Tx| {
        let new = read.clone().map_err(Refusal::Fields)?;
        let maps = maps.as_ref().ok_or(Refusal::NotFound)?;
        none::declare(&ctx, tx, &desk.actor(), (&key, &organ), (&new, maps.as_slice())).await?;
        let to = format!("/coverage/{key}/{organ}?year={year}");
        Ok(Done::ok(to, "已提交声明，由县政府办公室确认后生效，并向公众显示。"))
    };
    let again = async |errors: FormErrors| {
        let said = Said { typed: Some(typed.clone()), note: String::new(), errors };
        shown(&ctx, &desk, (&key, &organ), (year, said)).await
    };
    act_in_place(&ctx, &typed.once, done, again).await
}

/// Does one turn of a declaration; the page again with what was typed, where a rule refuses it.
async fn turned(
    ctx: &Ctx,
    desk: &Desk,
    (key, organ, id): (&ItemKey, &OrganCode, &DeclarationId),
    button: &Button,
    (turn, told): (Turn, &str),
) -> Result<Response> {
    let note = lines(&button.note, none::REASON);
    let year = ctx.today().year();
    // The map is read before the write begins.
    let against = if turn == Turn::Confirm { none::speaks_against(ctx, (key, organ), id).await? } else { None };
    let done = async |tx: &mut Tx| {
        if let Some(text) = &against {
            return Err(Refusal::Conflict(text.clone()));
        }
        let row = none::decide(ctx, tx, &desk.actor(), (id, button.version), (turn, &note)).await?;
        let year = load::year_of(ctx, row.from_on.get(..4).unwrap_or_default());
        Ok(Done::ok(format!("/coverage/{key}/{organ}?year={year}"), told))
    };
    let again = async |errors: FormErrors| {
        // Each declaration has its own field.
        let errors = errors.at("note", &format!("note-{id}"));
        let said = Said { typed: None, note: button.note.clone(), errors };
        shown(ctx, desk, (key, organ), (year, said)).await
    };
    act_in_place(ctx, &button.once, done, again).await
}

/// What is told when one was taken back.
const ENDED: &str = "已撤销，这些日子重新要求公开。";

/// Item, organ and declaration of an address.
type Place = (ItemKey, OrganCode, DeclarationId);

/// POST /coverage/{item}/{organ}/none/{id}/confirm
pub(super) async fn confirm(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((key, organ, id)): Path<Place>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let turn = (Turn::Confirm, "已确认，从现在起向公众显示，到期自行失效。");
    turned(&ctx, &desk, (&key, &organ, &id), &button, turn).await
}

/// POST /coverage/{item}/{organ}/none/{id}/return
pub(super) async fn give_back(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((key, organ, id)): Path<Place>,
    Form(button): Form<Button>,
) -> Result<Response> {
    turned(&ctx, &desk, (&key, &organ, &id), &button, (Turn::Return, "已退回，由声明的机关处理。")).await
}

/// POST /coverage/{item}/{organ}/none/{id}/revoke
pub(super) async fn revoke(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((key, organ, id)): Path<Place>,
    Form(button): Form<Button>,
) -> Result<Response> {
    turned(&ctx, &desk, (&key, &organ, &id), &button, (Turn::Revoke, ENDED)).await
}

/// POST /coverage/{item}/{organ}/none/{id}/end
pub(super) async fn end(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((key, organ, id)): Path<Place>,
    Form(button): Form<Button>,
) -> Result<Response> {
    turned(&ctx, &desk, (&key, &organ, &id), &button, (Turn::End, ENDED)).await
}
