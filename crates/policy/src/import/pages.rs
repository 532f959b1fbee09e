//! The list of batches, and a batch with its files.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{House, Kind, Kinds, columns, state};
use documents::tables::{Sheet, write_csv};
use kernel::{OrganCode, Staff, may, time};
use serde::Deserialize;
use web::{Ctx, Desk, FormErrors, OfficeShell, Query, Result, office_page, page};

use super::{
    IMPORT,
    reading::Doubt,
    rows::{self, Batch, BatchId, Line, Shown},
};

/// Files on a page.
pub(super) const SIZE: i64 = 50;
/// Batches on a page.
const BATCHES: i64 = 30;
/// Files of a list to download.
const MOST: i64 = 100_000;

/// The organs whose batches a person sees; `None` = of all.
fn organs(ctx: &Ctx, staff: &Staff) -> Option<Vec<OrganCode>> {
    (!staff.central).then(|| House::of(ctx, "").kept_by(&staff.organ))
}

/// A batch that this person may see.
///
/// # Errors
/// [`web::Error::NotFound`] when there is none.
pub(super) async fn seen(ctx: &Ctx, desk: &Desk, id: &BatchId) -> Result<Batch> {
    let batch = rows::batch(ctx.db().read(), id).await?.ok_or(web::Error::NotFound)?;
    match organs(ctx, &desk.staff) {
        Some(own) if !own.contains(&batch.organ) => Err(web::Error::NotFound),
        _ => Ok(batch),
    }
}

/// The organs for which this person may write documents of a kind: code and short name.
pub(super) fn writable(ctx: &Ctx, desk: &Desk, kind: Kind) -> Vec<(String, String)> {
    let actor = desk.actor();
    let may = |code: &str| kernel::may_for(&actor, kind.write, &OrganCode::from(code)).is_ok();
    ctx.directory().options(ctx.today()).into_iter().filter(|(code, _)| may(code)).collect()
}

/// How a batch stands, in words, with its tone.
fn standing(batch: &Batch) -> (&'static str, &'static str) {
    if batch.finished_at.is_empty() { ("没有导完", "late") } else { ("已导完", "ok") }
}

/// A batch on the list.
struct Entry {
    batch: Batch,
    organ: String,
    kind: String,
    started: String,
    state: &'static str,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "import/templates/list.html")]
struct List {
    shell: OfficeShell,
    errors: FormErrors,
    entries: Vec<Entry>,
    next: Option<String>,
    first: bool,
    may_import: bool,
    organs: Vec<(String, String)>,
    kinds: Vec<(&'static str, &'static str)>,
    columns: Vec<(String, String)>,
    typed: Typed,
}

/// What was chosen for an upload.
#[derive(Debug, Clone, Default)]
pub(super) struct Typed {
    pub(super) organ: String,
    pub(super) kind: String,
    pub(super) column: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// The moment or place behind which the page begins.
    after: String,
    show: String,
}

impl Asked {
    /// The first page of those that stand so.
    pub(super) fn of(shown: Shown) -> Self {
        Self { show: shown.code().to_owned(), ..Self::default() }
    }
}

/// GET /imports
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    let typed = Typed { organ: desk.organ().to_string(), kind: "policy".to_owned(), column: String::new() };
    shown(&ctx, &desk, &asked.after, typed, FormErrors::new()).await
}

/// The page of batches, with what was chosen and what is wrong with it.
pub(super) async fn shown(ctx: &Ctx, desk: &Desk, after: &str, typed: Typed, errors: FormErrors) -> Result<Response> {
    let own = organs(ctx, &desk.staff);
    let mut batches = rows::batches(ctx.db(), own.as_deref(), after, BATCHES + 1).await?;
    let more = batches.len() as i64 > BATCHES;
    batches.truncate(usize::try_from(BATCHES).unwrap_or(usize::MAX));
    let next = batches.last().filter(|_| more).map(|batch| batch.started_at.clone());
    let (kinds, directory) = (Kinds::of(ctx), ctx.directory());
    let entry = |batch: Batch| {
        let (state, tone) = standing(&batch);
        Entry {
            organ: directory.short_name(&batch.organ).to_owned(),
            kind: kinds.get(&batch.kind).map_or("", |kind| kind.label).to_owned(),
            started: time::show_minute(&batch.started_at),
            state,
            tone,
            batch,
        }
    };
    let bad = !errors.is_empty();
    let page = List {
        shell: desk.shell(ctx, "导入批").await?.with_error(bad),
        errors,
        entries: batches.into_iter().map(entry).collect(),
        next,
        first: after.is_empty(),
        may_import: may(&desk.actor(), &IMPORT).is_ok(),
        organs: directory.options(ctx.today()),
        kinds: kinds.all().iter().map(|kind| (kind.key, kind.label)).collect(),
        columns: columns::options(ctx.db().read()).await.map_err(web::Error::from)?,
        typed,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// A file on the page of its batch.
struct Row {
    line: Line,
    /// Title, else the name of the file.
    title: String,
    state: String,
    tone: &'static str,
    doubts: Vec<Doubt>,
    notes: Vec<String>,
    looked: String,
}

fn row(line: Line) -> Row {
    let outcome = match line.outcome.as_str() {
        "failed" => Some(("没有导入", "late")),
        "changed" => Some(("内容不同，没有重复导入", "soon")),
        "same" => Some(("已有，没有重复导入", "off")),
        _ => None,
    };
    let looked = if line.looked_at.is_empty() {
        String::new()
    } else {
        format!("{} {} 核对", line.looked_name, time::show_minute(&line.looked_at))
    };
    // Whoever has looked has answered what was in doubt.
    let doubts = if outcome.is_none() && looked.is_empty() { line.doubts() } else { Vec::new() };
    let draft = matches!(line.state.as_deref(), Some("draft" | "returned"));
    let (state, tone) = match (outcome, line.state.as_deref()) {
        (Some((words, tone)), _) => (words.to_owned(), tone),
        (None, None) => ("草稿已删除".to_owned(), "off"),
        (None, Some(_)) if draft && !doubts.is_empty() => ("待核对".to_owned(), "soon"),
        (None, Some(_)) if draft && !line.refused.is_empty() => ("送审未成".to_owned(), "late"),
        (None, Some("draft")) => ("可送审".to_owned(), "ok"),
        (None, Some(code)) => (state::label(code).to_owned(), "info"),
    };
    let title = line.title.clone().filter(|title| !title.is_empty()).unwrap_or_else(|| line.path.clone());
    Row { title, state, tone, notes: line.notes(), doubts, looked, line }
}

#[derive(Template)]
#[template(path = "import/templates/batch.html")]
struct BatchPage {
    shell: OfficeShell,
    errors: FormErrors,
    /// What was typed for those that are ticked: 特殊情况说明, code of an organ.
    typed: (String, String),
    batch: Batch,
    organ: String,
    kind: String,
    column: String,
    started: String,
    unfinished: bool,
    /// Code, name, count, whether it is shown.
    views: Vec<(&'static str, &'static str, i64, bool)>,
    rows: Vec<Row>,
    show: &'static str,
    next: Option<String>,
    first: bool,
    ready: i64,
    refused: i64,
    doubtful: i64,
    underway: i64,
    left: i64,
    may_write: bool,
    /// Organs under which this person may put its files.
    organs: Vec<(String, String)>,
    most: usize,
    once: String,
}

/// The place of a row, as it stands in an address: `12.01J…`.
fn place_of(asked: &str) -> (i64, &str) {
    let (place, id) = asked.split_once('.').unwrap_or(("", ""));
    place.parse().map_or((-1, ""), |place| (place, id))
}

/// Files of a page and the place behind it.
pub(super) async fn files(
    ctx: &Ctx,
    batch: &BatchId,
    shown: Shown,
    after: &str,
) -> Result<(Vec<Line>, Option<String>)> {
    let mut lines = rows::lines(ctx.db(), batch, shown, place_of(after), SIZE + 1).await?;
    let more = lines.len() as i64 > SIZE;
    lines.truncate(usize::try_from(SIZE).unwrap_or(usize::MAX));
    let next = lines.last().filter(|_| more).map(|line| format!("{}.{}", line.place, line.id));
    Ok((lines, next))
}

/// GET /imports/{id}
pub(super) async fn batch(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<BatchId>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let batch = seen(&ctx, &desk, &id).await?;
    batch_page(&ctx, &desk, (batch, asked), (String::new(), String::new()), FormErrors::new()).await
}

/// The files of a batch; with what was typed and what is wrong with it, where it is shown again.
pub(super) async fn batch_page(
    ctx: &Ctx,
    desk: &Desk,
    (batch, asked): (Batch, Asked),
    typed: (String, String),
    errors: FormErrors,
) -> Result<Response> {
    let shown = Shown::from_code(&asked.show);
    let counts = rows::counts(ctx.db(), &batch.id).await?;
    let count = |wanted: Shown| counts.iter().find(|(shown, _)| *shown == wanted).map_or(0, |(_, count)| *count);
    let (lines, next) = files(ctx, &batch.id, shown, &asked.after).await?;
    let names = columns::column_names(ctx.db()).await.map_err(web::Error::from)?;
    let kind = Kinds::of(ctx).get(&batch.kind);
    let bad = !errors.is_empty();
    let page = BatchPage {
        shell: desk.shell(ctx, format!("导入批：{}", batch.source)).await?.with_error(bad),
        errors,
        typed,
        organ: ctx.directory().short_name(&batch.organ).to_owned(),
        kind: kind.map_or("", |kind| kind.label).to_owned(),
        column: names.get(&batch.column).cloned().unwrap_or_else(|| batch.column.to_string()),
        started: time::show_minute(&batch.started_at),
        unfinished: batch.finished_at.is_empty(),
        views: counts.iter().map(|(one, count)| (one.code(), one.label(), *count, *one == shown)).collect(),
        rows: lines.into_iter().map(row).collect(),
        show: shown.code(),
        next,
        first: asked.after.is_empty(),
        ready: count(Shown::Ready),
        refused: count(Shown::Refused),
        doubtful: count(Shown::Doubtful),
        underway: count(Shown::Underway),
        left: count(Shown::Failed) + count(Shown::Changed),
        may_write: kind.is_some_and(|kind| kernel::may_for(&desk.actor(), kind.write, &batch.organ).is_ok()),
        organs: kind.map(|kind| writable(ctx, desk, kind)).unwrap_or_default(),
        most: super::actions::MOST,
        once: ctx.once(),
        batch,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// GET /imports/{id}/left.csv: files that became no document of their own, with why.
pub(super) async fn left(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<BatchId>) -> Result<Response> {
    let batch = seen(&ctx, &desk, &id).await?;
    let mut sheet = Sheet {
        name: "没有导入的文件".into(),
        title: None,
        header: ["文件", "结果", "原因"].map(str::to_owned).to_vec(),
        rows: Vec::new(),
        widths: vec![60.0, 20.0, 80.0],
    };
    for shown in [Shown::Failed, Shown::Changed] {
        let lines = rows::lines(ctx.db(), &id, shown, (-1, ""), MOST).await?;
        sheet.rows.extend(lines.into_iter().map(|line| {
            let row = row(line);
            vec![row.line.path.into(), row.state.into(), row.line.reason.into()]
        }));
    }
    let name = format!("没有导入的文件-{}-{}.csv", batch.organ, time::show_date(&batch.started_at));
    Ok(page::download(write_csv(&sheet), "text/csv; charset=utf-8", &name))
}
