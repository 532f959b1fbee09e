//! Decisions at the gates. Which gate is at stake is known only from the edition, so [`kernel::may_for`] is asked with
//! that gate's permission inside; the routes themselves ask for the permission to see documents.

use axum::{
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use kernel::{Action, Gate, may_for, time};
use serde::Deserialize;
use store::{Once, Tx};
use web::{Ctx, Desk, Error, Form, Redirect, Result};

use crate::editions::{
    deciding::{self, Approved},
    store::{self as rows, Loaded},
};

/// What the buttons send.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Decision {
    version: i64,
    once: String,
    reason: String,
    rule: String,
    digest: String,
}

/// The edition as the reviewer saw it; who may not pass its gate is refused before anything else is told.
async fn seen(ctx: &Ctx, tx: &mut Tx, desk: &Desk, edition: &str, decision: &Decision) -> Result<Loaded> {
    let actor = desk.actor();
    let loaded = rows::load(ctx, tx, &actor, edition).await?;
    if let Some(gate) = Gate::from_code(&loaded.edition.gate).filter(|_| loaded.edition.state == "in_review") {
        may_for(&actor, Action::pass(gate), &loaded.document.keeper())?;
    }
    rows::same_version(&loaded.edition, decision.version)?;
    Ok(loaded)
}

/// 领取.
pub(super) async fn claim(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&decision.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let loaded = seen(&ctx, &mut tx, &desk, &id, &decision).await?;
    deciding::claim(&mut tx, &desk.actor(), &loaded).await?;
    let to = format!("/reviews/{id}");
    tx.remember(&decision.once, &to).await?;
    tx.commit().await?;
    Ok(Redirect::to(to).ok("已领取，两小时内他人不能办理。").into_response())
}

/// 放回.
pub(super) async fn release(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&decision.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let loaded = seen(&ctx, &mut tx, &desk, &id, &decision).await?;
    deciding::release(&mut tx, &desk.actor(), &loaded).await?;
    tx.remember(&decision.once, "/reviews").await?;
    tx.commit().await?;
    Ok(Redirect::to("/reviews").ok("已放回，其他审核员可以领取。").into_response())
}

/// 通过.
pub(super) async fn approve(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&decision.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let loaded = seen(&ctx, &mut tx, &desk, &id, &decision).await?;
    let text = match deciding::approve(&ctx, &mut tx, &desk.actor(), &loaded).await? {
        Approved::To(gate) => format!("已通过。《{}》现在到了{}。", loaded.edition.shown_title(), gate.label()),
        Approved::Scheduled(at) => {
            format!(
                "已通过全部审核。《{}》将于 {} 自动发布。",
                loaded.edition.shown_title(),
                time::show_minute(&time::to_db(at))
            )
        }
        Approved::Published => format!("已通过全部审核。《{}》已向社会公开。", loaded.edition.shown_title()),
    };
    tx.remember(&decision.once, "/reviews").await?;
    tx.commit().await?;
    Ok(Redirect::to("/reviews").ok(text).into_response())
}

/// 退回.
pub(super) async fn send_back(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    if decision.reason.trim().is_empty() {
        return super::pages::review_page(
            &ctx,
            &desk,
            &id,
            web::FormErrors::one("reason", "请写明退回理由，例如“第三段数据与附件不一致”。"),
        )
        .await;
    }
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&decision.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let loaded = seen(&ctx, &mut tx, &desk, &id, &decision).await?;
    deciding::send_back(&mut tx, &desk.actor(), &loaded, &decision.reason).await?;
    tx.remember(&decision.once, "/reviews").await?;
    tx.commit().await?;
    Ok(Redirect::to("/reviews")
        .ok(format!("已退回《{}》，撰写人会看到理由。", loaded.edition.shown_title()))
        .into_response())
}

/// 说明理由后放行 one finding.
pub(super) async fn let_through(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&decision.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let actor = desk.actor();
    let loaded = rows::load(&ctx, &mut tx, &actor, &id).await?;
    may_for(&actor, Action::OverrideFinding, &loaded.document.keeper())?;
    rows::same_version(&loaded.edition, decision.version)?;
    deciding::let_through(&mut tx, &actor, &loaded, &decision.rule, &decision.digest, &decision.reason).await?;
    let to = format!("/reviews/{id}");
    tx.remember(&decision.once, &to).await?;
    tx.commit().await?;
    Ok(Redirect::to(to).ok("已放行这一处，理由记入留痕。").into_response())
}

/// The review after an emergency publication.
pub(super) async fn review_bypass(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<String>,
    Form(decision): Form<Decision>,
) -> Result<Response> {
    if decision.reason.trim().is_empty() {
        return Err(Error::Invalid("请写明复核意见，例如“已逐项补审，内容无误”。".into()));
    }
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(&decision.once).await? {
        return Ok(Redirect::to(to).into_response());
    }
    let loaded = rows::load(&ctx, &mut tx, &desk.actor(), &id).await?;
    deciding::review_bypass(&mut tx, &desk.actor(), &loaded, &decision.reason).await?;
    tx.remember(&decision.once, "/bypasses").await?;
    tx.commit().await?;
    Ok(Redirect::to("/bypasses").ok("复核意见已记录。").into_response())
}
