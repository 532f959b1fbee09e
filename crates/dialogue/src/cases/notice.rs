//! Telling an organ by mail that a case waits for it: number and day, nothing of the person.

use std::sync::Arc;

use kernel::id::CaseId;
use store::{Tx, jobs::NewJob};
use web::{
    Ctx, Refusal,
    hooks::Recipients,
    mail::{Mail, SEND},
};

/// Has whoever handles such cases in the organ told, in the write under way. `what` stands in the subject: 督办.
///
/// # Errors
/// When the database fails.
pub async fn tell(ctx: &Ctx, tx: &mut Tx, case: &CaseId, what: &str) -> Result<(), Refusal> {
    let entry = case::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    let keeper = case::keeper(ctx, &entry.organ);
    let all = ctx.one::<Arc<dyn Recipients>>().addresses(ctx, kind.handle.roles).await?;
    let Some(to) = all.get(&keeper).filter(|to| !to.is_empty()) else { return Ok(()) };
    let number = entry.registered(kind);
    let until = entry.due().map(|due| format!("，请在 {due} 前办理")).unwrap_or_default();
    let mail = Mail {
        to: to.clone(),
        subject: format!("{what}：{number}"),
        text: format!(
            "{}，{number}{until}。\n\n登录办理：{}/cases/{}\n\n为保护当事人，邮件不写内容。",
            kind.label,
            ctx.office_url(),
            entry.id,
        ),
    };
    tx.enqueue(NewJob::now(SEND, &mail)).await?;
    Ok(())
}
