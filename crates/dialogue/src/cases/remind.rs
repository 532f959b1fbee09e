//! Reminders on working mornings: each organ hears how many of its cases are due or late, the county office which organs are late.

use std::{collections::BTreeMap, sync::Arc};

use case::queue::{self, Pressing};
use kernel::OrganCode;
use store::{Tx, jobs::NewJob};
use web::{
    Ctx, Refusal, Result, act_now,
    hooks::Recipients,
    mail::{Mail, SEND},
};

/// Working days ahead, today included, of which a reminder tells.
const AHEAD: u32 = 1;

/// What a line of a mail says of one kind.
fn line(ctx: &Ctx, one: &Pressing) -> String {
    let kind = case::find(ctx, &one.kind).map_or("办件", |kind| kind.label);
    let late = if one.late > 0 { format!("，其中已超期 {} 件", one.late) } else { String::new() };
    format!("  {kind}：{} 件将到期或已超期{late}，最早 {} 到期", one.cases, one.first_on)
}

/// Tells organs of what is due by the next working day, and the county office of what is late. Nothing on days off.
///
/// # Errors
/// When the database fails: then nobody was told.
pub(super) async fn today(ctx: &Ctx) -> Result<()> {
    let (today, calendar) = (ctx.today(), ctx.calendar());
    if !calendar.is_probably_working(today) {
        return Ok(());
    }
    let all = queue::pressing(ctx.db(), today, calendar.probably_after(today, AHEAD)).await?;
    if all.is_empty() {
        return Ok(());
    }
    let directory = ctx.directory();
    let mut of: BTreeMap<OrganCode, Vec<&Pressing>> = BTreeMap::new();
    for one in &all {
        of.entry(directory.stands_for(&one.organ, today)).or_default().push(one);
    }
    let recipients = ctx.one::<Arc<dyn Recipients>>();
    let handling = recipients.addresses(ctx, case::permissions::HANDLE_CASES.roles).await?;
    let overseeing = recipients.addresses(ctx, case::permissions::OVERSEE_CASES.roles).await?;
    let office = directory.stands_for(&ctx.office_organ(), today);
    let of_office = overseeing.get(&office).filter(|to| !to.is_empty());
    let mut mails = Vec::new();
    for (organ, lines) in &of {
        // Whom nobody can be told of there is told to those who oversee all.
        let Some(to) = handling.get(organ).filter(|to| !to.is_empty()).or(of_office) else { continue };
        let told: Vec<String> = lines.iter().map(|one| line(ctx, one)).collect();
        let text = format!(
            "{}：\n\n{}\n\n打开列表：{}/cases\n",
            directory.short_name(organ),
            told.join("\n"),
            ctx.office_url()
        );
        mails.push(Mail { to: to.clone(), subject: "办件将到期或已超期".to_owned(), text });
    }
    let late: Vec<String> = of
        .iter()
        .filter_map(|(organ, lines)| {
            let late: i64 = lines.iter().map(|one| one.late).sum();
            (late > 0).then(|| format!("  {}：{late} 件", directory.short_name(organ)))
        })
        .collect();
    if let (false, Some(to)) = (late.is_empty(), of_office) {
        let text = format!(
            "各机关超期未办结的办件：\n\n{}\n\n打开列表：{}/cases?due=past\n",
            late.join("\n"),
            ctx.office_url()
        );
        mails.push(Mail { to: to.clone(), subject: "各机关超期的办件".to_owned(), text });
    }
    act_now(ctx, async |tx: &mut Tx| {
        for mail in &mails {
            tx.enqueue(NewJob::now(SEND, mail)).await?;
        }
        Ok::<_, Refusal>(())
    })
    .await?;
    Ok(())
}
