//! Noting something beside a passage of a text in review, and saying that it is dealt with.

use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    rows as editions,
    values::{line, lines},
};
use kernel::{NewEvent, id::EditionId, may_for};
use serde::Deserialize;
use serde_json::json;
use store::Tx;
use web::{Ctx, Desk, Done, Form, FormErrors, Refusal, Result, act_in_place};

use super::one::{Typed, review_page};
use crate::{
    comments::{self, CommentId},
    editions::checks,
};

/// Most characters of a passage, and of what is noted beside it.
const LONGEST: (usize, usize) = (200, 1000);

/// What the form of a comment sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct New {
    once: String,
    quote: String,
    comment: String,
}

/// Notes something beside a passage.
pub(super) async fn add(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(new): Form<New>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        let actor = desk.actor();
        let whole = editions::load(tx, &house, &actor, &id).await?;
        let review = review::rows::newest(tx.conn(), &checks::about(&whole)).await?;
        let gate = comments::may_comment(&desk.staff, &whole, review.as_ref())?;
        let (quote, words) = (line(&new.quote, LONGEST.0), lines(&new.comment, LONGEST.1));
        let mut errors = FormErrors::new();
        if comments::place(&whole, &quote).is_none() {
            let text = match quote.is_empty() {
                true => "请写明批注的是哪一处：选中正文里的几个字，或者照抄一句，例如“每亩100元”。",
                false => "标题和正文里没有这句话，请照原文抄写几个字，例如“每亩100元”。",
            };
            errors.add("quote", text);
        }
        errors.require(!words.is_empty(), "comment", "请写批注，例如“金额与附件不一致，请核对”。");
        if !errors.is_empty() {
            return Err(Refusal::from(errors));
        }
        if comments::is_full(tx.conn(), &id).await? {
            let text = format!("这一版已经有 {} 条批注，不能再写。其余的请写在退回理由里。", comments::MOST);
            return Err(Refusal::field("comment", text));
        }
        comments::add(tx, &id, &desk.staff, (&gate, &quote, &words)).await?;
        let (edition, number) = (&whole.edition.id, whole.edition.number);
        let data = json!({ "edition": edition, "number": number, "gate": gate, "quote": quote, "words": words });
        let event = NewEvent::new(&comments::COMMENTED, &whole.document.id, &actor).organ(&whole.document.organ);
        tx.append(event.data(data)).await?;
        Ok::<_, Refusal>(Done::ok(format!("/reviews/{id}"), "已写下批注。撰写人和审核员看得到，不会公开。"))
    };
    let again = async |errors: FormErrors| {
        let typed = Typed { comment: (&new.quote, &new.comment), ..Typed::default() };
        review_page(&ctx, &desk, &id, errors, typed).await
    };
    act_in_place(&ctx, &new.once, done, again).await
}

/// What the buttons of a comment send.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Turn {
    once: String,
    answer: String,
    /// `open`: again; anything else: it is dealt with.
    to: String,
    /// `edit`: sent from the page where the text is written.
    from: String,
}

/// Notes that a comment is dealt with, or opens it again.
pub(super) async fn turn(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, comment)): Path<(EditionId, CommentId)>,
    Form(asked): Form<Turn>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let done = async |tx: &mut Tx| {
        let actor = desk.actor();
        let whole = editions::load(tx, &house, &actor, &id).await?;
        let known = comments::of(tx.conn(), &whole).await?.into_iter().find(|one| one.id == comment);
        let known = known.ok_or(Refusal::NotFound)?;
        let review = review::rows::newest(tx.conn(), &checks::about(&whole)).await?;
        let writes = may_for(&actor, house.kind_of(&whole.document)?.write, whole.document.keeper()).is_ok();
        if !writes && comments::may_comment(&desk.staff, &whole, review.as_ref()).is_err() {
            return Err(Refusal::Conflict("批注由撰写人和负责审核这份稿件的人处理。".into()));
        }
        if !whole.edition.is_open() {
            return Err(Refusal::Conflict("这一版已经办结，批注随审核记录留存，不再改动。".into()));
        }
        let (answer, opens) = (lines(&asked.answer, LONGEST.1), asked.to == "open");
        let turned = match opens {
            true => comments::reopen(tx, &comment).await?,
            false => comments::resolve(tx, &comment, &desk.staff, &answer).await?,
        };
        let to = match asked.from.as_str() {
            "edit" => format!("/documents/{}/edit", whole.document.id),
            _ => format!("/reviews/{id}"),
        };
        if !turned {
            // Two people at once: the first has done it.
            return Ok(Done::to(to));
        }
        let how = if opens { "重新打开" } else { "已处理" };
        let (edition, number) = (&whole.edition.id, whole.edition.number);
        let data = json!({ "edition": edition, "number": number, "to": how, "words": known.words, "answer": answer });
        let event = NewEvent::new(&comments::COMMENT_TURNED, &whole.document.id, &actor).organ(&whole.document.organ);
        tx.append(event.data(data)).await?;
        Ok(Done::ok(to, if opens { "批注已重新打开。" } else { "批注已标为已处理。" }))
    };
    let again = async |errors: FormErrors| review_page(&ctx, &desk, &id, errors, Typed::default()).await;
    act_in_place(&ctx, &asked.once, done, again).await
}
