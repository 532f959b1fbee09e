//! Mails of the secrecy review: to the reviewers that a text waits, to whoever sent it what became of it. And who there is to
//! review at all.

use std::sync::Arc;

use kernel::{
    Role,
    id::{AccountId, PlanId},
};
use store::{Tx, jobs::NewJob};
use web::{
    Ctx, Refusal, Result,
    hooks::{Person, Recipients},
    mail::{Mail, SEND},
};

use super::Seen;
use crate::plans::{amend::AmendmentId, tree};

/// The secrecy reviewers of the competent department: who may clear its plans.
///
/// # Errors
/// When the database fails.
pub(crate) async fn reviewers(ctx: &Ctx) -> Result<Vec<Person>> {
    let mut people = ctx.one::<Arc<dyn Recipients>>().people(ctx, &[Role::ReviewerSecrecy]).await?;
    let (directory, office, today) = (ctx.directory(), ctx.office_organ(), ctx.today());
    people.retain(|person| directory.stands_for(&person.organ, today) == directory.stands_for(&office, today));
    Ok(people)
}

async fn title(tx: &mut Tx, plan: &PlanId) -> std::result::Result<String, Refusal> {
    Ok(tree::plan(tx.conn(), plan).await?.ok_or(Refusal::NotFound)?.title)
}

/// A text waits for the reviewers.
pub(super) async fn asked(
    ctx: &Ctx,
    tx: &mut Tx,
    plan: &PlanId,
    seen: &Seen,
    sender: &str,
) -> std::result::Result<(), Refusal> {
    let to: Vec<String> = reviewers(ctx).await?.into_iter().map(|one| one.email).filter(|to| !to.is_empty()).collect();
    if to.is_empty() {
        return Ok(());
    }
    let title = title(tx, plan).await?;
    let office = ctx.office_url();
    let (what, end) = match seen.amendment.as_str() {
        "" => ("", String::new()),
        id => ("的调整稿", format!("?amendment={id}")),
    };
    let text = format!("{sender}送来“{title}”{what}，等待保密审查。\n\n审查：{office}/plans/{plan}/clearance{end}\n");
    tx.enqueue(NewJob::now(SEND, &Mail { to, subject: format!("有要点等待保密审查：{title}"), text })).await?;
    Ok(())
}

/// What the reviewer said of the plan, or of that amendment of it, to the account that asked: passed, or returned and why.
pub(super) async fn decided(
    ctx: &Ctx,
    tx: &mut Tx,
    plan: &PlanId,
    (amendment, asked_by): (&AmendmentId, &str),
    (by, returned): (&str, Option<&str>),
) -> std::result::Result<(), Refusal> {
    let author = [AccountId::from(asked_by)];
    let to = ctx.one::<Arc<dyn Recipients>>().mail_of(ctx, &author).await?;
    if to.is_empty() {
        return Ok(());
    }
    let title = title(tx, plan).await?;
    let office = ctx.office_url();
    let (what, page, next) = match amendment.as_str() {
        "" => ("", "confirm".to_owned(), "可以下达了"),
        id => ("的调整稿", format!("amend/{id}"), "可以执行调整了"),
    };
    let (subject, said) = match returned {
        None => ("保密审查通过", format!("“{title}”{what}通过了{by}的保密审查，{next}。")),
        Some(why) => ("保密审查退回", format!("{by}退回了“{title}”{what}。\n\n原因：{why}\n\n请改好后重新送审。")),
    };
    let text = format!("{said}\n\n办理：{office}/plans/{plan}/{page}\n");
    tx.enqueue(NewJob::now(SEND, &Mail { to, subject: format!("{subject}：{title}"), text })).await?;
    Ok(())
}
