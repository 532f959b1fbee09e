//! The list of batches: what was entered together, by whom, where it stands.

use askama::Template;
use axum::{extract::State, response::Response};
use kernel::{OrganCode, may, time::show_minute};
use record::{
    BatchId, BatchState,
    batch::{self, Batch},
    events::BATCH,
    permissions::{ENTER_RECORDS, READ_BATCHES},
};
use review::{Kind, permissions::REVIEW_EXCEPTIONS, queue};
use serde::Deserialize;
use web::{Ctx, Desk, OfficeShell, Query, Result, Steps, office_page, page};

use super::{common, paper};

/// Batches on a page.
const SHOWN: usize = 50;
/// Batches at gates that are named above the list.
const WAITING: usize = 20;
/// Counting stops here.
const MOST: i64 = 10_000;

/// What is asked of the list.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    item: String,
    state: String,
    /// Code of an organ, `all`, or empty for the own one.
    organ: String,
    mine: String,
    q: String,
    sort: String,
    after: String,
}

struct Line {
    id: BatchId,
    title: String,
    item: String,
    organ: String,
    way: &'static str,
    what: &'static str,
    state: &'static str,
    tone: &'static str,
    total: i64,
    doubtful: i64,
    who: String,
    at: String,
}

#[derive(Template)]
#[template(path = "records_office/templates/batches.html")]
struct ListPage {
    shell: OfficeShell,
    asked: Asked,
    items: Vec<(String, String)>,
    states: Vec<(&'static str, &'static str)>,
    organs: Vec<(String, String)>,
    sorts: Vec<(&'static str, &'static str)>,
    lines: Vec<Line>,
    total: String,
    steps: Steps,
    filtered: bool,
    may_enter: bool,
    /// Made public past gates and not reviewed: id of the batch, title, who.
    exceptions: Vec<(String, String, String)>,
    /// What waits at gates of this person: id of the batch, title, gate.
    waiting: Vec<(String, String, String)>,
}

async fn line(ctx: &Ctx, batch: &Batch) -> Result<Line> {
    Ok(Line {
        id: batch.id.clone(),
        title: batch.title.clone(),
        item: common::title(ctx, &batch.item).await?,
        organ: ctx.directory().short_name(&batch.organ).to_owned(),
        way: batch.way.label(),
        what: batch.what.label(),
        state: batch.state.label(),
        tone: common::tone_of(batch.state),
        total: batch.total,
        doubtful: batch.doubtful,
        who: batch.author_name.clone(),
        at: show_minute(&batch.created_at),
    })
}

/// Whose batches are listed: of the organs that this person reads for, all or the one that was asked for.
fn organs(ctx: &Ctx, desk: &Desk, asked: &Asked) -> Option<Vec<OrganCode>> {
    let own = common::own(ctx, &desk.staff);
    match asked.organ.as_str() {
        "" | "all" => own,
        code => {
            let code = OrganCode::from(code);
            Some(if own.is_none_or(|own| own.contains(&code)) { vec![code] } else { Vec::new() })
        }
    }
}

/// What waits at the gates of this person, the longest first.
async fn waiting(ctx: &Ctx, desk: &Desk) -> Result<Vec<(String, String, String)>> {
    if !review::desk::is_reviewer(ctx, &desk.staff).await? {
        return Ok(Vec::new());
    }
    let filter = review::desk::for_person(ctx, Kind::named(ctx, BATCH), &desk.staff).await?;
    let lines = queue::waiting(ctx.db(), &filter, &desk.staff.account, None, WAITING).await?;
    let others = lines.rows.into_iter().filter(|line| !line.own);
    Ok(others.map(|line| (line.subject, line.title, line.stage.label)).collect())
}

/// What waits for the review after 紧急公开, for those who may review.
async fn exceptions(ctx: &Ctx, desk: &Desk) -> Result<Vec<(String, String, String)>> {
    if may(&desk.actor(), &REVIEW_EXCEPTIONS).is_err() {
        return Ok(Vec::new());
    }
    let lines = paper::exceptions(ctx, &desk.staff).await?;
    Ok(lines.into_iter().map(|line| (line.subject, line.title, line.name)).collect())
}

/// `GET /records/batches`
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    let filter = batch::Filter {
        organs: organs(&ctx, &desk, &asked),
        item: asked.item.clone(),
        state: BatchState::from_code(&asked.state),
        author: (asked.mine == "1").then(|| desk.staff.account.clone()),
    };
    let list = batch::list(&filter).contains(&["b.title"], &asked.q);
    let after = Some(asked.after.as_str()).filter(|after| !after.is_empty());
    let found = list.page::<Batch>(ctx.db(), Some(&asked.sort), after, SHOWN).await?;
    let mut lines = Vec::with_capacity(found.rows.len());
    for batch in &found.rows {
        lines.push(line(&ctx, batch).await?);
    }
    let kept = [
        ("item", asked.item.as_str()),
        ("state", &asked.state),
        ("organ", &asked.organ),
        ("mine", &asked.mine),
        ("q", &asked.q),
        ("sort", &asked.sort),
    ];
    let items = record::items::all(&ctx).await?;
    let tables = items.iter().filter(|item| item.is_table());
    let states = BatchState::ALL.iter().filter(|state| **state != BatchState::Loading);
    let organs = common::organs(&ctx, &desk.actor(), &READ_BATCHES);
    office_page(&ListPage {
        shell: desk.shell(&ctx, "数据批次").await?,
        items: tables.map(|item| (item.key.to_string(), item.title.clone())).collect(),
        states: states.map(|state| (state.code(), state.label())).collect(),
        organs,
        sorts: vec![("newest", "新的在前"), ("oldest", "旧的在前")],
        lines,
        total: list.count(ctx.db(), MOST).await?.to_string(),
        steps: Steps::new(&found, &page::query_string(&kept)),
        filtered: kept.iter().any(|(name, text)| *name != "sort" && !text.is_empty()),
        may_enter: common::may_at_all(&desk.actor(), &ENTER_RECORDS),
        exceptions: exceptions(&ctx, &desk).await?,
        waiting: waiting(&ctx, &desk).await?,
        asked: asked.clone(),
    })
}
