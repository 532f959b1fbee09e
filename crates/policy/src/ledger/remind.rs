//! Organs hear in time that the term of a normative document ends: then it lapses by itself, unless somebody prolongs it.

use std::{collections::BTreeMap, sync::Arc};

use jiff::ToSpan;
use kernel::{OrganCode, Role, time};
use store::{jobs::NewJob, query};
use web::{
    Ctx, Result,
    hooks::Recipients,
    mail::{Mail, SEND},
};

use super::rows::{self, Ending};

/// Days before the end on which an organ is told.
const STEPS: [i64; 3] = [90, 30, 7];
/// Documents that one morning tells of.
const MOST: usize = 2_000;

/// Tells the organs whose documents have come so near to their end, each once for a step; on working days.
///
/// # Errors
/// When the database fails; what was told before stays told.
pub(super) async fn expiring(ctx: &Ctx) -> Result<()> {
    let today = ctx.today();
    if !ctx.calendar().is_probably_working(today) {
        return Ok(());
    }
    let last = today.checked_add(STEPS[0].days()).unwrap_or(today);
    let ending = rows::ending(ctx.db(), &[], (today, last), MOST).await?;
    if ending.is_empty() {
        return Ok(());
    }
    let directory = ctx.directory();
    let addresses = ctx.one::<Arc<dyn Recipients>>().addresses(ctx, &[Role::Editor, Role::OrganHead]).await?;
    let mut tx = ctx.db().write().await?;
    let mut of: BTreeMap<OrganCode, Vec<Ending>> = BTreeMap::new();
    for one in ending {
        let Some(until) = time::parse_date(&one.expires_on) else { continue };
        let left = today.until(until).map_or(0, |span| i64::from(span.get_days()));
        // The nearest step that it has reached: one mail, however many mornings were missed.
        let Some(step) = STEPS.iter().rev().find(|step| left <= **step).copied() else { continue };
        let told = query(
            "INSERT INTO ledger_reminder (document_id, expires_on, step, sent_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(&one.id)
        .bind(&one.expires_on)
        .bind(step)
        .bind(tx.now())
        .execute(tx.conn())
        .await?;
        if told.rows_affected() == 1 {
            of.entry(directory.stands_for(&one.organ, today)).or_default().push(one);
        }
    }
    let office = ctx.office_url().to_owned();
    for (organ, list) in of {
        let Some(to) = addresses.get(&organ).filter(|to| !to.is_empty()).cloned() else { continue };
        let lines: Vec<String> =
            list.iter().map(|one| format!("  {} 到期　《{}》", one.expires_on, one.title)).collect();
        let text = format!(
            "{}：\n\n下列规范性文件的有效期将满，届满后自动标为失效：\n\n{}\n\n需要继续执行的，请在到期前按程序延长或者重新制定；不再执行的，不用办理。\n\n\
             打开台账：{office}/ledger?term=near\n",
            directory.short_name(&organ),
            lines.join("\n"),
        );
        let subject = format!("{} 份规范性文件有效期将满", list.len());
        tx.enqueue(NewJob::now(SEND, &Mail { to, subject, text })).await?;
    }
    tx.commit().await?;
    Ok(())
}
