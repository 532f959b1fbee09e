//! Decisions that are public and were revoked, changed or found unlawful: entered by who learns of it, taken away within
//! three working days by who may, with reasons for readers (行政处罚法 Art. 48, 85).

use ::store::{Tx, query};
use askama::Template;
use axum::{extract::State, response::Response};
use futures::future::BoxFuture;
use item::ItemKey;
use jiff::civil::Date;
use kernel::{Actor, NewEvent, OrganCode, may, may_for, time};
use record::{
    Reason, RecordId,
    permissions::{ENTER_RECORDS, WITHDRAW_RECORDS},
    rows::Stored,
    withdraw::{self as away, Gone, Withdrawal},
};
use serde::Deserialize;
use serde_json::json;
use web::{Ctx, Desk, Done, Form, FormErrors, OfficeShell, Query, Refusal, Result, act_in_place, office_page, page};

use super::{
    DROPPED, REVOKED, TAKEN_AWAY, narrowed, options,
    rows::{self, Revocation, RevocationId, What},
};

/// Most characters of what readers are told.
const WORDS: usize = 300;
const SIZE: usize = 50;
/// Items whose decisions are published one by one.
const ITEMS: [&str; 4] = ["penalty", "permit", "coercion", "inspection"];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    organ: String,
    state: String,
    after: Option<String>,
}

/// What is entered.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct New {
    once: String,
    item: String,
    /// 决定书文号.
    number: String,
    what: String,
    decided_on: String,
    words: String,
}

struct Line {
    id: RevocationId,
    title: String,
    href: String,
    organ: String,
    what: &'static str,
    words: String,
    decided_on: String,
    due_on: String,
    state: &'static str,
    tone: &'static str,
    by: String,
    ended: String,
    open: bool,
    /// Of the public record; 0 where it is public no more.
    version: i64,
    may: bool,
}

#[derive(Template)]
#[template(path = "enforcement/templates/revocations.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    asked: Asked,
    organs: Vec<(String, String)>,
    states: Vec<(&'static str, &'static str)>,
    items: Vec<(String, String)>,
    kinds: Vec<(&'static str, &'static str)>,
    typed: New,
    lines: Vec<Line>,
    base: String,
    previous: Option<String>,
    next: Option<String>,
    may_enter: bool,
    /// The button that was pressed beside a line, and what was typed for it.
    button: Button,
    once: String,
}

impl Page {
    /// The words of a line as they stand in its form.
    fn words<'p>(&'p self, one: &'p Line) -> &'p str {
        if self.button.id == one.id && !self.button.words.is_empty() { &self.button.words } else { &one.words }
    }

    /// What is wrong with them.
    fn wrong(&self, one: &Line) -> Option<&str> {
        self.errors.of(&format!("w-{}", one.id))
    }

    /// Whether the form that enters a line is the one that was sent.
    fn is_entering(&self) -> bool {
        !self.errors.is_empty() && self.button.id.as_str().is_empty()
    }
}

/// GET /enforcement/revocations
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    let typed = New { item: "penalty".to_owned(), what: "revoked".to_owned(), ..New::default() };
    shown(&ctx, &desk, asked, typed, FormErrors::new()).await
}

async fn shown(ctx: &Ctx, desk: &Desk, asked: Asked, typed: New, errors: FormErrors) -> Result<Response> {
    again(ctx, desk, asked, (typed, Button::default()), errors).await
}

/// The page with what was typed into its forms.
async fn again(
    ctx: &Ctx,
    desk: &Desk,
    asked: Asked,
    (typed, button): (New, Button),
    errors: FormErrors,
) -> Result<Response> {
    let organs = narrowed(ctx, desk, &asked.organ);
    let order = if asked.state == "open" { "due" } else { "newest" };
    let found = rows::revocations(organs, &asked.state);
    let found = found.page::<Revocation>(ctx.db(), Some(order), asked.after.as_deref(), SIZE).await?;
    let mut lines = Vec::with_capacity(found.rows.len());
    for one in found.rows {
        lines.push(line(ctx, desk, one).await?);
    }
    let mut items = Vec::new();
    for key in ITEMS {
        if let Some(item) = rows::item(ctx, key).await? {
            items.push((key.to_owned(), item.title.clone()));
        }
    }
    let query = page::query_string(&[("organ", asked.organ.as_str()), ("state", asked.state.as_str())]);
    let mut shell = desk.shell(ctx, "撤回处罚信息").await?;
    shell.has_error = !errors.is_empty();
    let page = Page {
        organs: options(ctx, desk),
        states: vec![("open", "待撤回"), ("done", "已撤回"), ("dropped", "已取消")],
        kinds: What::ALL.into_iter().map(|what| (what.code(), what.label())).collect(),
        base: if query.is_empty() { "?".to_owned() } else { format!("?{query}&") },
        may_enter: may(&desk.actor(), &ENTER_RECORDS).is_ok(),
        once: ctx.once(),
        button,
        previous: found.previous,
        next: found.next,
        shell,
        errors,
        asked,
        items,
        typed,
        lines,
    };
    if page.errors.is_empty() { office_page(&page) } else { page::office_errors(&page) }
}

async fn line(ctx: &Ctx, desk: &Desk, one: Revocation) -> Result<Line> {
    let (directory, today) = (ctx.directory(), ctx.today().to_string());
    let key = ItemKey::new(&one.item);
    let public = match &key {
        Some(key) => record::rows::public(ctx.db().read(), key, &one.record).await?,
        None => None,
    };
    let item = rows::item(ctx, &one.item).await?;
    let title = item.as_ref().map_or_else(|| one.item.clone(), |item| item.title.clone());
    // What was taken away keeps the number by which the office knows it.
    let versions = match &public {
        Some(_) => Vec::new(),
        None => record::rows::versions(ctx.db().read(), &one.record).await?,
    };
    let newest = public.as_ref().or_else(|| versions.iter().find(|stored| !stored.data.values.is_empty()));
    let name = item.as_ref().zip(newest).map(|(item, stored)| stored.name(item));
    let (state, tone) = match (one.state.as_str(), public.is_some()) {
        ("open", true) if one.due_on < today => ("逾期未撤回", "late"),
        ("open", true) => ("待撤回", "soon"),
        // Its time was over, or it is about a minor: nothing is left to be taken away, and the line is ended by hand.
        ("open", false) => ("记录已不公开，待取消登记", "soon"),
        ("dropped", _) => ("已取消", "off"),
        _ => ("已撤回", "ok"),
    };
    let who = if one.ended_name.is_empty() { String::new() } else { format!("，{}", one.ended_name) };
    let ended = if one.ended_at.is_empty() {
        String::new()
    } else {
        format!("{}{who}{}", time::show_date(&one.ended_at), because(&one.ended_why))
    };
    let open = one.is_open();
    Ok(Line {
        href: format!("/records/{}/{}", one.item, one.record),
        title: name.map_or_else(|| title.clone(), |name| format!("{title} {name}")),
        organ: directory.short_name(&one.organ).to_owned(),
        what: one.what.label(),
        by: format!("{} {}", one.by_name, time::show_date(&one.at)),
        version: public.map_or(0, |stored| stored.version),
        may: may_for(&desk.actor(), &WITHDRAW_RECORDS, &directory.stands_for(&one.organ, ctx.today())).is_ok(),
        id: one.id,
        words: one.words,
        decided_on: one.decided_on,
        due_on: one.due_on,
        state,
        tone,
        ended,
        open,
    })
}

fn because(why: &str) -> String {
    if why.is_empty() { String::new() } else { format!("：{why}") }
}

/// The public record of an item with this number that this person's organ keeps.
///
/// # Errors
/// [`Refusal::Fields`] at `number` and `item`; when the database fails.
pub(super) async fn by_number(ctx: &Ctx, item: &str, number: &str) -> Result<Stored, Refusal> {
    let Some(item) = rows::item(ctx, item).await? else {
        return Err(Refusal::field("item", "请选择事项。"));
    };
    let number = number.trim();
    if number.is_empty() {
        return Err(Refusal::field("number", "请填写决定书文号，与公示的一致，例如 青住建罚〔2026〕12号。"));
    }
    let found = record::rows::named(ctx.db(), &item, None, number).await?;
    match found.as_slice() {
        [one] => record::rows::public(ctx.db().read(), &item.key, one).await?.ok_or(Refusal::NotFound),
        [] => Err(Refusal::field("number", "没有找到已公示的这个文号。请核对文号和事项；已经撤下的不用登记。")),
        _ => Err(Refusal::field("number", "这个文号有不止一条公示信息，请到记录页面逐条撤下。")),
    }
}

/// POST /enforcement/revocations
pub(super) async fn enter(State(ctx): State<Ctx>, desk: Desk, Form(typed): Form<New>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let due = entered(&ctx, tx, &desk.actor(), &typed).await?;
        let until = due.map(|due| format!("请在 {due} 前撤回。")).unwrap_or_default();
        Ok(Done::ok("/enforcement/revocations?state=open", format!("已登记。{until}")))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, Asked::default(), typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// Enters that a decision was revoked; its clock runs from the day of that.
///
/// # Errors
/// [`Refusal::Fields`] at the fields; [`Refusal::Conflict`] when it is entered already; when the person may not.
async fn entered(ctx: &Ctx, tx: &mut Tx, actor: &Actor, typed: &New) -> Result<Option<Date>, Refusal> {
    let stored = by_number(ctx, &typed.item, &typed.number).await?;
    may_for(actor, &ENTER_RECORDS, &ctx.directory().stands_for(&stored.organ, ctx.today()))?;
    let mut errors = FormErrors::new();
    let what = What::from_code(&typed.what);
    errors.require(what.is_some(), "what", "请选择情形。");
    let day = time::parse_date(&typed.decided_on);
    let decided = time::parse_date(&stored.sort_on);
    errors.require(day.is_some(), "decided_on", "请填写撤销、变更或者确认的日期，例如 2026-03-05。");
    errors.require(day.is_none_or(|day| day <= ctx.today()), "decided_on", "日期不能在今天之后。");
    let not_before = day.zip(decided).is_none_or(|(day, decided)| day >= decided);
    errors.require(not_before, "decided_on", "日期不能早于作出原决定的日期。");
    let words = typed.words.trim();
    errors.require(
        !words.is_empty(),
        "words",
        "请写明理由（撤回后公开，不要写当事人和具体内容），例如“原处罚决定已被行政复议撤销”。",
    );
    errors.require(words.chars().count() <= WORDS, "words", "请缩短到 300 字以内。");
    let (Some(what), Some(day), true) = (what, day, errors.is_empty()) else { return Err(errors.into()) };
    // Whoever takes it away on the last day finds words that readers may see.
    away::says_nobody(ctx, tx.conn(), &stored, words).await?;
    tx.lock(&format!("enforcement revocation {}", stored.record)).await?;
    let due = away::due(ctx, Reason::Revoked, Some(day));
    let (account, name) = rows::by(actor);
    let id = RevocationId::fresh(&tx.seams());
    let due_on = due.map(|due| due.to_string()).unwrap_or_default();
    let put = query(
        "INSERT INTO enforcement_revocation (id, record, item, organ, what, words, decided_on, due_on, state, at, by_account, \
         by_name, ended_at, ended_name, ended_why) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, '', '', '') \
         ON CONFLICT (record) WHERE state = 'open' DO NOTHING",
    )
    .bind(&id)
    .bind(&stored.record)
    .bind(&stored.item)
    .bind(&stored.organ)
    .bind(what.code())
    .bind(words)
    .bind(day.to_string())
    .bind(&due_on)
    .bind(tx.now())
    .bind(&account)
    .bind(&name)
    .execute(tx.conn())
    .await?;
    if put.rows_affected() == 0 {
        return Err(Refusal::Conflict("这条信息已经登记过，正等待撤回，没有重复登记。".to_owned()));
    }
    let data = json!({
        "item": stored.item, "record": stored.record.as_str(), "revoked": what.code(), "words": words,
        "decided_on": day.to_string(), "due_on": due_on,
    });
    tx.append(NewEvent::new(&REVOKED, &id, actor).organ(&stored.organ).data(data)).await?;
    Ok(due)
}

/// A button beside a line.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Button {
    once: String,
    id: RevocationId,
    version: i64,
    reason: String,
    /// What readers are told, as it is changed where it is taken away.
    words: String,
}

/// The open line that a button is about.
async fn open(ctx: &Ctx, tx: &mut Tx, actor: &Actor, id: &RevocationId) -> Result<Revocation, Refusal> {
    let one = rows::revocation(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    let organ: OrganCode = ctx.directory().stands_for(&one.organ, ctx.today());
    may_for(actor, &WITHDRAW_RECORDS, &organ)?;
    if !one.is_open() {
        return Err(Refusal::Conflict("这一条已经办结。请看现在的情况。".to_owned()));
    }
    Ok(one)
}

/// Ends a line; one that ended meanwhile is told.
async fn end(tx: &mut Tx, actor: &Actor, one: &Revocation, (state, why): (&str, &str)) -> Result<(), Refusal> {
    let ended = query(
        "UPDATE enforcement_revocation SET state = $2, ended_at = $3, ended_name = $4, ended_why = $5 \
         WHERE id = $1 AND state = 'open'",
    )
    .bind(&one.id)
    .bind(state)
    .bind(tx.now())
    .bind(actor.log_name())
    .bind(why)
    .execute(tx.conn())
    .await?;
    if ended.rows_affected() == 0 {
        return Err(Refusal::Conflict("这一条刚刚由别人办结。请看现在的情况。".to_owned()));
    }
    Ok(())
}

/// Takes the record of an open line away, which ends the line ([`Ended`]).
async fn take_away(ctx: &Ctx, tx: &mut Tx, actor: &Actor, (one, version): (&Revocation, i64)) -> Result<(), Refusal> {
    let withdrawal = Withdrawal {
        record: one.record.clone(),
        version,
        reason: Reason::Revoked,
        words: one.words.clone(),
        decided_on: time::parse_date(&one.decided_on),
    };
    away::withdraw(ctx, tx, actor, withdrawal).await?;
    Ok(())
}

/// Ends what waits for a record to be taken away when it is: from here, from its own page, by a repair, at the end of its term.
pub(super) struct Ended;

impl Gone for Ended {
    fn gone<'a>(
        &'a self,
        tx: &'a mut Tx,
        actor: &'a Actor,
        record: &'a RecordId,
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async move {
            let Some(one) = rows::open_of(tx.conn(), record).await? else { return Ok(()) };
            end(tx, actor, &one, ("done", "")).await?;
            let data = json!({ "item": one.item, "record": one.record.as_str(), "due_on": one.due_on });
            tx.append(NewEvent::new(&TAKEN_AWAY, &one.id, actor).organ(&one.organ).data(data)).await?;
            Ok(())
        })
    }
}

/// Enters for the demonstration that a penalty was revoked today.
///
/// # Errors
/// As [`entered`].
pub(super) async fn seeded(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (number, words): (&str, &str),
) -> Result<(), Refusal> {
    let typed = New {
        item: "penalty".to_owned(),
        number: number.to_owned(),
        what: What::Revoked.code().to_owned(),
        decided_on: ctx.today().to_string(),
        words: words.to_owned(),
        ..New::default()
    };
    entered(ctx, tx, actor, &typed).await?;
    Ok(())
}

/// Has the record of an open line go, for the demonstration.
///
/// # Errors
/// As [`withdraw`].
pub(super) async fn went(ctx: &Ctx, tx: &mut Tx, actor: &Actor, record: &RecordId) -> Result<(), Refusal> {
    let Some(one) = rows::open_of(tx.conn(), record).await? else { return Ok(()) };
    let versions = record::rows::versions(tx.conn(), record).await?;
    let version = versions.first().map_or(0, |version| version.version);
    take_away(ctx, tx, actor, (&one, version)).await
}

/// POST /enforcement/revocations/withdraw: the record goes at once, a line with the reason stays.
pub(super) async fn withdraw(State(ctx): State<Ctx>, desk: Desk, Form(button): Form<Button>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let one = open(&ctx, tx, &desk.actor(), &button.id).await?;
        let one = said(tx, one, button.words.trim()).await?;
        take_away(&ctx, tx, &desk.actor(), (&one, button.version)).await?;
        Ok::<_, Refusal>(Done::ok("/enforcement/revocations", "已撤回，公开说明理由，具体内容不再显示。"))
    };
    let page = async |errors: FormErrors| {
        let errors = errors.at("words", &format!("w-{}", button.id));
        again(&ctx, &desk, Asked::default(), (New::default(), button.clone()), errors).await
    };
    act_in_place(&ctx, &button.once, done, page).await
}

/// The line with the words that readers are told, where they were changed before it is done.
async fn said(tx: &mut Tx, one: Revocation, words: &str) -> Result<Revocation, Refusal> {
    if words.is_empty() || words == one.words {
        return Ok(one);
    }
    if words.chars().count() > WORDS {
        return Err(Refusal::field("words", "请缩短到 300 字以内。"));
    }
    query("UPDATE enforcement_revocation SET words = $2 WHERE id = $1 AND state = 'open'")
        .bind(&one.id)
        .bind(words)
        .execute(tx.conn())
        .await?;
    Ok(Revocation { words: words.to_owned(), ..one })
}

/// POST /enforcement/revocations/drop: it was entered by mistake, or the record went another way.
pub(super) async fn give_up(State(ctx): State<Ctx>, desk: Desk, Form(button): Form<Button>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let actor = desk.actor();
        let one = open(&ctx, tx, &actor, &button.id).await?;
        let reason = button.reason.trim();
        if reason.is_empty() || reason.chars().count() > WORDS {
            return Err(Refusal::field("reason", "请写明取消的理由，300 字以内，例如“登记的文号有误”。"));
        }
        end(tx, &actor, &one, ("dropped", reason)).await?;
        let data = json!({ "item": one.item, "record": one.record.as_str(), "reason": reason });
        tx.append(NewEvent::new(&DROPPED, &one.id, &actor).organ(&one.organ).data(data)).await?;
        Ok(Done::ok("/enforcement/revocations", "已取消登记，公示信息没有变动。"))
    };
    let page =
        async |errors: FormErrors| again(&ctx, &desk, Asked::default(), (New::default(), button.clone()), errors).await;
    act_in_place(&ctx, &button.once, done, page).await
}
