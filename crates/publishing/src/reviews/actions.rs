//! Decisions at the gates. Which gate is at stake is known only from the round in which an edition stands, so its roles are
//! asked inside; the routes themselves ask for the permission to see documents.

use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{Whole, rows};
use kernel::{id::EditionId, may_for, time};
use review::permissions::OVERRIDE_FINDING;
use serde::Deserialize;
use store::Tx;
use web::{Ctx, Desk, Done, Error, Form, FormErrors, Result, act};

use crate::editions::{
    checks,
    deciding::{self, Approved},
};

/// What the buttons send.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Decision {
    version: i64,
    once: String,
    reason: String,
    opinion: String,
    rule: String,
    digest: String,
}

/// The edition as the reviewer saw it; who may not pass its gate is refused before anything else is told.
async fn seen(ctx: &Ctx, tx: &mut Tx, desk: &Desk, id: &EditionId, decision: &Decision) -> Result<Whole> {
    let whole = rows::load(tx, &crate::house(ctx), &desk.actor(), id).await?;
    deciding::may_decide(tx, &desk.staff, &whole).await?;
    rows::same_version(&whole.edition, decision.version)?;
    Ok(whole)
}

/// Looks through what has not been looked through, before the write.
async fn ensure(ctx: &Ctx, desk: &Desk, id: &EditionId) -> Result<()> {
    let whole = rows::read(ctx.db().read(), &crate::house(ctx), &desk.actor(), id).await?;
    checks::ensure(ctx, &whole).await
}

/// 领取.
pub(super) async fn claim(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    act(&ctx, &decision.once, async |tx| {
        let whole = seen(&ctx, tx, &desk, &id, &decision).await?;
        deciding::claim(&ctx, tx, &desk.actor(), &whole).await?;
        Ok::<_, Error>(Done::ok(format!("/reviews/{id}"), "已领取，两小时内他人不能办理。"))
    })
    .await
}

/// 放回.
pub(super) async fn release(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    act(&ctx, &decision.once, async |tx| {
        let whole = seen(&ctx, tx, &desk, &id, &decision).await?;
        deciding::release(&ctx, tx, &desk.actor(), &whole).await?;
        Ok::<_, Error>(Done::ok("/reviews", "已放回，其他审核员可以领取。"))
    })
    .await
}

/// 通过.
pub(super) async fn approve(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    ensure(&ctx, &desk, &id).await?;
    act(&ctx, &decision.once, async |tx| {
        let whole = seen(&ctx, tx, &desk, &id, &decision).await?;
        let title = whole.edition.shown_title();
        let text = match deciding::approve(&ctx, tx, &desk.actor(), &whole, &decision.opinion).await? {
            Approved::Second(gate) => format!("已通过。{gate}由两人先后审核，《{title}》还需另一位审核员通过。"),
            Approved::To(gate) => format!("已通过。《{title}》现在到了{gate}。"),
            Approved::Out(now) if now.state == "scheduled" => {
                format!("已通过全部审核。《{title}》将于 {} 自动发布。", time::show_minute(&now.publish_at))
            }
            Approved::Out(_) => format!("已通过全部审核。《{title}》已向社会公开。"),
        };
        Ok::<_, Error>(Done::ok("/reviews", text))
    })
    .await
}

/// 退回.
pub(super) async fn send_back(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    if decision.reason.trim().is_empty() {
        let errors = FormErrors::one("reason", "请写明退回理由，例如“第三段数据与附件不一致”。");
        return super::pages::review_page(&ctx, &desk, &id, errors).await;
    }
    act(&ctx, &decision.once, async |tx| {
        let whole = seen(&ctx, tx, &desk, &id, &decision).await?;
        deciding::send_back(&ctx, tx, &desk.actor(), &whole, &decision.reason).await?;
        let text = format!("已退回《{}》，撰写人会看到理由。", whole.edition.shown_title());
        Ok::<_, Error>(Done::ok("/reviews", text))
    })
    .await
}

/// 说明理由后放行 one finding.
pub(super) async fn let_through(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    ensure(&ctx, &desk, &id).await?;
    act(&ctx, &decision.once, async |tx| {
        let actor = desk.actor();
        let whole = rows::load(tx, &crate::house(&ctx), &actor, &id).await?;
        may_for(&actor, &OVERRIDE_FINDING, whole.document.keeper())?;
        rows::same_version(&whole.edition, decision.version)?;
        let finding = (decision.rule.as_str(), decision.digest.as_str());
        deciding::let_through(&ctx, tx, &actor, &whole, finding, &decision.reason).await?;
        Ok::<_, Error>(Done::ok(format!("/reviews/{id}"), "已放行这一处，所写的记入留痕。"))
    })
    .await
}

/// The review after an emergency publication.
pub(super) async fn review_bypass(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    if decision.reason.trim().is_empty() {
        return Err(Error::Invalid("请写明复核意见，例如“已逐项补审，内容无误”。".into()));
    }
    act(&ctx, &decision.once, async |tx| {
        let whole = rows::load(tx, &crate::house(&ctx), &desk.actor(), &id).await?;
        deciding::review_bypass(&ctx, tx, &desk.actor(), &whole, &decision.reason).await?;
        Ok::<_, Error>(Done::ok("/bypasses", "复核意见已记录。"))
    })
    .await
}
