//! Repair (信用修复): what a penalised person asked for and the office grants takes the penalty off the page, once it was shown
//! for the least time; and the end of publication on the day that the standard's field 公示截止期 says.

use std::collections::BTreeMap;

use ::store::{Entry as Timed, Every, Schedule, Tx};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use case::{Entry, Typed};
use enforcement::Span;
use futures::TryStreamExt;
use item::ItemKey;
use jiff::civil::{Date, time as at};
use kernel::{Actor, id::CaseId, time};
use record::{
    Query as Records, Reason,
    query::Asked as Wanted,
    rows::Stored,
    slots,
    withdraw::{self as away, Withdrawal},
};
use serde::Deserialize;
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Refusal, Result, act_in_place, act_now, office_page, page,
};

use super::{Enforcement, revocation::by_number};

/// The kind of case whose step leads here, as `dialogue` declares it.
const KIND: &str = "credit-repair";
/// The step that is taken here.
const GRANT: &str = "grant";
/// The item that is repaired.
const ITEM: &str = "penalty";
/// The column of whom it is about.
const COUNTERPART: &str = "counterpart";
/// The column that says until when a penalty is shown.
const SHOWN_UNTIL: &str = "shown_until";

/// What is filled in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Granted {
    once: String,
    version: i64,
    number: String,
    /// The misconduct is a serious one: it is shown longer.
    serious: String,
    words: String,
    answer: String,
}

#[derive(Template)]
#[template(path = "enforcement/templates/repair.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    id: CaseId,
    registered: String,
    asked: Vec<(String, String)>,
    typed: Granted,
    /// What is public under the number, with its days; `None` = nothing.
    found: Option<Found>,
    general: String,
    serious: String,
    ended: bool,
    is_serious: bool,
    once: String,
}

struct Found {
    href: String,
    since: String,
    /// The last day on which this site shows it; empty = none.
    ends: String,
    general: String,
    serious: String,
}

/// The case as it is asked for here.
async fn seen(ctx: &Ctx, desk: &Desk, id: &CaseId) -> Result<(Entry, case::Kind)> {
    let (entry, kind) = case::seen(ctx, ctx.db().read(), &desk.actor(), id).await?;
    if kind.key != KIND {
        return Err(Error::NotFound);
    }
    Ok((entry, kind))
}

/// GET /enforcement/repairs/{id}
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    let (entry, _) = seen(&ctx, &desk, &id).await?;
    let request = case::request(&ctx, ctx.db().read(), &entry).await?;
    let typed = Granted {
        number: request.get("number").cloned().unwrap_or_default(),
        words: "当事人已履行义务、纠正违法行为，准予信用修复".to_owned(),
        answer: "经审核符合信用修复条件，处罚信息已停止公示。".to_owned(),
        version: entry.version,
        ..Granted::default()
    };
    shown(&ctx, &desk, &id, typed, FormErrors::new()).await
}

async fn shown(ctx: &Ctx, desk: &Desk, id: &CaseId, typed: Granted, errors: FormErrors) -> Result<Response> {
    let (entry, kind) = seen(ctx, desk, id).await?;
    let request = case::request(ctx, ctx.db().read(), &entry).await?;
    let asked = kind.fields.iter().filter_map(|(name, label)| Some(((*label).to_owned(), request.get(*name)?.clone())));
    let terms = ctx.settings::<Enforcement>().terms();
    let found = match by_number(ctx, ITEM, &typed.number).await {
        Ok(stored) => {
            let since = since(ctx, &stored).await?;
            let said =
                |is_serious: bool| since.and_then(|day| terms.span(day, is_serious)).map(words).unwrap_or_default();
            Some(Found {
                href: format!("/records/{ITEM}/{}", stored.record),
                general: said(false),
                serious: said(true),
                ends: stored.keep_until.clone(),
                since: since.map(|day| day.to_string()).unwrap_or_default(),
            })
        }
        Err(Refusal::Fields(_) | Refusal::NotFound) => None,
        Err(why) => return Err(why.into()),
    };
    let months = |(least, most): (u16, u16)| format!("最短 {least} 个月，最长 {most} 个月");
    let mut shell = desk.shell(ctx, "信用修复").await?;
    shell.has_error = !errors.is_empty();
    let page = Page {
        registered: entry.registered(kind),
        asked: asked.filter(|(_, text)| !text.is_empty()).collect(),
        general: months(terms.general),
        serious: months(terms.serious),
        ended: entry.is_ended(),
        is_serious: !typed.serious.is_empty(),
        once: ctx.once(),
        id: id.clone(),
        shell,
        errors,
        typed,
        found,
    };
    if page.errors.is_empty() { office_page(&page) } else { page::office_errors(&page) }
}

fn words(span: Span) -> String {
    format!("{} 起可以修复，最长公示到 {}", span.from, span.until)
}

/// The day on which a record first became public.
async fn since(ctx: &Ctx, stored: &Stored) -> Result<Option<Date>> {
    let versions = record::rows::versions(ctx.db().read(), &stored.record).await?;
    Ok(versions.iter().filter_map(|version| time::parse_date(&version.public_on)).min())
}

/// POST /enforcement/repairs/{id}: the case ends and the penalty goes, in one write.
pub(super) async fn grant(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<CaseId>,
    Form(typed): Form<Granted>,
) -> Result<Response> {
    let (entry, _) = seen(&ctx, &desk, &id).await?;
    let done = async |tx: &mut Tx| {
        let stored = by_number(&ctx, ITEM, &typed.number).await?;
        // Both machines append events: what they lock is locked before the log is.
        tx.lock_row("case_entry", id.as_str()).await?;
        tx.lock(&format!("record {}", stored.record)).await?;
        check(&ctx, &entry, &stored, &typed).await?;
        let fields = BTreeMap::from([("answer".to_owned(), typed.answer.trim().to_owned())]);
        let sent = Typed { version: typed.version, fields };
        case::take(&ctx, tx, &desk.actor(), &id, GRANT, &sent).await?;
        let withdrawal = Withdrawal {
            record: stored.record.clone(),
            version: stored.version,
            reason: Reason::Repaired,
            words: typed.words.trim().to_owned(),
            decided_on: Some(ctx.today()),
        };
        away::withdraw(&ctx, tx, &desk.actor(), withdrawal).await?;
        Ok::<_, Refusal>(Done::ok(format!("/cases/{id}"), "已准予信用修复，处罚信息已停止公示。"))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, &id, typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// Whether this penalty is the organ's and was shown for the least time.
async fn check(ctx: &Ctx, entry: &Entry, stored: &Stored, typed: &Granted) -> Result<(), Refusal> {
    let (directory, today) = (ctx.directory(), ctx.today());
    if directory.stands_for(&stored.organ, today) != directory.stands_for(&entry.organ, today) {
        return Err(Refusal::field("number", "这个文号是其他机关的处罚决定，请先把办件转给作出处罚的机关。"));
    }
    if typed.answer.trim().is_empty() {
        return Err(Refusal::field("answer", "请填写给申请人的答复。"));
    }
    asked_for(ctx, entry, stored, &typed.number).await?;
    let Some(since) = since(ctx, stored).await? else { return Ok(()) };
    let span = ctx.settings::<Enforcement>().terms().span(since, !typed.serious.is_empty());
    match span {
        Some(span) if today < span.from => {
            let why = format!("处罚信息 {since} 起公示，不满最短公示期，{} 起才能修复。", span.from);
            Err(Refusal::field("number", why))
        }
        _ => Ok(()),
    }
}

/// Whether it is this penalty that was asked for, by whom it is about: another one's is not taken away by a slip of the pen.
async fn asked_for(ctx: &Ctx, entry: &Entry, stored: &Stored, number: &str) -> Result<(), Refusal> {
    let request = case::request(ctx, ctx.db().read(), entry).await?;
    let asked = request.get("number").map_or("", |asked| asked.trim());
    if !asked.is_empty() && slots::folded(asked) != slots::folded(number) {
        let text = format!("申请修复的是“{asked}”，这里填写的是另一个决定。申请里写错了的，请先请申请人补正。");
        return Err(Refusal::field("number", text));
    }
    let Some(key) = ItemKey::new(ITEM) else { return Ok(()) };
    let Some(item) = record::items::find(ctx, &key).await? else { return Ok(()) };
    let (values, _) = record::rows::whole(ctx, ctx.db().read(), &item, stored).await?;
    let punished = values.get(COUNTERPART).map(record::values::text_of).unwrap_or_default();
    let (known, party) = (slots::folded(&punished), slots::folded(request.get("party").map_or("", String::as_str)));
    let is_other = !known.is_empty() && !party.is_empty() && known != party;
    if is_other {
        let text = "这个决定的当事人和申请里写的被处罚人不是同一个。请核对文号；申请里写错了的，请先请申请人补正。";
        return Err(Refusal::field("number", text));
    }
    Ok(())
}

/// Ends the publication of penalties whose 公示截止期 is over, every night after the records whose retention is over.
pub(super) fn schedule(ctx: &Ctx) -> Schedule {
    let ctx = ctx.clone();
    let end = Timed::new(
        "enforcement.end_shown",
        "停止公示到期的处罚信息",
        Every::Daily(at(0, 50, 0, 0)),
        move || {
            let ctx = ctx.clone();
            async move {
                let ended = end_shown(&ctx).await.map_err(Error::from)?;
                if ended > 0 {
                    tracing::info!(ended, "penalties were shown for as long as they say");
                }
                Ok(())
            }
        },
    );
    Schedule::default().with(end)
}

/// Takes away the penalties that say of themselves to be shown no longer, one by one; how many.
///
/// # Errors
/// When the database fails; what was taken away until then is away.
async fn end_shown(ctx: &Ctx) -> Result<i64, Refusal> {
    let Some(key) = ItemKey::new(ITEM) else { return Ok(0) };
    let Some(item) = record::items::find(ctx, &key).await? else { return Ok(0) };
    if item.column(SHOWN_UNTIL).is_none() {
        return Ok(0);
    }
    let yesterday = ctx.today().yesterday().unwrap_or(Date::ZERO);
    let mut query = Records::new(item);
    // Where the catalogue lets nobody ask by that day, each record is looked at.
    if query.can_ask(SHOWN_UNTIL) {
        query.asked.insert(SHOWN_UNTIL.to_owned(), Wanted::Days(None, Some(yesterday)));
    }
    let mut over = Vec::new();
    let mut all = query.export(ctx.db(), "oldest").await?;
    while let Some(row) = all.try_next().await? {
        // The record itself has the last word, however it was found.
        if time::parse_date(row.data.get(SHOWN_UNTIL)).is_some_and(|day| day <= yesterday) {
            over.push((row.record, row.version));
        }
    }
    drop(all);
    let mut ended = 0;
    for (record, version) in over {
        let withdrawal = Withdrawal {
            record,
            version,
            reason: Reason::Lawful,
            words: "公示截止期已满".to_owned(),
            decided_on: None,
        };
        let take = async |tx: &mut Tx| away::withdraw(ctx, tx, &Actor::System, withdrawal).await;
        match act_now(ctx, take).await {
            Ok(_) => ended += 1,
            // It went another way meanwhile.
            Err(Refusal::Conflict(_)) => {}
            Err(why) => return Err(why),
        }
    }
    Ok(ended)
}
