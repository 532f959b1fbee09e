//! What a backfill is not sure of, row by row, until somebody has settled it.

use askama::Template;
use axum::{
    extract::{Path, State as With},
    response::Response,
};
use item::Item;
use kernel::OrganCode;
use record::{
    BatchId, RowId, State,
    batch::NewRow,
    doubt::{self, Doubtful, Verdict},
    form, look,
    permissions::ENTER_RECORDS,
    rows::{self, Stored},
};
use serde::Deserialize;
use store::Tx;
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Query, Refusal, Result, Steps, act_in_place, office_page,
    page,
};

use super::{
    common,
    entry::{FormPage, Sent, Wanted, kept_back, looked, placed},
    list::Pairs,
    one, seen,
};

/// Rows on a page.
const SHOWN: usize = 50;
/// Counting stops here.
const MOST: i64 = 10_000;

/// What is asked of the queue.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    item: String,
    batch: String,
    sort: String,
    after: String,
}

struct Line {
    id: RowId,
    name: String,
    item: String,
    organ: String,
    number: i64,
    batch: BatchId,
    confidence: i64,
    /// Column, value, why it is doubtful.
    reasons: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "records_office/templates/doubts.html")]
struct QueuePage {
    shell: OfficeShell,
    asked: Asked,
    items: Vec<(String, String)>,
    sorts: Vec<(&'static str, &'static str)>,
    lines: Vec<Line>,
    total: String,
    steps: Steps,
}

/// The organs whose rows this person settles; `None` = all.
fn organs(ctx: &Ctx, desk: &Desk) -> Option<Vec<OrganCode>> {
    common::own(ctx, &desk.staff)
}

async fn line(ctx: &Ctx, row: &Doubtful) -> Result<Line> {
    let item = common::table(ctx, &row.item).await.ok();
    let column = |key: &str| item.as_ref().and_then(|item| item.column(key));
    let label = |key: &str| column(key).map_or("整行", |column| column.label.as_str()).to_owned();
    let value = |key: &str| column(key).map(|column| row.data.shown(column)).unwrap_or_default();
    let reasons = row.reasons()?;
    Ok(Line {
        id: row.id.clone(),
        name: named(item.as_deref(), row),
        item: item.as_ref().map_or_else(|| row.item.clone(), |item| item.title.clone()),
        organ: ctx.directory().short_name(&row.organ).to_owned(),
        number: row.number,
        batch: row.batch.clone(),
        confidence: row.confidence,
        reasons: reasons.iter().map(|(key, why)| (label(key), value(key), why.clone())).collect(),
    })
}

fn named(item: Option<&Item>, row: &Doubtful) -> String {
    let named = item.map(|item| common::named(item, &row.data)).unwrap_or_default();
    if named.is_empty() { format!("第 {} 行", row.number) } else { named }
}

/// `GET /records/doubts`
pub(super) async fn page(With(ctx): With<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    let batch = BatchId::from(asked.batch.as_str());
    let batch = Some(&batch).filter(|id| !id.as_str().is_empty());
    let list = doubt::list(organs(&ctx, &desk), &asked.item, batch);
    let after = Some(asked.after.as_str()).filter(|after| !after.is_empty());
    let found = list.page::<Doubtful>(ctx.db(), Some(&asked.sort), after, SHOWN).await?;
    let mut lines = Vec::with_capacity(found.rows.len());
    for row in &found.rows {
        lines.push(line(&ctx, row).await?);
    }
    let items = record::items::all(&ctx).await?;
    let tables = items.iter().filter(|item| item.is_table());
    let kept = [("item", asked.item.as_str()), ("batch", &asked.batch), ("sort", &asked.sort)];
    office_page(&QueuePage {
        shell: desk.shell(&ctx, "待核定的数据").await?,
        items: tables.map(|item| (item.key.to_string(), item.title.clone())).collect(),
        sorts: vec![("least", "把握小的在前"), ("surest", "把握大的在前"), ("number", "按行号")],
        lines,
        total: list.count(ctx.db(), MOST).await?.to_string(),
        steps: Steps::new(&found, &page::query_string(&kept)),
        asked,
    })
}

/// A doubtful row that this person may settle, with its item.
async fn open(ctx: &Ctx, desk: &Desk, id: &RowId) -> Result<(std::sync::Arc<Item>, Stored)> {
    let row = rows::row(ctx.db().read(), id).await?;
    let Some(row) = row.filter(|row| row.state == State::Doubtful) else {
        return Err(Error::Conflict("这一行已经核定，不在待核定里了。".to_owned()));
    };
    kernel::may_for(&desk.actor(), &ENTER_RECORDS, &ctx.directory().stands_for(&row.organ, ctx.today()))?;
    let item = common::table(ctx, &row.item).await?;
    Ok((item, row))
}

async fn shown(ctx: &Ctx, desk: &Desk, (item, row): (&Item, &Stored), sent: &Sent) -> Result<FormPage> {
    let page = FormPage::of(ctx, desk, item, format!("核定第 {} 行", row.number), sent).await?;
    let mut page = page.keeping(item, &kept_back(ctx, item, row).await?, sent);
    let origins = row.origins()?;
    let waiting = doubt::list(None, &row.item, Some(&row.batch)).with("d.id = ?", &row.id);
    let reasons = match waiting.page::<Doubtful>(ctx.db(), None, None, 1).await?.rows.first() {
        Some(one) => one.reasons()?,
        None => return Err(Error::Conflict("这一行已经核定，不在待核定里了。".to_owned())),
    };
    for (key, why) in &reasons {
        let from = origins.get(key).or_else(|| origins.get("*"));
        let from = from.map(|one| format!("（{}，把握 {}%）", one.source, one.confidence)).unwrap_or_default();
        page.doubt(key, format!("存疑：{why}{from}"));
    }
    let mut about = one::origins(item, row)?
        .into_iter()
        .map(|(label, words)| format!("{label}：{words}"))
        .collect::<Vec<_>>()
        .join("；");
    if let Some(why) = reasons.get("") {
        about = format!("{why}。{about}");
    }
    page.crumbs.push(("待核定".to_owned(), format!("/records/doubts?item={}", row.item)));
    Ok(FormPage {
        about,
        action: format!("/records/doubts/{}", row.id),
        back: format!("/records/doubts?item={}", row.item),
        save: "核定保留",
        leave: true,
        ..page
    })
}

/// `GET /records/doubts/{row}`
pub(super) async fn form(With(ctx): With<Ctx>, desk: Desk, Path(id): Path<RowId>) -> Result<Response> {
    let (item, row) = open(&ctx, &desk, &id).await?;
    if row.data == record::Data::default()
        && let Some(batch) = record::batch::find(ctx.db().read(), &row.batch).await?
    {
        // All of it is sealed: it is about a minor.
        seen::opened(&ctx, &desk, &batch, seen::What::Minor).await?;
    }
    let (values, added) = rows::whole(&ctx, ctx.db().read(), &item, &row).await?;
    let sent = Sent { added, ..Sent::of_row(&item, &values, &kept_back(&ctx, &item, &row).await?) };
    shown(&ctx, &desk, (&item, &row), &sent).await?.answer()
}

/// `POST /records/doubts/{row}`
pub(super) async fn settle(
    With(ctx): With<Ctx>,
    desk: Desk,
    Path(id): Path<RowId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let sent = Sent::from(pairs);
    let (item, row) = open(&ctx, &desk, &id).await?;
    let (_, more) = rows::whole(&ctx, ctx.db().read(), &item, &row).await?;
    let more = sent.added_to(more);
    let typed = sent.with(&kept_back(&ctx, &item, &row).await?);
    if sent.of("act") == "look" {
        let wanted = Wanted { item: &item, organ: &row.organ, before: None, more };
        let came = looked(&ctx, wanted, &typed).await?;
        return shown(&ctx, &desk, (&item, &row), &sent).await?.seen(came).answer();
    }
    look::ready(&ctx, &item, &row.organ).await?;
    let done = async |tx: &mut Tx| {
        let verdict = if sent.of("act") == "leave" {
            Verdict::Leave
        } else {
            let read = form::read(&item, &typed)?;
            Verdict::Keep(Box::new(NewRow { more: more.clone(), ..read.row }))
        };
        let back = format!("/records/doubts?item={}", row.item);
        let text = match doubt::settle(&ctx, tx, &desk.actor(), &id, verdict).await? {
            Some(to) if to == row.batch => "已核定，这一行随原批次送审。",
            Some(_) => "已核定。原批次已经送审或者公开，这一行放进您的补录批次，请一并提交审核。",
            None => "已从待核定里删去，不录入。",
        };
        Ok::<_, Refusal>(Done::ok(back, text))
    };
    let again = async |errors: FormErrors| {
        let page = shown(&ctx, &desk, (&item, &row), &sent).await?;
        page.wrong(placed(&item, errors)).answer()
    };
    act_in_place(&ctx, sent.of("once"), done, again).await
}
