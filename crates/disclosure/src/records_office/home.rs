//! What an organ keeps: the tables of the catalogue with what is public, under way, doubtful and due; batches found
//! by words.

use std::collections::BTreeMap;

use askama::Template;
use axum::{extract::State, response::Response};
use futures::future::BoxFuture;
use item::Item;
use kernel::{Actor, OrganCode, Staff, may};
use record::{
    BatchState, batch,
    counts::{self, Counted},
    look::{self, Open},
    permissions::{ENTER_RECORDS, IMPORT_RECORDS, READ_BATCHES},
};
use serde::Deserialize;
use web::{
    Ctx, Desk, OfficeShell, Query, Result, filters,
    hooks::{FOUND, Finder, Found},
    office_page,
};

use super::common;
use crate::{
    catalogue::words::owes,
    coverage::{Missing, missing},
};

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
    /// What the map of coverage misses, with the address of its page there; empty = nothing. First what is overdue.
    late: String,
    late_href: String,
    /// What is due soon.
    soon: String,
    soon_href: String,
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

/// What is counted and open of one item among some organs.
#[derive(Default)]
struct Sums {
    public: i64,
    last_on: String,
    open: BTreeMap<&'static str, (BatchState, i64)>,
    doubtful: i64,
}

fn sums(counted: &[Counted], open: &[Open], own: Option<&[OrganCode]>) -> BTreeMap<String, Sums> {
    let is_own = |organ: &OrganCode| own.is_none_or(|own| own.contains(organ));
    let mut all: BTreeMap<String, Sums> = BTreeMap::new();
    for one in counted.iter().filter(|one| is_own(&one.organ)) {
        let sums = all.entry(one.item.clone()).or_default();
        sums.public += one.records;
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

/// What is overdue of an item, in words with the page of the first of it.
fn late(missing: &[&Missing]) -> (String, String) {
    let late: Vec<&&Missing> = missing.iter().filter(|one| one.is_late).collect();
    let Some(first) = late.first() else { return (String::new(), String::new()) };
    let words = match late.len() {
        1 => format!("{}应公开未公开", first.stretch),
        many => format!("应公开未公开 {many} 项"),
    };
    (words, first.href.clone())
}

/// What of it is due soon.
fn soon(missing: &[&Missing]) -> (String, String) {
    let soon = missing.iter().filter(|one| !one.is_late).find_map(|one| Some((one, one.due?)));
    soon.map(|(one, due)| (format!("{}，{due} 到期", one.stretch), one.href.clone())).unwrap_or_default()
}

fn line(item: &Item, sums: Option<&Sums>, missing: &[Missing]) -> Line {
    let none = Sums::default();
    let sums = sums.unwrap_or(&none);
    let missing: Vec<&Missing> = missing.iter().filter(|one| one.item == item.key.as_str()).collect();
    let ((late, late_href), (soon, soon_href)) = (late(&missing), soon(&missing));
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
        late,
        late_href,
        soon,
        soon_href,
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
    let (items, actor) = (record::items::all(&ctx).await?, desk.actor());
    let own = common::own(&ctx, &desk.staff);
    let counted = counts::all(ctx.db().read()).await?;
    let open = look::open(ctx.db().read()).await?;
    let all = asked.of == "all";
    let missing = if all { Vec::new() } else { missing(&ctx, desk.organ()).await? };
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
        let found = by_item.get(item.key.as_str());
        let is_mine = own.is_none() || found.is_some() || owes(&ctx, &item.owner, desk.organ());
        let fits = (asked.domain.is_empty() || asked.domain == item.domain.key) && holds(item, &asked.q);
        if fits && (all || is_mine) {
            lines.push(line(item, found, &missing));
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
    use super::*;

    fn one(stretch: &str, due: &str, is_late: bool) -> Missing {
        let href = format!("/coverage/water/QH010?{stretch}");
        Missing { item: "water".into(), stretch: stretch.into(), due: kernel::time::parse_date(due), is_late, href }
    }

    #[test]
    fn what_is_missing_is_told_in_a_few_words() {
        let all = [one("2025 年第4季度", "2026-01-29", true), one("2026 年第1季度", "2026-04-28", false)];
        let all: Vec<&Missing> = all.iter().collect();
        assert_eq!(late(&all).0, "2025 年第4季度应公开未公开");
        assert_eq!(soon(&all), ("2026 年第1季度，2026-04-28 到期".to_owned(), all[1].href.clone()));
        assert_eq!(late(&[all[0], all[0]]).0, "应公开未公开 2 项");
        assert_eq!(late(&[]), (String::new(), String::new()));
    }
}
