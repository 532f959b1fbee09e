//! What stands between a batch and the public is looked at once more when it goes out, by whatever door. Not what is kept of
//! earlier looks, which are rows that somebody may have changed, but the cells themselves, of rows that are what the digest of the
//! batch commits to. What was found is held in memory for as long as the batch says the same, so that a write asks it at no cost;
//! only what the log says was let through counts as decided ([`crate::proven`]).

use std::{collections::HashSet, sync::Arc};

use kernel::{Actor, NewEvent};
use review::{
    anew::{Known, Looked},
    findings::{Asking, Part, PartText, RULES},
};
use serde_json::json;
use store::log::seals::TAMPERED;
use web::{Ctx, Refusal};

use crate::{batch::Batch, check, events::BATCH, gates, publish};

/// Everything of a batch that is looked at.
async fn texts(ctx: &Ctx, batch: &Batch) -> Result<Vec<PartText>, Refusal> {
    let item = batch.item(ctx).await?;
    let mut texts = vec![PartText::of("title", "标题", &batch.title), PartText::of("note", "说明", &batch.note)];
    texts.push(PartText { part: gates::part(batch), pieces: gates::pieces(ctx, &item, &batch.id).await? });
    Ok(texts)
}

async fn look(ctx: &Ctx, batch: &Batch, asking: &Asking) -> Result<Looked, Refusal> {
    review::anew::found(asking, texts(ctx, batch).await?).await
}

/// What is found in a batch as it stands, whatever is kept of earlier looks.
///
/// # Errors
/// [`Refusal::Conflict`] when its rows are not what it commits to; when the database fails.
pub(crate) async fn found(ctx: &Ctx, batch: &Batch) -> Result<Arc<Looked>, Refusal> {
    publish::genuine(ctx.db().read(), batch).await?;
    let (item, asking) = (batch.item(ctx).await?, Asking::of(ctx).await?);
    let digests: Vec<String> = gates::parts(batch).into_iter().map(|part| part.digest).collect();
    let key = format!(
        "a batch looked at anew {} {} {} {RULES} {}",
        batch.id,
        digests.join(" "),
        item.version,
        asking.version()
    );
    let ask = async {
        let looked = look(ctx, batch, &asking).await;
        looked.map(Arc::new).map_err(|refusal| check::not_known(web::Error::from(refusal), "a look at a batch"))
    };
    Ok(ctx.db().while_events_unchanged(&[crate::items::SUBJECT], &[], key, ask).await?)
}

/// Looks at a batch under review, outside of every write. What is kept of earlier looks and stops something else is put right, and
/// named in the log where somebody has changed it past the program.
///
/// # Errors
/// When the database fails. Rows that are not what they were are no error here: the last gate refuses them.
pub(crate) async fn hold(ctx: &Ctx, batch: &Batch) -> Result<(), Refusal> {
    let looked = match found(ctx, batch).await {
        Ok(looked) => looked,
        Err(Refusal::Conflict(_)) => return Ok(()),
        Err(other) => return Err(other),
    };
    if looked.says(&gates::checks(ctx, batch).await?) {
        return Ok(());
    }
    let asking = Asking::of(ctx).await?;
    review::anew::look(&asking, ctx.db(), &gates::about(&batch.id), texts(ctx, batch).await?, tampered(batch)).await?;
    Ok(())
}

/// Says that what is kept of the looks at a batch was changed past the program. The log keeps it for good: no title stands in it.
fn tampered(batch: &Batch) -> NewEvent {
    let (id, what) = (&batch.id, "检查结果");
    let found = format!("领域数据批次“{id}”的{what}与记录内容不符，已重新检查");
    let data = json!({ "kind": "领域数据批次", "subject": id, "parts": [what], "found": found, "seal": "" });
    NewEvent::new(&TAMPERED, format!("{BATCH}:{id}"), &Actor::System).data(data)
}

/// Refuses a batch in which something stops that the log does not say was let through.
///
/// # Errors
/// [`Refusal::Conflict`] when something stops it, or it is not what was looked at.
pub(crate) async fn clean(ctx: &Ctx, batch: &Batch, decided: &HashSet<Known>) -> Result<(), Refusal> {
    let looked = found(ctx, batch).await?;
    let parts: Vec<Part> = gates::parts(batch);
    if !looked.is_of(&parts) {
        return Err(review::Refusal::Changed(gates::WORDS).into());
    }
    match looked.stopping(decided) {
        0 => Ok(()),
        n => Err(Refusal::Conflict(format!(
            "重新检查这批数据，有 {n} 处内容不能公开，留痕中也没有放行的记录，没有公开。检查结果可能被绕过本程序改动过，\
             请报告审计管理员；请退回后由填报人改正，或者由有权限的人说明理由放行后重新送审。"
        ))),
    }
}
