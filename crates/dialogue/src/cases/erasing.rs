//! Forgetting the persons of a case: by the rule of its kind, or since the person asks for it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use case::{Entry, Erased, Why};
use kernel::{Actor, id::CaseId};
use portal_form::{applicant, receipt};
use store::Tx;
use web::{Ctx, Desk, Done, Form, FormErrors, Refusal, Result, act_now};

use super::{
    acts::{in_place, seen},
    fields::{Act, Field, Typed, of, shown},
    notice,
};

/// Cases that one night forgets.
const AT_ONCE: i64 = 500;

/// Destroys what a case holds of its persons, with its receipts, private links and mails that wait, in the write under way. The caller deletes
/// the files of the answer when it is committed.
///
/// # Errors
/// As [`case::erase()`].
pub async fn erase(ctx: &Ctx, tx: &mut Tx, actor: &Actor, case: &CaseId, why: Why<'_>) -> Result<Erased, Refusal> {
    // First, since it takes the row of the case: whoever makes a new link takes that before the links, too.
    let erased = case::erase(ctx, tx, actor, case, why).await?;
    receipt::erase(tx, case).await?;
    notice::forget(tx, case).await?;
    applicant::revoke_links(tx, case).await.map_err(Refusal::from)?;
    Ok(erased)
}

/// The bytes go when the write that took the files out is committed.
async fn delete(ctx: &Ctx, erased: &Erased) -> Result<()> {
    for digest in &erased.files {
        ctx.files().delete(ctx.db(), digest).await?;
    }
    // The key is gone when it stands in no log of writes either. Who still reads holds that up: the next night does it.
    if let Err(error) = ctx.db().forget_remains().await {
        tracing::info!(%error, "what was deleted is still in the log of writes");
    }
    Ok(())
}

fn the_form(typed: &Typed) -> Act {
    Act {
        title: "删除当事人信息".to_owned(),
        about: "由没有经办这件的人删除；可以申请复议、提起诉讼的，期限过后才能删除；正在复议、诉讼的，有结果以后才能删除。删除后不能恢复：填写的内容、当事人、文书正文和附件都不能再看，查询码失效；办理情况仍计入统计。"
            .to_owned(),
        at: "/erase".to_owned(),
        submit: "删除当事人信息".to_owned(),
        danger: true,
        fields: vec![Field::text("reason", "删除的理由", "例如：当事人书面要求删除。不要写姓名", typed, 500)],
    }
}

/// `GET /cases/{id}/erase`
pub(super) async fn form(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    let (entry, kind) = seen(&ctx, &desk, &id).await?;
    shown(&ctx, &desk, (&entry, kind), the_form(&Typed::new()), FormErrors::new()).await
}

/// `POST /cases/{id}/erase`
pub(super) async fn done(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let mut gone = None;
    let done = async |tx: &mut Tx| {
        gone = Some(erase(&ctx, tx, &desk.actor(), &id, Why::Asked(of(&typed, "reason"))).await?);
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}"), "当事人信息已删除。"))
    };
    let form = |_: &Entry, typed: &Typed| the_form(typed);
    let answer = in_place(&ctx, &desk, (&id, &typed), form, done).await?;
    if let Some(erased) = gone {
        delete(&ctx, &erased).await?;
    }
    Ok(answer)
}

/// Forgets what is past its time; how many cases. A case at a time, so that nobody waits for long.
///
/// # Errors
/// When database or disk fail.
pub(super) async fn by_rule(ctx: &Ctx) -> Result<usize> {
    let due = case::due_for_erasure(ctx, AT_ONCE).await?;
    let many = due.len();
    for case in due {
        let done = act_now(ctx, async |tx: &mut Tx| erase(ctx, tx, &Actor::System, &case, Why::Rule).await);
        match done.await {
            Ok(erased) => delete(ctx, &erased).await?,
            // Somebody was faster, or a review was entered meanwhile.
            Err(Refusal::Conflict(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(many)
}
