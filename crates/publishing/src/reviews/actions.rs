//! Decisions at the gates. Which gate is at stake is known only from the round in which an edition stands, so its roles are
//! asked inside; the routes themselves ask for the permission to see documents.

use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{Whole, permissions::WITHDRAW_DOCUMENTS, rows};
use kernel::{id::EditionId, may_for, time};
use review::{acts::Verdict, permissions::OVERRIDE_FINDING};
use serde::Deserialize;
use store::Tx;
use web::{Ctx, Desk, Done, Form, FormErrors, Redirect, Refusal, Result, act_in_place};

use super::pages::Typed;
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
    /// Of the review of an emergency publication: `against`, or it agrees.
    verdict: String,
}

/// The edition as the reviewer saw it; who may not pass its gate is refused before anything else is told.
async fn seen(ctx: &Ctx, tx: &mut Tx, desk: &Desk, id: &EditionId, decision: &Decision) -> Result<Whole, Refusal> {
    let whole = rows::load(tx, &crate::house(ctx), &desk.actor(), id).await?;
    deciding::may_decide(tx, &desk.staff, &whole).await?;
    rows::same_version(&whole.edition, decision.version)?;
    Ok(whole)
}

/// The page as it is now, with what was typed and why it was not done.
async fn again(ctx: &Ctx, desk: &Desk, id: &EditionId, decision: &Decision, errors: FormErrors) -> Result<Response> {
    let typed = Typed { reason: &decision.reason, opinion: &decision.opinion, ..Typed::default() };
    super::pages::review_page(ctx, desk, id, errors, typed).await
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
    let done = async |tx: &mut Tx| {
        let whole = seen(&ctx, tx, &desk, &id, &decision).await?;
        deciding::claim(&ctx, tx, &desk.actor(), &whole).await?;
        Ok::<_, Refusal>(Done::ok(format!("/reviews/{id}"), "已领取，两小时内他人不能办理。"))
    };
    act_in_place(&ctx, &decision.once, done, async |errors| again(&ctx, &desk, &id, &decision, errors).await).await
}

/// 放回.
pub(super) async fn release(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let whole = seen(&ctx, tx, &desk, &id, &decision).await?;
        deciding::release(&ctx, tx, &desk.actor(), &whole).await?;
        Ok::<_, Refusal>(Done::ok("/reviews", "已放回，其他审核员可以领取。"))
    };
    act_in_place(&ctx, &decision.once, done, async |errors| again(&ctx, &desk, &id, &decision, errors).await).await
}

/// 通过.
pub(super) async fn approve(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    let anew = {
        let whole = rows::read(ctx.db().read(), &crate::house(&ctx), &desk.actor(), &id).await?;
        checks::ensure(&ctx, &whole).await?;
        deciding::look_before_the_last(&ctx, &desk.staff, &whole).await?
    };
    let done = async |tx: &mut Tx| {
        let whole = seen(&ctx, tx, &desk, &id, &decision).await?;
        let title = whole.edition.shown_title();
        let text = match deciding::approve(&ctx, tx, &desk.actor(), (&whole, anew.clone()), &decision.opinion).await? {
            Approved::Second(gate) => format!("已通过。{gate}由两人先后审核，《{title}》还需另一位审核员通过。"),
            Approved::To(gate) => format!("已通过。《{title}》现在到了{gate}。"),
            Approved::Out(now) if now.state == "scheduled" => {
                format!("已通过全部审核。《{title}》将于 {} 自动发布。", time::show_minute(&now.publish_at))
            }
            Approved::Out(_) => format!("已通过全部审核。《{title}》已向社会公开。"),
        };
        Ok::<_, Refusal>(Done::ok("/reviews", text))
    };
    act_in_place(&ctx, &decision.once, done, async |errors| again(&ctx, &desk, &id, &decision, errors).await).await
}

/// 退回.
pub(super) async fn send_back(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let whole = seen(&ctx, tx, &desk, &id, &decision).await?;
        deciding::send_back(&ctx, tx, &desk.actor(), &whole, &decision.reason).await?;
        let text = format!("已退回《{}》，撰写人会看到理由。", whole.edition.shown_title());
        Ok::<_, Refusal>(Done::ok("/reviews", text))
    };
    act_in_place(&ctx, &decision.once, done, async |errors| again(&ctx, &desk, &id, &decision, errors).await).await
}

/// 说明理由后放行 one finding.
pub(super) async fn let_through(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    ensure(&ctx, &desk, &id).await?;
    let done = async |tx: &mut Tx| {
        let actor = desk.actor();
        let whole = rows::load(tx, &crate::house(&ctx), &actor, &id).await?;
        may_for(&actor, &OVERRIDE_FINDING, whole.document.keeper())?;
        rows::same_version(&whole.edition, decision.version)?;
        let finding = (decision.rule.as_str(), decision.digest.as_str());
        deciding::let_through(&ctx, tx, &actor, &whole, finding, &decision.reason).await?;
        Ok::<_, Refusal>(Done::ok(format!("/reviews/{id}"), "已放行这一处，所写的记入留痕。"))
    };
    let again = async |errors: FormErrors| {
        let typed = Typed { ground: (&decision.digest, &decision.reason), ..Typed::default() };
        let errors = errors.at("reason", &format!("l-{}", decision.digest));
        super::pages::review_page(&ctx, &desk, &id, errors, typed).await
    };
    act_in_place(&ctx, &decision.once, done, again).await
}

/// The review after an emergency publication.
pub(super) async fn review_bypass(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<EditionId>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    let house = crate::house(&ctx);
    let verdict = if decision.verdict == "against" { Verdict::Disagrees } else { Verdict::Agrees };
    let done = async |tx: &mut Tx| {
        let whole = rows::load(tx, &house, &desk.actor(), &id).await?;
        let told = deciding::review_bypass(&ctx, tx, &desk.actor(), &whole, (verdict, &decision.reason)).await?;
        let Some(others) = told else { return Ok(Done::ok("/bypasses", "复核意见已记录。")) };
        let warn = |text: String| move |redirect: Redirect| redirect.flash("warn", text);
        // Whoever may take it off does so at once, from its page.
        if may_for(&desk.actor(), &WITHDRAW_DOCUMENTS, whole.document.keeper()).is_ok() {
            let text = "已记录不同意。公众仍能看到这一版：请在下面办理“撤回公开”，或请撰写人更正。";
            return Ok(Done::to(format!("/documents/{}", whole.document.id)).with(warn(text.to_owned())));
        }
        let text = match others.as_str() {
            "" => "已记录不同意。现在没有人可以撤回这一版，请联系县政府办。".to_owned(),
            others => format!("已记录不同意，已告知可以撤回的人员：{others}。撤回或更正之前，公众仍能看到这一版。"),
        };
        Ok(Done::to("/bypasses").with(warn(text)))
    };
    let again = async |errors: FormErrors| {
        let errors = errors.at("reason", &format!("n-{id}"));
        super::pages::bypasses_page(&ctx, &desk, "", errors, (&id, &decision.reason)).await
    };
    act_in_place(&ctx, &decision.once, done, again).await
}
