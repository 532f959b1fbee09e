//! How often an applicant asks (条例 Art. 35: number and frequency clearly beyond reason). Counted by digests that only the
//! installation can make ([`case::known`]), told to who handles the case; whether it is beyond reason a person says. One
//! person is who gives the same number; what rests on a name or a telephone is told apart and stands in no letter.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use case::{
    Entry, Kind,
    known::{self, Known, Request, Tie},
};
use futures::future::BoxFuture;
use jiff::{ToSpan, civil::Date};
use kernel::{OrganCode, id::CaseId, may_for};
use store::Executor;
use web::{Ctx, Desk, OfficeShell, Refusal, Result, filters::shortened, office_page};

use crate::cases::{
    Named,
    aside::{Aside, Told},
};

use super::{
    kind::{FOI, KEY, VOIDED},
    law,
    letters::{Typed, of},
    past::Installed,
};

/// Requests of the list that are shown; all are counted.
const SHOWN: usize = 200;
/// Characters of what was asked for.
const BRIEF: usize = 200;

/// What of one applicant is counted up to today.
pub(super) struct Count {
    of: CaseId,
    since: Date,
    today: Date,
    /// The calendar month of the receipt, as 2026-03.
    month: String,
    known: Known,
    /// The organ that answers the request, with those that it succeeded.
    organ: Vec<OrganCode>,
}

impl Count {
    /// # Errors
    /// When the database fails, or a key does not fit.
    pub(super) async fn of(ctx: &Ctx, executor: impl Executor<'_>, entry: &Entry) -> Result<Self, Refusal> {
        let today = ctx.today();
        let since = today.saturating_sub(1.year()).saturating_add(1.day());
        let known = known::requests(ctx, executor, entry, since, VOIDED).await?;
        let organ = ctx.directory().answered_by(&case::keeper(ctx, &entry.organ), today);
        let month = entry.received_on.chars().take(7).collect();
        Ok(Self { of: entry.id.clone(), since, today, month, known, organ })
    }

    /// Requests to this organ that are tied in this way.
    fn own(&self, tie: Tie) -> impl Iterator<Item = &Request> {
        self.known.requests.iter().filter(move |one| one.tie == tie && self.organ.contains(&one.organ))
    }

    fn in_year(&self) -> usize {
        self.own(Tie::Number).count()
    }

    fn in_month(&self, tie: Tie) -> usize {
        self.own(tie).filter(|one| one.received_on.starts_with(&self.month)).count()
    }

    /// Which request of the month this one is, the first one being 1, of those that are surely of the same applicant; nothing
    /// of one without a number.
    pub(super) fn place_in_month(&self) -> Option<usize> {
        let mut month: Vec<&Request> =
            self.own(Tie::Number).filter(|one| one.received_on.starts_with(&self.month)).collect();
        month.sort_by_key(|one| (one.received_on.clone(), one.id.to_string()));
        let at = month.iter().position(|one| one.id == self.of)?;
        self.known.numbered.then_some(at + 1)
    }

    /// The most requests that a fee of this month may be counted by: those that are of the applicant, or may be.
    pub(super) fn most_in_month(&self) -> usize {
        self.in_month(Tie::Number) + self.in_month(Tie::Name)
    }

    /// Whether as many are beyond what the organ is told of: settings `[foi] frequent_year`, `frequent_month`.
    fn reached(ctx: &Ctx, in_year: usize, in_month: usize) -> bool {
        let installed = Installed::of(ctx);
        let practice = installed.practice();
        let reached = |count: usize, from: u32| from > 0 && u32::try_from(count).unwrap_or(u32::MAX) >= from;
        reached(in_year, practice.frequent_year) || reached(in_month, practice.frequent_month)
    }

    /// Of those that are surely of the same applicant.
    fn is_frequent(&self, ctx: &Ctx) -> bool {
        self.known.numbered && Self::reached(ctx, self.in_year(), self.in_month(Tie::Number))
    }

    /// With those that may be.
    fn may_be_frequent(&self, ctx: &Ctx) -> bool {
        Self::reached(ctx, self.in_year() + self.own(Tie::Name).count(), self.most_in_month())
    }

    /// The month of the receipt in words: 2026 年 3 月.
    pub(super) fn month_in_words(&self) -> String {
        let (year, month) = self.month.split_once('-').unwrap_or((self.month.as_str(), ""));
        format!("{year} 年 {} 月", month.trim_start_matches('0'))
    }

    /// In sentences; nothing where there is nothing but this request.
    fn words(&self) -> Vec<String> {
        if !self.known.comparable {
            return vec![
                "申请人没有留下证件号码、电话、邮箱或者地址，没有可以比较的，不知道是否申请过其他信息。".to_owned(),
            ];
        }
        let of = |tie: Tie| self.known.requests.iter().filter(|one| one.tie == tie).count();
        let (sure, named, shared) = (of(Tie::Number), of(Tie::Name), of(Tie::Contact));
        let mut words = Vec::new();
        if self.known.numbered && sure > 1 {
            words.push(format!(
                "近 12 个月，同一申请人向本机关申请 {} 件（{} {} 件），向全县各机关申请 {sure} 件，都含本件。\
                 按证件号码或者统一社会信用代码计。",
                self.in_year(),
                self.month_in_words(),
                self.in_month(Tie::Number),
            ));
        }
        if named > 0 {
            let without =
                if self.known.numbered { "" } else { "本件没有证件号码或者统一社会信用代码。" };
            words.push(format!(
                "{without}姓名（单位名称）和电话、邮箱、地址中一项相同的另有 {named} 件，其中向本机关 {} 件（{} {} 件），\
                 可能是同一人，没有计入，请核对。",
                self.own(Tie::Name).count(),
                self.month_in_words(),
                self.in_month(Tie::Name),
            ));
        }
        if shared > 0 {
            words.push(format!("只有电话或者邮箱相同、姓名或者证件号码不同的 {shared} 件，不是同一申请人，没有计入。"));
        }
        words
    }
}

/// 2026年3月2日.
fn day(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// What the letter that asks for reasons says of number and frequency, to an applicant who is addressed as `you`: of this organ
/// alone, and of what is surely the applicant's. Empty where there are too few to be told of.
///
/// # Errors
/// When the database fails, or a key does not fit.
pub(super) async fn finding(ctx: &Ctx, entry: &Entry, you: &str) -> Result<String> {
    let count = Count::of(ctx, ctx.db().read(), entry).await?;
    if !count.is_frequent(ctx) {
        return Ok(String::new());
    }
    Ok(format!(
        "{}至{}，{you}向本机关提出政府信息公开申请 {} 件，其中{} {} 件",
        day(count.since),
        day(count.today),
        count.in_year(),
        count.month_in_words().replace(' ', ""),
        count.in_month(Tie::Number)
    ))
}

/// Every number of requests that stands in a text: 11 of 11 件.
fn counted_in(text: &str) -> Vec<u64> {
    let before = text.split('件').take(text.matches('件').count());
    let digits = |part: &str| -> String {
        let last: Vec<char> = part.trim_end().chars().rev().take_while(char::is_ascii_digit).collect();
        last.into_iter().rev().collect()
    };
    before.filter_map(|part| digits(part).parse().ok()).collect()
}

/// Holds the numbers of a letter that asks for reasons against the register: nobody is told that they have asked more often than
/// they have. Nothing is said of an applicant who is known by nothing.
///
/// # Errors
/// [`Refusal::Fields`] (`finding`) for a number beyond what is counted, those among it that may be the applicant's; when the
/// database fails, or a key does not fit.
pub(super) async fn held(ctx: &Ctx, executor: impl Executor<'_>, entry: &Entry, typed: &Typed) -> Result<(), Refusal> {
    let count = Count::of(ctx, executor, entry).await?;
    let most = count.known.requests.iter().filter(|one| one.tie != Tie::Contact).count();
    let beyond = counted_in(of(typed, "finding")).into_iter().max().unwrap_or(0);
    if !count.known.comparable || beyond <= u64::try_from(most).unwrap_or(u64::MAX) {
        return Ok(());
    }
    let words = format!(
        "登记簿里这个申请人近 12 个月向全县各机关申请 {most} 件（含可能是同一人的），不能写 {beyond} 件。请核对；有漏登记的，先补登。"
    );
    Err(Refusal::field("finding", words))
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
            let count = Count::of(ctx, ctx.db().read(), entry).await?;
            let mut words = count.words();
            if words.is_empty() {
                return Ok(None);
            }
            let (sure, presses) = (count.is_frequent(ctx), count.may_be_frequent(ctx));
            let mut links = Vec::new();
            if count.known.requests.len() > 1 {
                links.push(("查看是哪些申请".to_owned(), format!("/foi/cases/{}/frequency", entry.id)));
            }
            if presses {
                words.push(
                    if sure {
                        "达到了提示的件数。是否明显超过合理范围由您判断：超过的，可以要求说明理由（条例第三十五条）。"
                    } else {
                        "算上可能是同一人的，达到了提示的件数。先核对是不是同一人，再判断是否明显超过合理范围（条例第三十五条）。"
                    }
                    .to_owned(),
                );
                let past = case::history(ctx, ctx.db().read(), entry).await?;
                let state = law::state(ctx, case::Before { entry, past: &past }, ctx.today());
                let may = may_for(&desk.actor(), FOI.handle, &case::keeper(ctx, &entry.organ)).is_ok();
                if sure && may && law::allowed(&state, "reasons_asked").is_ok() {
                    let to = format!("/foi/cases/{}/notices/reasons", entry.id);
                    links.insert(0, ("制作说明理由通知书（件数已填好）".to_owned(), to));
                }
            }
            Ok(Some(Told { title: "同一申请人的申请", words, presses, links }))
        })
    }
}

struct Line {
    id: CaseId,
    number: String,
    organ: String,
    received: String,
    brief: String,
    standing: String,
    /// By what it is told.
    tie: &'static str,
    /// It is the one from which the list was opened.
    own: bool,
}

#[derive(Template)]
#[template(path = "foi/templates/frequency.html")]
struct Page {
    shell: OfficeShell,
    named: Named,
    /// In sentences.
    summary: Vec<String>,
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
        tie: match request.tie {
            Tie::Number if found.id == *of => "",
            Tie::Number => "证件号码或者代码相同",
            Tie::Name => "姓名和联系方式相同，请核对",
            Tie::Contact => "只有联系方式相同，没有计入",
        },
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
    let count = Count::of(&ctx, ctx.db().read(), &entry).await?;
    let actor = desk.actor();
    let open = |one: &&Request| may_for(&actor, kind.handle, &case::keeper(&ctx, &one.organ)).is_ok();
    let seen: Vec<Request> = count.known.requests.iter().filter(open).cloned().collect();
    let mut lines = Vec::new();
    for request in seen.iter().take(SHOWN) {
        lines.extend(line(&ctx, &id, kind, request).await?);
    }
    office_page(&Page {
        shell: desk.shell(&ctx, "同一申请人的申请").await?,
        named: Named::of(&ctx, (&entry, kind))?,
        summary: count.words(),
        since: count.since.to_string(),
        closed: count.known.requests.len() - seen.len(),
        more: seen.len().saturating_sub(SHOWN),
        lines,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_requests_are_read_out_of_a_sentence() {
        assert_eq!(counted_in("2025年3月3日至2026年3月2日，您申请 11 件，其中2026年3月 9 件"), [11, 9]);
        assert_eq!(counted_in("同一事项的文件 45 件"), [45]);
        assert!(counted_in("申请很多").is_empty());
    }
}
