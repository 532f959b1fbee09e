//! Opening a round, answering, deciding, confirming its result.

use ::store::Tx;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    draft, form,
    html::Written,
    values::{line, lines},
};
use kernel::{
    OrganCode,
    id::{ColumnId, DocumentId},
    may_for, time,
};
use web::{Ctx, Desk, Done, Form, FormErrors, Refusal, Result, act_in_place};

use super::{
    ANSWER_CLEAN_UP, RUN_CLEAN_UP, SUBJECT,
    model::Answer,
    pages::{self, AnswerForm, EndForm, KeepForm, OpenForm},
    result,
    rows::{self, Item, Round, RoundId},
    store::{self, Opening},
};
use crate::library::house;

fn read(ctx: &Ctx, typed: &OpenForm) -> Result<Opening, Refusal> {
    let mut errors = FormErrors::new();
    let title = line(&typed.title, 100);
    errors.require(!title.is_empty(), "title", "请填写名称，例如 2026年规范性文件清理。");
    let organ = OrganCode::from(typed.organ.trim());
    let known = organ.as_str().is_empty() || ctx.directory().get(&organ).is_some();
    errors.require(known, "organ", "请从列表里选择机关；不选就是全部机关。");
    let mut until_on = String::new();
    if !typed.until_on.trim().is_empty() {
        match time::parse_date(&typed.until_on) {
            Some(day) => until_on = day.to_string(),
            None => errors.add("until_on", time::no_date(&typed.until_on, "2025-12-31")),
        }
    }
    let mut due_on = String::new();
    match time::parse_date(&typed.due_on) {
        Some(day) if day >= ctx.today() => due_on = day.to_string(),
        Some(_) => errors.add("due_on", "期限已经过去，请填写今天或者以后的日期。"),
        None if typed.due_on.trim().is_empty() => errors.add("due_on", "请填写各机关提出意见的期限，例如 2026-09-30。"),
        None => errors.add("due_on", time::no_date(&typed.due_on, "2026-09-30")),
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    Ok(Opening { title, organ, until_on, due_on, note: lines(&typed.note, 2_000) })
}

/// POST /clean-ups/new
pub(super) async fn open(State(ctx): State<Ctx>, desk: Desk, Form(typed): Form<OpenForm>) -> Result<Response> {
    let opening = read(&ctx, &typed);
    let done = async |tx: &mut Tx| {
        let opening = opening?;
        let (id, documents) = store::open_round(tx, &house(&ctx), &desk.actor(), &opening).await?;
        let text = format!("已开始清理：{documents} 份文件，请各机关在 {} 前提出意见。", opening.due_on);
        Ok::<_, Refusal>(Done::ok(format!("/clean-ups/{id}"), text))
    };
    let again = async |errors: FormErrors| pages::open_form(&ctx, &desk, typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

fn chosen(code: &str, field: &str) -> Result<Answer, Refusal> {
    Answer::from_code(code).ok_or_else(|| Refusal::field(field, "请选择一种意见，例如 继续有效。"))
}

/// POST /clean-ups/{id}/items/{document}
pub(super) async fn answer(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, document)): Path<(RoundId, DocumentId)>,
    Form(typed): Form<AnswerForm>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let answer = chosen(&typed.answer, "answer")?;
        let said = (answer, typed.reason.as_str(), typed.version);
        store::put_answer(tx, &house(&ctx), &desk.actor(), (&id, &document), said).await?;
        Ok::<_, Refusal>(Done::ok(format!("/clean-ups/{id}?answer=none"), format!("已提出意见：{}。", answer.label())))
    };
    let again = async |errors: FormErrors| pages::item_form(&ctx, &desk, (&id, &document), typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// What became of one of many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Now,
    /// It was answered before, or is no longer law.
    Before,
    /// Another organ's: the office answers for others one by one, seeing whose it is.
    Others,
}

/// POST /clean-ups/{id}/keep: many at once of the organs of [`pages::together`], each its own write; what was answered otherwise
/// meanwhile stays.
pub(super) async fn keep(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<RoundId>,
    Form(typed): Form<KeepForm>,
) -> Result<Response> {
    pages::visible(&ctx, &desk, &id).await?;
    let house = house(&ctx);
    let organs: Vec<_> = rows::all(ctx.db().read(), &id).await?.into_iter().map(|item| item.organ).collect();
    let own = pages::together(&ctx, &desk, &organs).await?;
    let (mut done, mut before, mut others) = (0, 0, 0);
    for document in &typed.ids {
        let answered = web::act_now(&ctx, async |tx: &mut Tx| {
            tx.lock(SUBJECT).await?;
            let item = rows::item(tx.conn(), &id, document).await?.ok_or(Refusal::NotFound)?;
            let keeper = house.keeper(&item.organ);
            if !own.contains(&keeper) {
                may_for(&desk.actor(), &ANSWER_CLEAN_UP, &keeper)?;
                return Ok(Kept::Others);
            }
            if !item.answer.is_empty() || item.is_over() {
                return Ok(Kept::Before);
            }
            let said = (Answer::Keep, typed.reason.as_str(), item.version);
            store::put_answer(tx, &house, &desk.actor(), (&id, document), said).await?;
            Ok::<_, Refusal>(Kept::Now)
        });
        match answered.await? {
            Kept::Now => done += 1,
            Kept::Before => before += 1,
            Kept::Others => others += 1,
        }
    }
    let mut rest = if before > 0 {
        format!("；{before} 份已经有意见或者不再有效，没有改动")
    } else {
        String::new()
    };
    if others > 0 {
        rest.push_str(&format!("；{others} 份是其他机关的，没有代为答复，确需代答的请逐份打开办理"));
    }
    let told = async |_: &mut Tx| {
        if typed.ids.is_empty() {
            return Err(Refusal::field("main", "请先在列表里选中文件，再按“选中的继续有效”。"));
        }
        let text = format!("已对 {done} 份文件提出“继续有效”{rest}。");
        Ok::<_, Refusal>(Done::ok(format!("/clean-ups/{id}?answer=none"), text))
    };
    let again = async |errors: FormErrors| {
        let said = EndForm { said: typed.reason.clone(), ..EndForm::default() };
        pages::round_form(&ctx, &desk, &id, said, errors).await
    };
    act_in_place(&ctx, &typed.once, told, again).await
}

/// POST /clean-ups/{id}/items/{document}/decide
pub(super) async fn decide(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, document)): Path<(RoundId, DocumentId)>,
    Form(typed): Form<AnswerForm>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let decision = chosen(&typed.decision, "decision")?;
        let said = (decision, typed.decided_note.as_str(), typed.version);
        store::put_decision(tx, &desk.actor(), (&id, &document), said).await?;
        Ok::<_, Refusal>(Done::ok(format!("/clean-ups/{id}"), "已审定。"))
    };
    let again = async |errors: FormErrors| pages::item_form(&ctx, &desk, (&id, &document), typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// The words of the announcement, cleaned before the write begins.
pub(super) async fn announcement(ctx: &Ctx, round: &Round, items: &[Item]) -> Result<(form::Typed, Written), Refusal> {
    let directory = ctx.directory();
    let organ = |item: &Item| directory.get(&item.organ).map_or(item.organ.to_string(), |organ| organ.name.clone());
    let typed = form::Typed {
        title: result::title(round),
        body_html: result::html(round, items, organ),
        disclosure: "open".to_owned(),
        ..form::Typed::default()
    };
    let written = draft::clean(&house(ctx), &typed).await?;
    Ok((typed, written))
}

/// POST /clean-ups/{id}/confirm
pub(super) async fn confirm(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<RoundId>,
    Form(typed): Form<EndForm>,
) -> Result<Response> {
    let round = rows::round(ctx.db().read(), &id).await?.ok_or(web::Error::NotFound)?;
    let items = rows::lasting(rows::all(ctx.db().read(), &id).await?);
    let said = announcement(&ctx, &round, &items).await;
    let before: Vec<_> = items.iter().map(|item| (item.document_id.clone(), item.outcome())).collect();
    let done = async |tx: &mut Tx| {
        let (text, written) = said?;
        tx.lock(SUBJECT).await?;
        let now = rows::lasting(rows::all(tx.conn(), &id).await?);
        if now.iter().map(|item| (item.document_id.clone(), item.outcome())).ne(before.iter().cloned()) {
            return Err(Refusal::Conflict(
                "刚刚有机关改了意见，或者有文件不再有效，结果没有确认。请看一下现在的意见，再确认一次。".to_owned(),
            ));
        }
        let column = ColumnId::from(typed.column.as_str());
        let place = (&ctx.office_organ(), &column);
        let seen = (&id, typed.version);
        let document = store::confirm_round(tx, &house(&ctx), &desk.actor(), seen, place, (&text, &written)).await?;
        let told = "结果已确认，公布稿已写好。请补上文号和日期，提交审核；公布以后，政策库随之变化。";
        Ok::<_, Refusal>(Done::ok(format!("/documents/{document}/edit"), told))
    };
    let again = async |errors: FormErrors| pages::round_form(&ctx, &desk, &id, typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// POST /clean-ups/{id}/cancel
pub(super) async fn cancel(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<RoundId>,
    Form(typed): Form<EndForm>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        store::ending(tx, &id, typed.version).await?;
        may_for(&desk.actor(), &RUN_CLEAN_UP, &ctx.office_organ())?;
        let reason = lines(&typed.reason, 500);
        if reason.is_empty() {
            return Err(Refusal::field("reason", "请写明取消的理由，各机关会看到，例如 与省里的清理合并进行。"));
        }
        store::cancel(tx, &desk.actor(), &id, &reason).await?;
        Ok::<_, Refusal>(Done::ok("/clean-ups", "已取消这一轮清理。文件的有效性没有变化。"))
    };
    let again = async |errors: FormErrors| pages::round_form(&ctx, &desk, &id, typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}
