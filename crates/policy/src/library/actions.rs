//! Deciding on what a document says of another.

use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    references::{self, Decision, FOUND, ReferenceId, ReferenceRow, Verb},
    rows::DocumentRow,
};
use kernel::{id::DocumentId, may_for};
use serde::Deserialize;
use store::Tx;
use web::{Ctx, Desk, Done, Form, FormErrors, Refusal, Result, act_in_place, act_now};

use super::{
    CONFIRM_REFERENCES, effect,
    pages::{self, Typed},
    rows::{house, meant},
};

/// What was typed, as a decision; what others keep is looked up before the write begins.
pub(super) async fn decision(ctx: &Ctx, desk: &Desk, from: &DocumentId, typed: &Typed) -> Result<Decision, Refusal> {
    let verb = Verb::from_code(&typed.verb).filter(|verb| *verb != Verb::Cites);
    let verb = verb.ok_or_else(|| Refusal::field("verb", "请选择关系，例如 废止。"))?;
    let to = match typed.to.as_str() {
        "none" => None,
        "other" => Some(meant(ctx, &typed.other).await?),
        "" => return Err(Refusal::field("to", "请选择对方是哪一份文件；不在本库的，选“不在本库”。")),
        id => Some(DocumentId::from(id)),
    };
    if let (Some(to), true) = (&to, verb.acts()) {
        let house = house(ctx);
        let other = document::rows::document(ctx.db().read(), to).await?.filter(|one| one.rank > 0);
        let none = || Refusal::field("to", "没有找到这份已公开的文件。请从候选里选择，或者选“不在本库”按文字保留。");
        let other = other.ok_or_else(none)?;
        let own = document::rows::document(ctx.db().read(), from).await?.ok_or(Refusal::NotFound)?;
        // A document of another organ is ended or changed by the office's word alone.
        if house.keeper(&other.organ) != house.keeper(&own.organ) && !desk.staff.central {
            return Err(pages::others(&other.title));
        }
    }
    Ok(Decision { verb, to, articles: typed.articles.clone(), effective_on: typed.effective_on.clone() })
}

/// Whether the page has told what the decision does: what is doubtful was looked at, and nothing else was chosen meanwhile. Said
/// after everything that cannot be so at all.
async fn looked_at(ctx: &Ctx, from: &DocumentRow, wanted: Option<&Decision>, typed: &Typed) -> Result<(), Refusal> {
    let Some(wanted) = wanted else { return Ok(()) };
    let told = effect::told(ctx, from, wanted).await?;
    if !told.doubt.is_empty() && typed.sure != "true" {
        return Err(Refusal::field("sure", format!("{}确实是这样的，请勾选“已核对”。", told.doubt)));
    }
    // A program that sends no such field has no page to look at.
    if !typed.seen.is_empty() && !told.words.is_empty() && typed.seen != told.seen() {
        let text = format!("请看一下认定后的结果：{}没有错的，再按一次“认定”。", told.words);
        return Err(Refusal::field("verb", text));
    }
    Ok(())
}

/// Who may decide on what this document says.
async fn allowed(ctx: &Ctx, tx: &mut Tx, desk: &Desk, from: &DocumentId) -> Result<(), Refusal> {
    let document = document::rows::visible(tx.conn(), &house(ctx), &desk.actor(), from).await?;
    may_for(&desk.actor(), &CONFIRM_REFERENCES, document.keeper())?;
    Ok(())
}

/// POST /references/{id}/confirm
pub(super) async fn confirm(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<ReferenceId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let row = references::one(ctx.db().read(), &id).await?.ok_or(web::Error::NotFound)?;
    let from = pages::from_document(&ctx, &desk, &row.from_document).await?;
    let wanted = decision(&ctx, &desk, &from.id, &typed).await;
    let looked = looked_at(&ctx, &from, wanted.as_ref().ok(), &typed).await;
    let done = async |tx: &mut Tx| {
        let wanted = wanted?;
        allowed(&ctx, tx, &desk, &row.from_document).await?;
        let row = references::confirm(tx, &desk.actor(), &id, typed.version, &wanted).await?;
        looked?;
        Ok::<_, Refusal>(Done::ok("/references?state=found", told(&row, &wanted)))
    };
    let again = async |errors: FormErrors| pages::shown(&ctx, &desk, &id, typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// Those that are confirmed at once, each as it was found.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Many {
    once: String,
    /// Ids with the versions that the list showed.
    ids: Vec<String>,
}

/// POST /references/many: what changes nothing and is clear, a write for each.
pub(super) async fn confirm_many(State(ctx): State<Ctx>, desk: Desk, Form(many): Form<Many>) -> Result<Response> {
    if many.ids.is_empty() {
        return Err(Refusal::Conflict("请先在列表里选中，再按“认定选中的”。".to_owned()).into());
    }
    let (mut done, mut left) = (0, Vec::new());
    for chosen in many.ids.iter().take(pages::SIZE) {
        let (id, seen) = chosen.split_once(':').unwrap_or((chosen.as_str(), ""));
        let (id, seen) = (ReferenceId::from(id), seen.parse().unwrap_or_default());
        match act_now(&ctx, async |tx: &mut Tx| as_found(&ctx, tx, &desk, &id, seen).await).await {
            Ok(()) => done += 1,
            Err(Refusal::Fault(fault)) => return Err(fault),
            Err(why) => left.push(why.words()),
        }
    }
    let told = match left.first() {
        None => format!("已认定 {done} 条，公众现在可以看到。"),
        Some(why) => format!("已认定 {done} 条；{} 条没有认定，请逐条打开，例如：{why}", left.len()),
    };
    let smooth = left.is_empty();
    Ok(web::act(&ctx, &many.once, async |_: &mut Tx| {
        let to = "/references?state=found";
        Ok::<_, Refusal>(if smooth {
            Done::ok(to, told)
        } else {
            Done::to(to).with(|redirect| redirect.flash("warn", told))
        })
    })
    .await?)
}

/// Confirms one as it was found.
async fn as_found(ctx: &Ctx, tx: &mut Tx, desk: &Desk, id: &ReferenceId, seen: i64) -> Result<(), Refusal> {
    let row = references::one(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    allowed(ctx, tx, desk, &row.from_document).await?;
    let verb = row.does();
    if verb.acts() || verb == Verb::Cites || row.several > 1 || !row.decided_by.is_empty() {
        return Err(Refusal::Conflict(format!("{}：{}须打开逐条认定。", verb.label(), row.name())));
    }
    let wanted = Decision {
        verb,
        to: (!row.to_document.as_str().is_empty()).then(|| row.to_document.clone()),
        articles: row.articles.clone(),
        effective_on: row.effective_on.clone(),
    };
    references::confirm(tx, &desk.actor(), id, seen, &wanted).await?;
    Ok(())
}

/// What the person reads afterwards.
fn told(row: &ReferenceRow, wanted: &Decision) -> String {
    let what = wanted.verb.label();
    if row.state == FOUND {
        return format!("已记下：{what}。正文没有写明，还要由另一人在“文件关系”里认定，认定以前不公开、不起作用。");
    }
    match (&wanted.to, wanted.verb.acts()) {
        (None, _) => format!("已认定：{what}（不在本库，按文字保留），公众现在可以看到。"),
        (Some(_), true) => format!("已认定：{what}。公众现在可以看到，对方文件的有效性随之变化。"),
        (Some(_), false) => format!("已认定：{what}，公众现在可以看到。"),
    }
}

/// POST /references/{id}/refuse
pub(super) async fn refuse(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<ReferenceId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let row = references::one(ctx.db().read(), &id).await?.ok_or(web::Error::NotFound)?;
    pages::from_document(&ctx, &desk, &row.from_document).await?;
    let done = async |tx: &mut Tx| {
        allowed(&ctx, tx, &desk, &row.from_document).await?;
        references::refuse(tx, &desk.actor(), &id, typed.version, &typed.reason).await?;
        Ok::<_, Refusal>(Done::ok("/references?state=found", "已否定，这一条不公开、不起作用。"))
    };
    let again = async |errors: FormErrors| pages::shown(&ctx, &desk, &id, typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// POST /references/new
pub(super) async fn add(State(ctx): State<Ctx>, desk: Desk, Form(typed): Form<Typed>) -> Result<Response> {
    let from = DocumentId::from(typed.document.as_str());
    let document = pages::from_document(&ctx, &desk, &from).await?;
    let wanted = decision(&ctx, &desk, &from, &typed).await;
    let looked = looked_at(&ctx, &document, wanted.as_ref().ok(), &typed).await;
    let done = async |tx: &mut Tx| {
        let wanted = wanted?;
        allowed(&ctx, tx, &desk, &from).await?;
        let row = references::add(tx, &desk.actor(), &from, &wanted, (&typed.name, &typed.reason)).await?;
        looked?;
        Ok::<_, Refusal>(Done::ok(format!("/references?document={from}"), told(&row, &wanted)))
    };
    let again = async |errors: FormErrors| pages::by_hand(&ctx, &desk, typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}
