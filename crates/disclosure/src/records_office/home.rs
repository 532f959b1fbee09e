//! What an organ keeps: the tables of the catalogue with what is public, under way, doubtful and due; batches found
//! by words.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, response::Response};
use futures::future::BoxFuture;
use item::{Item, Owner, Period};
use jiff::{ToSpan, civil::Date};
use kernel::{Actor, OrganCode, OrganKind, Staff, may};
use record::{
    BatchState, batch,
    counts::{self, Counted},
    look::{self, Open},
    permissions::{ENTER_RECORDS, IMPORT_RECORDS, READ_BATCHES},
    values,
};
use serde::Deserialize;
use web::{
    Ctx, Desk, OfficeShell, Query, Result, filters,
    hooks::{FOUND, Finder, Found},
    office_page,
};

use super::common;

/// What is asked of the page.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    domain: String,
    /// `all` = the tables of every organ; else those of the own one.
    of: String,
    q: String,
}

/// One table.
struct Line {
    key: String,
    title: String,
    domain: String,
    public: i64,
    /// Batches under way, by state in words with the address of their list.
    open: Vec<(String, String)>,
    doubtful: i64,
    last_on: String,
    /// What has not been made public yet; empty = nothing is due.
    due: String,
}

#[derive(Template)]
#[template(path = "records_office/templates/home.html")]
struct HomePage {
    shell: OfficeShell,
    asked: Asked,
    domains: Vec<(String, String)>,
    scopes: Vec<(&'static str, &'static str)>,
    lines: Vec<Line>,
    /// Batches of the own organ by state, and doubtful rows.
    drafts: i64,
    returned: i64,
    in_review: i64,
    doubtful: i64,
    central: bool,
    may_read: bool,
    may_enter: bool,
    may_import: bool,
    filtered: bool,
}

/// Whether an organ owes an item.
pub(super) fn owes(ctx: &Ctx, item: &Item, code: &OrganCode) -> bool {
    let directory = ctx.directory();
    let Some(organ) = directory.get(code) else { return false };
    match &item.owner {
        Owner::Organs(codes) => {
            codes.iter().any(|one| directory.stands_for(&OrganCode::from(one.as_str()), ctx.today()) == organ.code)
        }
        Owner::Named(words) => {
            words.iter().any(|word| organ.name.contains(word.as_str()) || organ.short_name.contains(word.as_str()))
        }
        Owner::Departments => organ.kind == OrganKind::CountyDepartment,
        Owner::Townships => organ.kind == OrganKind::Township,
        Owner::All => true,
    }
}

/// The period that was over last, by how often there is something new; `None` where nothing is due by the calendar.
fn last_period(kind: Period, today: Date) -> Option<String> {
    let months: i32 = match kind {
        Period::Month => 1,
        Period::Quarter => 3,
        Period::HalfYear => 6,
        Period::Year => 12,
        Period::Event | Period::Standing => return None,
    };
    today.checked_sub(months.months()).ok().map(|day| values::period_of(kind, day))
}

/// A period in words.
pub(super) fn period_words(period: &str) -> String {
    match period.split_once('-') {
        None if period.is_empty() => String::new(),
        None => format!("{period} 年"),
        Some((year, "H1")) => format!("{year} 年上半年"),
        Some((year, "H2")) => format!("{year} 年下半年"),
        Some((year, rest)) if rest.starts_with('Q') => format!("{year} 年第 {} 季度", &rest[1..]),
        Some((year, month)) => format!("{year} 年 {} 月", month.trim_start_matches('0')),
    }
}

/// What is counted and open of one item among some organs.
#[derive(Default)]
struct Sums {
    public: i64,
    last_on: String,
    periods: Vec<String>,
    open: BTreeMap<&'static str, (BatchState, i64)>,
    doubtful: i64,
}

fn sums(counted: &[Counted], open: &[Open], own: Option<&[OrganCode]>) -> BTreeMap<String, Sums> {
    let is_own = |organ: &OrganCode| own.is_none_or(|own| own.contains(organ));
    let mut all: BTreeMap<String, Sums> = BTreeMap::new();
    for one in counted.iter().filter(|one| is_own(&one.organ)) {
        let sums = all.entry(one.item.clone()).or_default();
        sums.public += one.records;
        if one.records > 0 {
            sums.periods.push(one.period.clone());
        }
        if one.last_on > sums.last_on {
            sums.last_on.clone_from(&one.last_on);
        }
    }
    for one in open.iter().filter(|one| is_own(&one.organ)) {
        let sums = all.entry(one.item.clone()).or_default();
        sums.doubtful += one.doubtful;
        if one.state != BatchState::Public {
            sums.open.entry(one.state.code()).or_insert((one.state, 0)).1 += one.batches;
        }
    }
    all
}

fn line(item: &Item, sums: Option<&Sums>, owed: bool, today: Date) -> Line {
    let none = Sums::default();
    let sums = sums.unwrap_or(&none);
    let due = last_period(item.period, today).filter(|period| owed && !sums.periods.contains(period));
    let open = sums.open.values().map(|(state, batches)| {
        let href = format!("/records/batches?item={}&state={}", item.key, state.code());
        (format!("{} {batches}", state.label()), href)
    });
    Line {
        key: item.key.to_string(),
        title: item.title.clone(),
        domain: item.domain.name.clone(),
        public: sums.public,
        open: open.collect(),
        doubtful: sums.doubtful,
        last_on: sums.last_on.clone(),
        due: due.map(|period| format!("{}还没有公开", period_words(&period))).unwrap_or_default(),
    }
}

fn holds(item: &Item, words: &str) -> bool {
    let texts = [&item.title, &item.matter, &item.sub_matter, &item.domain.name];
    words.split_whitespace().all(|word| {
        texts.iter().any(|text| text.contains(word)) || item.columns.iter().any(|column| column.label.contains(word))
    })
}

/// `GET /records`
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    let (items, actor, today) = (record::items::all(&ctx).await?, desk.actor(), ctx.today());
    let own = common::own(&ctx, &desk.staff);
    let counted = counts::all(ctx.db().read()).await?;
    let open = look::open(ctx.db().read()).await?;
    let all = asked.of == "all";
    let may_read = common::may_at_all(&actor, &READ_BATCHES);
    let by_item = sums(&counted, &open, if all { None } else { own.as_deref() });
    let mine = sums(&counted, &open, own.as_deref());
    let count = |state: BatchState| -> i64 {
        mine.values().filter_map(|sums| sums.open.get(state.code())).map(|(_, batches)| *batches).sum()
    };
    let mut domains: Vec<(String, String)> = Vec::new();
    let mut lines = Vec::new();
    for item in items.iter().filter(|item| item.is_table()) {
        if !domains.iter().any(|(key, _)| *key == item.domain.key) {
            domains.push((item.domain.key.clone(), item.domain.name.clone()));
        }
        let owed = item.confirmed && owes(&ctx, item, desk.organ());
        let found = by_item.get(item.key.as_str());
        let is_mine = owed || own.is_none() || found.is_some() || owes(&ctx, item, desk.organ());
        let fits = (asked.domain.is_empty() || asked.domain == item.domain.key) && holds(item, &asked.q);
        if fits && (all || is_mine) {
            lines.push(line(item, found, owed && !all, today));
        }
    }
    office_page(&HomePage {
        shell: desk.shell(&ctx, "领域数据").await?,
        domains,
        scopes: vec![("", "本机关负责的"), ("all", "全部机关的")],
        lines,
        drafts: count(BatchState::Draft),
        returned: count(BatchState::Returned),
        in_review: count(BatchState::InReview),
        doubtful: mine.values().map(|sums| sums.doubtful).sum(),
        central: own.is_none(),
        may_read,
        may_enter: common::may_at_all(&actor, &ENTER_RECORDS),
        may_import: common::may_at_all(&actor, &IMPORT_RECORDS),
        filtered: !asked.q.is_empty() || !asked.domain.is_empty(),
        asked,
    })
}

/// Batches by the words of their titles.
pub(super) struct Named;

impl Finder for Named {
    fn group(&self) -> &'static str {
        "领域数据"
    }

    fn find<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff, words: &'a str) -> BoxFuture<'a, Result<Vec<Found>>> {
        Box::pin(async move {
            let filter = batch::Filter { organs: common::own(ctx, staff), ..batch::Filter::default() };
            let may_read = may(&Actor::from(staff.clone()), &READ_BATCHES).is_ok();
            let list = batch::list(&filter).contains(&["b.title"], words);
            let page = list.page::<batch::Batch>(ctx.db(), Some("newest"), None, FOUND).await?;
            let directory = ctx.directory();
            let mut found: Vec<Found> = page
                .rows
                .iter()
                .filter(|_| may_read)
                .map(|batch| Found {
                    label: batch.title.clone(),
                    about: format!(
                        "{} 条　{}　{}",
                        batch.total,
                        batch.state.label(),
                        directory.short_name(&batch.organ)
                    ),
                    href: format!("/records/batches/{}", batch.id),
                })
                .collect();
            let items = record::items::all(ctx).await?;
            let tables = items.iter().filter(|item| item.is_table() && item.title.contains(words.trim()));
            found.extend(tables.take(FOUND.saturating_sub(found.len())).map(|item| Found {
                label: item.title.clone(),
                about: item.domain.name.clone(),
                href: format!("/records/{}", item.key),
            }));
            Ok(found)
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_period_that_is_over_is_due() {
        let today = date(2026, 3, 31);
        assert_eq!(last_period(Period::Month, today).as_deref(), Some("2026-02"));
        assert_eq!(last_period(Period::Quarter, today).as_deref(), Some("2025-Q4"));
        assert_eq!(last_period(Period::HalfYear, today).as_deref(), Some("2025-H2"));
        assert_eq!(last_period(Period::Year, today).as_deref(), Some("2025"));
        assert_eq!(last_period(Period::Event, today), None);
    }

    #[test]
    fn periods_are_said_in_words() {
        let words = ["2026", "2026-H1", "2026-Q2", "2026-03"].map(period_words);
        assert_eq!(words, ["2026 年", "2026 年上半年", "2026 年第 2 季度", "2026 年 3 月"]);
    }
}
