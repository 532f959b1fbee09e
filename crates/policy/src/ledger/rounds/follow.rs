//! The result of a round begins to work when its announcement is public; organs that owe answers hear of it.

use std::{collections::BTreeMap, sync::Arc};

use document::{
    events,
    references::{self, Decision, Verb, named},
    rows::document as document_row,
};
use kernel::{Actor, NewEvent, OrganCode, Role, event::Event, id::DocumentId, time};
use serde_json::json;
use store::{Error, Executor, Follower, Result, Tx, jobs::NewJob, query, query_scalar};
use web::{
    Ctx, Refusal,
    hooks::Recipients,
    mail::{Mail, SEND},
};

use super::{
    APPLIED, agrees,
    model::Answer,
    rows::{self, Item, Owed, RoundId},
};

/// Name of the follower's cursor.
const CONSUMER: &str = "ledger.results";

/// Has what a result says work once it is public.
pub(in crate::ledger) fn follower(_: &Ctx) -> Follower {
    Follower::new(CONSUMER, "清理结果公布后，文件的有效性随之变化", |tx, event: Event| {
        Box::pin(async move { apply(tx, &DocumentId::from(event.subject_id.as_str())).await })
    })
    .kinds(&[&events::PUBLISHED, &events::CORRECTED])
}

/// What the result of a round says of a document.
fn said(item: &Item) -> Option<Verb> {
    match item.outcome()? {
        Answer::Keep | Answer::Amend => None,
        Answer::Repeal => Some(Verb::Repeals),
        Answer::Lapse => Some(Verb::Ends),
    }
}

/// A failure of a rule is one of storage here.
fn broken(refusal: Refusal) -> Error {
    Error::Value(refusal.words())
}

/// Has what the public text says of documents work from the day of its publication on; what the text does not say does not begin.
///
/// # Errors
/// When the database fails.
pub(super) async fn apply(tx: &mut Tx, result: &DocumentId) -> Result<()> {
    let Some(id) = agrees::round_of(tx.conn(), result).await? else { return Ok(()) };
    let Some(document) = document_row(tx.conn(), result).await.map_err(broken)? else { return Ok(()) };
    let (Some(edition), Some(round)) = (document.public(), rows::round(tx.conn(), &id).await?) else { return Ok(()) };
    let text = agrees::read(tx.conn().target(), edition).await?;
    let mut begun = 0;
    for item in rows::lasting(rows::all(tx.conn(), &id).await?) {
        let Some(verb) = said(&item).filter(|_| agrees::says(&text, &item)) else { continue };
        let decided: Option<i64> = query_scalar(
            "SELECT 1 FROM document_reference WHERE from_document = $1 AND to_document = $2 \
             AND state IN ('confirmed', 'refused') LIMIT 1",
        )
        .bind(result)
        .bind(&item.document_id)
        .fetch_optional(tx.conn())
        .await?;
        if decided.is_some() {
            continue;
        }
        let wanted = Decision {
            verb,
            to: Some(item.document_id.clone()),
            articles: String::new(),
            // 自本通知公布之日起, whatever day the notice bears.
            effective_on: document.first_published_on.clone(),
        };
        let name = match item.number.as_str() {
            "" => item.title.clone(),
            number => format!("{}（{number}）", item.title),
        };
        match references::add(tx, &Actor::System, result, &wanted, (&name, &round.title)).await {
            Ok(_) => begun += 1,
            // One that cannot be said, since it would go round in a circle, keeps no other from being said; the office has it on
            // its work list ([`rows::idle`]).
            Err(Refusal::Fields(errors)) => {
                let why = errors.items().first().map(|(_, why)| why.clone()).unwrap_or_default();
                tracing::warn!(document = %item.document_id, name = %named(&item.title, &item.number), %why, "not applied");
            }
            Err(other) => return Err(broken(other)),
        }
    }
    if begun > 0 {
        let data = json!({ "result": result, "documents": begun });
        tx.append(NewEvent::new(&APPLIED, &id, &Actor::System).data(data)).await?;
    }
    Ok(())
}

/// Days before the end of the time for answers on which an organ is told; on the day after it is late.
const STEPS: [i64; 4] = [7, 3, 0, -1];

/// Tells the organs that owe answers, each once for a step; on working days.
///
/// # Errors
/// When the database fails; what was told before stays told.
pub(in crate::ledger) async fn remind(ctx: &Ctx) -> web::Result<()> {
    let today = ctx.today();
    if !ctx.calendar().is_probably_working(today) {
        return Ok(());
    }
    let owed = rows::owed(ctx.db(), &[]).await?;
    if owed.is_empty() {
        return Ok(());
    }
    let directory = ctx.directory();
    let addresses = ctx.one::<Arc<dyn Recipients>>().addresses(ctx, &[Role::Editor, Role::OrganHead]).await?;
    let mut of: BTreeMap<(RoundId, OrganCode), Vec<Owed>> = BTreeMap::new();
    for one in owed {
        of.entry((one.id.clone(), directory.stands_for(&one.organ, today))).or_default().push(one);
    }
    let office = ctx.office_url().to_owned();
    let mut tx = ctx.db().write().await?;
    for ((id, organ), list) in of {
        let Some(first) = list.first() else { continue };
        let Some(due) = time::parse_date(&first.due_on) else { continue };
        let left = today.until(due).map_or(0, |span| i64::from(span.get_days()));
        // The nearest step that is reached, however many mornings were missed.
        let Some(step) = STEPS.iter().rev().find(|step| left <= **step).copied() else { continue };
        let told = query(
            "INSERT INTO clean_up_reminder (clean_up, organ, due_on, step, sent_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING",
        )
        .bind(&id)
        .bind(&organ)
        .bind(&first.due_on)
        .bind(step)
        .bind(tx.now())
        .execute(tx.conn())
        .await?;
        let to = addresses.get(&organ).filter(|to| !to.is_empty()).cloned();
        let (1, Some(to)) = (told.rows_affected(), to) else { continue };
        let open: i64 = list.iter().map(|one| one.open).sum();
        let when =
            if left < 0 { format!("期限 {} 已过", first.due_on) } else { format!("期限 {}", first.due_on) };
        let text = format!(
            "{}：\n\n“{}”中，贵单位还有 {open} 份规范性文件没有提出清理意见，{when}。请逐份选择继续有效、拟修改、废止或者宣布失效；\
             继续有效的可以在列表里一次选中。\n\n打开：{office}/clean-ups/{id}?answer=none\n",
            directory.short_name(&organ),
            first.title,
        );
        let subject = format!("{open} 份规范性文件等待清理意见：{}", first.title);
        tx.enqueue(NewJob::now(SEND, &Mail { to, subject, text })).await?;
    }
    tx.commit().await?;
    Ok(())
}
