//! How often an applicant asks (条例 Art. 35: number and frequency clearly beyond reason). Counted by digests that only the
//! installation can make ([`case::known`]), told to who handles the case; whether it is beyond reason a person says.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use case::{Entry, Kind, known::Request};
use futures::future::BoxFuture;
use jiff::{ToSpan, civil::Date};
use kernel::{OrganCode, id::CaseId, may_for};
use web::{Ctx, Desk, OfficeShell, Refusal, Result, filters::shortened, office_page};

use crate::cases::{
    Named,
    aside::{Aside, Told},
};

use super::{
    kind::{FOI, KEY, VOIDED},
    law,
    past::Installed,
};

/// Requests of the list that are shown; all are counted.
const SHOWN: usize = 200;
/// Characters of what was asked for.
const BRIEF: usize = 200;

/// What of one applicant is counted up to today.
struct Count {
    since: Date,
    today: Date,
    /// The calendar month of the receipt, as 2026-03.
    month: String,
    all: Vec<Request>,
    /// The organ that answers the request, with those that it succeeded.
    organ: Vec<OrganCode>,
}

impl Count {
    async fn of(ctx: &Ctx, entry: &Entry) -> Result<Self> {
        let today = ctx.today();
        let since = today.saturating_sub(1.year()).saturating_add(1.day());
        let all = case::known::requests(ctx, ctx.db().read(), entry, since, VOIDED).await?;
        let organ = ctx.directory().answered_by(&case::keeper(ctx, &entry.organ), today);
        let month = entry.received_on.chars().take(7).collect();
        Ok(Self { since, today, month, all, organ })
    }

    fn own(&self) -> impl Iterator<Item = &Request> {
        self.all.iter().filter(|one| self.organ.contains(&one.organ))
    }

    fn in_year(&self) -> usize {
        self.own().count()
    }

    fn in_month(&self) -> usize {
        self.own().filter(|one| one.received_on.starts_with(&self.month)).count()
    }

    /// Whether the organ is told of it: settings `[foi] frequent_year`, `frequent_month`.
    fn is_frequent(&self, ctx: &Ctx) -> bool {
        let installed = Installed::of(ctx);
        let practice = installed.practice();
        let reached = |count: usize, from: u32| from > 0 && u32::try_from(count).unwrap_or(u32::MAX) >= from;
        reached(self.in_year(), practice.frequent_year) || reached(self.in_month(), practice.frequent_month)
    }

    /// The month of the receipt in words: 2026 年 3 月.
    fn month_in_words(&self) -> String {
        let (year, month) = self.month.split_once('-').unwrap_or((self.month.as_str(), ""));
        format!("{year} 年 {} 月", month.trim_start_matches('0'))
    }
}

/// What the letter that asks for reasons says of number and frequency: of this organ alone. Empty where there are too few to be
/// told of.
///
/// # Errors
/// When the database fails, or a key does not fit.
pub(super) async fn finding(ctx: &Ctx, entry: &Entry) -> Result<String> {
    let count = Count::of(ctx, entry).await?;
    if !count.is_frequent(ctx) {
        return Ok(String::new());
    }
    let (since, today) = (count.since, count.today);
    Ok(format!(
        "{since} 至 {today}，您（单位）向本机关提出政府信息公开申请 {} 件，其中 {} {} 件",
        count.in_year(),
        count.month_in_words(),
        count.in_month()
    ))
}

/// Declared as what the page of a request tells beside it.
pub(super) struct Frequency;

impl Aside for Frequency {
    fn kind(&self) -> &'static str {
        KEY
    }

    fn told<'a>(&'a self, ctx: &'a Ctx, desk: &'a Desk, entry: &'a Entry) -> BoxFuture<'a, Result<Option<Told>>> {
        Box::pin(async move {
            if entry.is_ended() || entry.is_erased() {
                return Ok(None);
            }
            let count = Count::of(ctx, entry).await?;
            if count.all.len() < 2 {
                return Ok(None);
            }
            let presses = count.is_frequent(ctx);
            let mut links = vec![("查看是哪些申请".to_owned(), format!("/foi/cases/{}/frequency", entry.id))];
            let mut words = vec![summary(&count)];
            if presses {
                words.push(
                    "达到了提示的件数。是否明显超过合理范围由您判断：超过的，可以要求说明理由（条例第三十五条）。"
                        .to_owned(),
                );
                let past = case::history(ctx, ctx.db().read(), entry).await?;
                let state = law::state(ctx, case::Before { entry, past: &past }, ctx.today());
                let may = may_for(&desk.actor(), FOI.handle, &case::keeper(ctx, &entry.organ)).is_ok();
                if may && law::allowed(&state, "reasons_asked").is_ok() {
                    let to = format!("/foi/cases/{}/notices/reasons", entry.id);
                    links.insert(0, ("制作说明理由通知书（件数已填好）".to_owned(), to));
                }
            }
            Ok(Some(Told { title: "同一申请人的申请", words, presses, links }))
        })
    }
}

fn summary(count: &Count) -> String {
    format!(
        "近 12 个月，同一申请人向本机关申请 {} 件（{} {} 件），向全县各机关申请 {} 件，都含本件。",
        count.in_year(),
        count.month_in_words(),
        count.in_month(),
        count.all.len()
    )
}

struct Line {
    id: CaseId,
    number: String,
    organ: String,
    received: String,
    brief: String,
    standing: String,
    /// It is the one from which the list was opened.
    own: bool,
}

#[derive(Template)]
#[template(path = "foi/templates/frequency.html")]
struct Page {
    shell: OfficeShell,
    named: Named,
    summary: String,
    /// From which day on.
    since: String,
    lines: Vec<Line>,
    /// How many of them this person may not open: their number is told, and not whom else was asked.
    closed: usize,
    /// How many more there are than are shown.
    more: usize,
}

async fn line(ctx: &Ctx, of: &CaseId, kind: Kind, request: &Request) -> Result<Option<Line>> {
    let Some(found) = case::entry(ctx.db().read(), &request.id).await? else { return Ok(None) };
    let (state, outcome) = (found.state(kind).label, kind.outcome(&found.outcome));
    Ok(Some(Line {
        number: found.registered(kind),
        organ: ctx.directory().short_name(&found.organ).to_owned(),
        received: found.received_on.clone(),
        brief: shortened(&found.brief(ctx)?, BRIEF),
        standing: if outcome.is_empty() { state.to_owned() } else { format!("{state}：{outcome}") },
        own: found.id == *of,
        id: found.id,
    }))
}

/// `GET /foi/cases/{id}/frequency`
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    let (entry, kind) = case::seen(&ctx, ctx.db().read(), &desk.actor(), &id).await?;
    if kind.key != KEY {
        return Err(Refusal::NotFound.into());
    }
    let count = Count::of(&ctx, &entry).await?;
    let actor = desk.actor();
    let open = |one: &&Request| may_for(&actor, kind.handle, &case::keeper(&ctx, &one.organ)).is_ok();
    let seen: Vec<Request> = count.all.iter().filter(open).cloned().collect();
    let mut lines = Vec::new();
    for request in seen.iter().take(SHOWN) {
        lines.extend(line(&ctx, &id, kind, request).await?);
    }
    office_page(&Page {
        shell: desk.shell(&ctx, "同一申请人的申请").await?,
        named: Named::of(&ctx, (&entry, kind))?,
        summary: summary(&count),
        since: count.since.to_string(),
        closed: count.all.len() - seen.len(),
        more: seen.len().saturating_sub(SHOWN),
        lines,
    })
}
