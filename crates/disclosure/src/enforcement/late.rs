//! How decisions stand to their terms: what became public late, what is on its way and by when it must be out; each day
//! explained. The office has organs mend it as duties.

use std::{collections::BTreeMap, sync::Arc};

use ::store::Tx;
use askama::Template;
use axum::{extract::State, response::Response};
use duty::{DutyRow, Notice, Source, SourceKey, SourceKind, Why, Words, duties, model::OwnerRole, source};
use futures::future::{BoxFuture, ready};
use jiff::civil::Date;
use kernel::{OrganCode, id::DutyId, may, may_for, time};
use record::{Data, RecordId};
use serde::Deserialize;
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Pager, Query, Refusal, Result, act_in_place, office_page,
    page::query_string,
};

use super::{
    OWE, narrowed, options,
    rows::{self, Day, OnTheWay, Waiting},
    terms::{self, Counted, Term},
};

/// Batches on their way that a page shows.
pub(super) const MOST_WAITING: i64 = 200;

/// What of the list is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    organ: String,
    item: String,
    year: String,
    page: i64,
}

/// A decision that became public late.
struct Late {
    name: String,
    item: String,
    item_key: String,
    record: RecordId,
    organ: String,
    decided_on: String,
    due_on: String,
    public_on: String,
    /// Days after the last one.
    days: i32,
}

/// A batch that is not public yet.
struct Coming {
    title: String,
    href: String,
    state: &'static str,
    organ: String,
    item_key: String,
    records: i64,
    decided_on: String,
    due_on: String,
    is_over: bool,
    soon: bool,
}

/// An organ with what it has published late and what is overdue, for the office.
struct Standing {
    code: String,
    organ: String,
    all: i64,
    late: i64,
    overdue: i64,
}

#[derive(Template)]
#[template(path = "enforcement/templates/late.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    asked: Asked,
    organs: Vec<(String, String)>,
    items: Vec<(String, String)>,
    years: Vec<(String, String)>,
    year: String,
    all: i64,
    on_time: i64,
    late: i64,
    overdue: i64,
    standing: Vec<Standing>,
    lines: Vec<Late>,
    coming: Vec<Coming>,
    /// There are more batches on their way than are listed.
    is_cut: bool,
    pager: Pager,
    may_owe: bool,
    due_on: String,
    once: String,
}

/// Years that may be asked for, the newest first.
pub(super) fn years(ctx: &Ctx) -> Vec<(String, String)> {
    let last = ctx.today().year();
    (2015..=last).rev().map(|year| (year.to_string(), format!("{year} 年"))).collect()
}

/// The year that was asked for, else this one.
pub(super) fn year_of(ctx: &Ctx, typed: &str) -> i16 {
    let last = ctx.today().year();
    typed.trim().parse::<i16>().ok().filter(|year| (2015..=last).contains(year)).unwrap_or(last)
}

/// First and last day of a year.
pub(super) fn days_of(year: i16) -> (Date, Date) {
    let day = |month: i8, day: i8| Date::new(year, month, day).unwrap_or(Date::ZERO);
    (day(1, 1), day(12, 31))
}

/// A pair of days with the last one that the decisions had.
struct Judged {
    day: Day,
    due: Date,
    item: usize,
}

impl Judged {
    fn is_late(&self) -> bool {
        time::parse_date(&self.day.public_on).is_some_and(|day| day > self.due)
    }
}

async fn judged(ctx: &Ctx, terms: &[Term], organs: &[OrganCode], year: i16) -> Result<Vec<Judged>> {
    let mut counted = Counted::default();
    let mut all = Vec::new();
    for (at, term) in terms.iter().enumerate() {
        for day in rows::by_days(ctx.db().read(), &term.item.key, organs, days_of(year)).await? {
            if let Some(due) = counted.due(ctx, term, &day.decided_on) {
                all.push(Judged { day, due, item: at });
            }
        }
    }
    Ok(all)
}

/// Records of late pairs of days: the page of them that is asked for.
async fn late_lines(ctx: &Ctx, terms: &[Term], late: &[&Judged], pager: &Pager) -> Result<Vec<Late>> {
    let (mut skip, mut room) = ((pager.page - 1) * Pager::SIZE, Pager::SIZE);
    let directory = ctx.directory();
    let mut lines = Vec::new();
    for judged in late {
        if room == 0 {
            break;
        }
        if skip >= judged.day.records {
            skip -= judged.day.records;
            continue;
        }
        let term = &terms[judged.item];
        let found = rows::of_day(ctx.db().read(), &term.item.key, &judged.day, (skip, room)).await?;
        skip = 0;
        room -= i64::try_from(found.len()).unwrap_or(room);
        lines.extend(found.into_iter().map(|(record, data)| Late {
            name: name_of(&term.item, &data),
            item: term.item.title.clone(),
            item_key: term.item.key.to_string(),
            record,
            organ: directory.short_name(&judged.day.organ).to_owned(),
            decided_on: judged.day.decided_on.clone(),
            due_on: judged.due.to_string(),
            public_on: judged.day.public_on.clone(),
            days: days_after(judged.due, &judged.day.public_on),
        }));
    }
    Ok(lines)
}

/// What a decision is called inside: its first key.
pub(super) fn name_of(item: &item::Item, data: &Data) -> String {
    let named = item.keys.iter().map(|key| data.get(key)).find(|text| !text.is_empty());
    named.unwrap_or("没有编号").to_owned()
}

fn days_after(due: Date, public_on: &str) -> i32 {
    let public = time::parse_date(public_on).unwrap_or(due);
    public.since(due).map_or(0, |span| span.get_days())
}

/// The last day of a batch that is on its way.
pub(super) fn due_of(ctx: &Ctx, terms: &[Term], counted: &mut Counted, one: &Waiting) -> Option<Date> {
    let term = terms.iter().find(|term| term.item.key.as_str() == one.item)?;
    counted.due(ctx, term, &one.decided_on)
}

fn coming(ctx: &Ctx, terms: &[Term], waiting: Vec<Waiting>) -> Vec<Coming> {
    let (mut counted, directory, today) = (Counted::default(), ctx.directory(), ctx.today());
    let line = |one: Waiting| {
        let due = due_of(ctx, terms, &mut counted, &one);
        Coming {
            href: format!("/records/batches/{}", one.batch),
            state: one.state.label(),
            organ: directory.short_name(&one.organ).to_owned(),
            is_over: due.is_some_and(|due| due < today),
            soon: due.is_some_and(|due| due >= today && days_after(today, &due.to_string()) <= 2),
            due_on: due.map(|due| due.to_string()).unwrap_or_default(),
            title: one.title,
            item_key: one.item,
            records: one.records,
            decided_on: one.decided_on,
        }
    };
    waiting.into_iter().map(line).collect()
}

/// How many decisions should be public by now, each by its own day, by organs.
fn overdue_of(ctx: &Ctx, terms: &[Term], on_the_way: &[OnTheWay]) -> BTreeMap<OrganCode, i64> {
    let (mut counted, today) = (Counted::default(), ctx.today());
    let mut all = BTreeMap::new();
    for one in on_the_way {
        let Some(term) = terms.iter().find(|term| term.item.key.as_str() == one.item) else { continue };
        if counted.due(ctx, term, &one.decided_on).is_some_and(|due| due < today) {
            *all.entry(one.organ.clone()).or_default() += one.records;
        }
    }
    all
}

fn standing(ctx: &Ctx, judged: &[Judged], overdue: &BTreeMap<OrganCode, i64>) -> Vec<Standing> {
    let mut by: BTreeMap<OrganCode, (i64, i64, i64)> = BTreeMap::new();
    for one in judged {
        let sums = by.entry(one.day.organ.clone()).or_default();
        sums.0 += one.day.records;
        sums.1 += if one.is_late() { one.day.records } else { 0 };
    }
    for (organ, records) in overdue {
        by.entry(organ.clone()).or_default().2 += records;
    }
    let directory = ctx.directory();
    let line = |(code, (all, late, overdue)): (OrganCode, (i64, i64, i64))| Standing {
        organ: directory.short_name(&code).to_owned(),
        code: code.to_string(),
        all,
        late,
        overdue,
    };
    let mut lines: Vec<Standing> = by.into_iter().map(line).collect();
    lines.sort_by_key(|line| std::cmp::Reverse((line.overdue, line.late, line.all)));
    lines
}

/// GET /enforcement
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    shown(&ctx, &desk, asked, String::new(), FormErrors::new()).await
}

async fn shown(ctx: &Ctx, desk: &Desk, asked: Asked, due_on: String, errors: FormErrors) -> Result<Response> {
    let (all_terms, year) = (terms::all(ctx).await?, year_of(ctx, &asked.year));
    let organs = narrowed(ctx, desk, &asked.organ);
    let items: Vec<(String, String)> =
        all_terms.iter().map(|term| (term.item.key.to_string(), term.item.title.clone())).collect();
    let chosen = |term: &Term| asked.item.is_empty() || term.item.key.as_str() == asked.item;
    let terms: Vec<Term> = all_terms.into_iter().filter(chosen).collect();
    let judged = judged(ctx, &terms, &organs, year).await?;
    let late: Vec<&Judged> = judged.iter().filter(|one| one.is_late()).collect();
    let total: i64 = late.iter().map(|one| one.day.records).sum();
    let query =
        query_string(&[("organ", asked.organ.as_str()), ("item", asked.item.as_str()), ("year", asked.year.as_str())]);
    let pager = Pager::new(asked.page, total, Pager::SIZE, &query);
    let lines = late_lines(ctx, &terms, &late, &pager).await?;
    let keys: Vec<String> = terms.iter().map(|term| term.item.key.to_string()).collect();
    let waiting = rows::waiting(ctx.db().read(), &keys, &organs, MOST_WAITING).await?;
    let by_organ = overdue_of(ctx, &terms, &rows::on_the_way(ctx.db().read(), &keys, &organs).await?);
    let is_cut = i64::try_from(waiting.len()).is_ok_and(|batches| batches >= MOST_WAITING);
    let coming = coming(ctx, &terms, waiting);
    let overdue = by_organ.values().sum();
    let all: i64 = judged.iter().map(|one| one.day.records).sum();
    let mut shell = desk.shell(ctx, "执法公示时限").await?;
    shell.has_error = !errors.is_empty();
    let page = Page {
        standing: standing(ctx, &judged, &by_organ),
        is_cut,
        organs: options(ctx, desk),
        years: years(ctx),
        may_owe: may(&desk.actor(), &OWE).is_ok(),
        once: ctx.once(),
        on_time: all - total,
        late: total,
        shell,
        errors,
        asked,
        items,
        year: year.to_string(),
        all,
        overdue,
        lines,
        coming,
        pager,
        due_on,
    };
    if page.errors.is_empty() { office_page(&page) } else { web::page::office_errors(&page) }
}

/// Which term is explained.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    item: String,
    on: String,
}

#[derive(Template)]
#[template(path = "enforcement/templates/term.html")]
struct Explained {
    shell: OfficeShell,
    title: String,
    printed: String,
    basis: &'static str,
    decided_on: String,
    due_on: String,
    guessed: bool,
    /// Day, number where it is counted, words.
    days: Vec<(String, String, String)>,
}

/// GET /enforcement/term?item=…&on=…
pub(super) async fn explained(State(ctx): State<Ctx>, desk: Desk, Query(which): Query<Which>) -> Result<Response> {
    let term = terms::of(&ctx, &which.item).await?.ok_or(Error::NotFound)?;
    let on = time::parse_date(&which.on).ok_or(Error::NotFound)?;
    let run = term.run(&ctx, on).ok_or(Error::NotFound)?;
    let number = |day: &clock::Day| if day.counted { day.number.to_string() } else { String::new() };
    let days = run.explain().iter().map(|day| (day.date.to_string(), number(day), day.words())).collect();
    office_page(&Explained {
        shell: desk.shell(&ctx, format!("{}的公示期限", term.item.title)).await?,
        title: term.item.title.clone(),
        printed: term.printed.clone(),
        basis: term.rule.basis,
        decided_on: on.to_string(),
        due_on: run.due().date().to_string(),
        guessed: run.is_guess(),
        days,
    })
}

/// Key of the sources of duties: each is the day on which the office had them mended.
const KIND: &str = "enforcement_late";

static KINDS: [SourceKind; 1] = [SourceKind::new(KIND, "行政执法公示整改").called("整改", "单位")];

pub(super) fn owed() -> Arc<dyn Source> {
    Arc::new(Mending)
}

struct Mending;

impl Source for Mending {
    fn kinds(&self) -> &'static [SourceKind] {
        &KINDS
    }

    fn words<'a>(&'a self, _: &'a Ctx, duty: &'a DutyRow) -> BoxFuture<'a, Result<Words>> {
        let words = Words {
            href: "/enforcement".to_owned(),
            reference: "国办发〔2018〕118号".to_owned(),
            heading: duty.place_label.clone(),
            text: duty.text.clone(),
            ..Words::default()
        };
        Box::pin(ready(Ok(words)))
    }
}

/// By when the organs mend it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Owing {
    once: String,
    due_on: String,
}

/// POST /enforcement/duties: every organ with decisions that should be public and are not has a duty; once a day.
pub(super) async fn owe(State(ctx): State<Ctx>, desk: Desk, Form(typed): Form<Owing>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        may_for(&desk.actor(), &OWE, &ctx.office_organ())?;
        let today = ctx.today();
        let Some(due) = time::parse_date(&typed.due_on).filter(|due| *due >= today) else {
            return Err(Refusal::field("due_on", format!("请填写整改期限，今天或以后的日期，例如 {today}。")));
        };
        let key = SourceKey::new(KIND, today.to_string());
        source::lock(tx, &key).await?;
        if source::get(tx.conn(), &key).await?.is_some() {
            return Err(Refusal::Conflict("今天已经布置过整改任务，没有重复布置。".to_owned()));
        }
        let overdue = overdue(&ctx, tx).await?;
        if overdue.is_empty() {
            return Err(Refusal::Conflict("没有逾期未公开的执法决定，不用布置。".to_owned()));
        }
        source::open(tx, &key, format!("行政执法公示整改（{today}）"), i64::from(today.year())).await?;
        for (at, (organ, records)) in (1_i64..).zip(&overdue) {
            let name = ctx.directory().short_name(organ).to_owned();
            let text = format!("{records} 条执法决定信息超过公示期限还没有公开，请审核公开，并说明逾期的原因。");
            let row = DutyRow {
                due_on: due.to_string(),
                due_words: format!("{due} 前"),
                measure: "逾期的执法决定信息已在门户公开".to_owned(),
                ..DutyRow::new(DutyId::fresh(&tx.seams()), &key, text)
            }
            .at(organ.as_str(), &name, at);
            duties::put(tx, &row).await?;
            duties::issue(tx, &desk.actor(), &row, &[(organ.clone(), OwnerRole::Responsible)]).await?;
        }
        let organs: Vec<OrganCode> = overdue.into_keys().collect();
        let many = organs.len();
        Notice::new(key, organs, Why::Issued).send(tx).await?;
        Ok(Done::ok("/enforcement", format!("已向 {many} 个单位布置整改任务，{due} 前完成。")))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, Asked::default(), typed.due_on.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// Organs of today with how many of their decisions are overdue.
async fn overdue(ctx: &Ctx, tx: &mut Tx) -> Result<BTreeMap<OrganCode, i64>, Refusal> {
    let (terms, today) = (terms::all(ctx).await?, ctx.today());
    let keys: Vec<String> = terms.iter().map(|term| term.item.key.to_string()).collect();
    let organs: Vec<OrganCode> = ctx.directory().all().iter().map(|organ| organ.code.clone()).collect();
    let on_the_way = rows::on_the_way(tx.conn(), &keys, &organs).await?;
    let mut all: BTreeMap<OrganCode, i64> = BTreeMap::new();
    for (organ, records) in overdue_of(ctx, &terms, &on_the_way) {
        *all.entry(ctx.directory().stands_for(&organ, today)).or_default() += records;
    }
    Ok(all)
}
