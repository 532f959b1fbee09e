//! What readers see of enforcement: organs with what they publish before, during and after, what is missing told; what was
//! taken away with its reason.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    page as part,
    public::{self, Filter},
};
use futures::future::BoxFuture;
use item::{Item, ItemKey, Period};
use kernel::{Organ, OrganCode, OrganKind, id::ColumnId, time};
use record::{
    counts, items,
    withdraw::{self as away, Withdrawn},
};
use serde::Deserialize;
use web::{
    Ctx, Error, PortalShell, Query, Reader, Result, filters,
    hooks::{Mapped, OnMap},
    page::query_string,
    portal_page,
};

use super::terms::DOMAIN;
use crate::catalogue::words::owes;

const SIZE: usize = 50;
/// Documents of one organ in one column are counted no further.
const MOST: i64 = 1000;

/// When something is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Before,
    During,
    After,
}

impl Stage {
    const ALL: [Self; 3] = [Self::Before, Self::During, Self::After];

    fn label(self) -> &'static str {
        match self {
            Self::Before => "事前公开",
            Self::During => "事中公示",
            Self::After => "事后公开",
        }
    }

    fn about(self) -> &'static str {
        match self {
            Self::Before => {
                "执法主体、人员、职责、权限、依据、程序、救济渠道、随机抽查事项清单，服务指南和执法流程图。"
            }
            Self::During => "执法时出示证件、告知事由和权利，窗口公示岗位信息。",
            Self::After => "行政许可、行政处罚自作出决定之日起 7 个工作日内公开，其他执法决定 20 个工作日内。",
        }
    }

    fn of(item: &Item) -> Self {
        match item.matter.as_str() {
            "事前公开" | "权责清单" | "监督途径" => Self::Before,
            "事中公示" => Self::During,
            _ => Self::After,
        }
    }
}

/// Public records by item and organ: how many, and the day of the newest.
type Counts = HashMap<(String, OrganCode), (i64, String)>;

async fn counted(ctx: &Ctx) -> Result<Counts> {
    let mut all = Counts::new();
    for one in counts::all(ctx.db().read()).await? {
        let sum = all.entry((one.item, one.organ)).or_default();
        sum.0 += one.records;
        if one.records > 0 {
            sum.1 = std::mem::take(&mut sum.1).max(one.last_on);
        }
    }
    Ok(all)
}

/// The items of the domain that are confirmed.
async fn of_domain(ctx: &Ctx) -> Result<Vec<Item>> {
    let all = items::all(ctx).await?;
    Ok(all.iter().filter(|item| item.domain.key == DOMAIN && item.confirmed).cloned().collect())
}

/// What an organ publishes of an item.
struct Line {
    title: String,
    /// Empty = nothing is there.
    href: String,
    count: i64,
    fresh: String,
    /// What is said where nothing is there.
    lacks: &'static str,
    is_missing: bool,
}

struct Part {
    label: &'static str,
    about: &'static str,
    lines: Vec<Line>,
    missing: usize,
}

#[derive(Template)]
#[template(path = "enforcement/templates/organ.html")]
struct OrganPage {
    shell: PortalShell,
    code: String,
    name: String,
    phone: String,
    address: String,
    until: String,
    next: Option<(String, String)>,
    parts: Vec<Part>,
    missing: usize,
}

/// GET /enforcement/organs/{code}
pub(super) async fn organ(State(ctx): State<Ctx>, reader: Reader, Path(code): Path<OrganCode>) -> Result<Response> {
    let directory = ctx.directory();
    let organ = directory.get(&code).ok_or(Error::NotFound)?.clone();
    let counts = counted(&ctx).await?;
    let mut parts: Vec<Part> = Stage::ALL
        .into_iter()
        .map(|stage| Part { label: stage.label(), about: stage.about(), lines: Vec::new(), missing: 0 })
        .collect();
    for item in of_domain(&ctx).await? {
        let owed = owes(&ctx, &item.owner, &code) && organ.exists_on(ctx.today());
        let Some(line) = line(&ctx, &item, (&code, owed), &counts).await? else { continue };
        let at = Stage::ALL.iter().position(|stage| *stage == Stage::of(&item)).unwrap_or_default();
        parts[at].missing += usize::from(line.is_missing);
        parts[at].lines.push(line);
    }
    let title = format!("{}行政执法公示", organ.short_name);
    let lead = format!("{}行政执法的主体、人员、依据、程序，以及许可、处罚、强制、检查的结果。", organ.name);
    let next = directory.current(&code, ctx.today()).filter(|next| next.code != code);
    portal_page(&OrganPage {
        shell: part::shell(&ctx, &reader, &title, "openness", &lead),
        until: organ.exists_to.filter(|day| *day < ctx.today()).map(|day| day.to_string()).unwrap_or_default(),
        next: next.map(|next| (next.code.to_string(), next.name.clone())),
        missing: parts.iter().map(|part| part.missing).sum(),
        code: code.to_string(),
        name: organ.name.clone(),
        phone: organ.phone.clone(),
        address: organ.address.clone(),
        parts,
    })
}

/// What an organ publishes of an item; `None` where it neither owes nor has anything.
async fn line(ctx: &Ctx, item: &Item, (code, owed): (&OrganCode, bool), counts: &Counts) -> Result<Option<Line>> {
    let (mut href, mut count, mut newest) = (String::new(), 0, String::new());
    if item.is_table() && item.is_on_web() {
        let query = query_string(&[("organ", code.as_str())]);
        (count, newest) = counts.get(&(item.key.to_string(), code.clone())).cloned().unwrap_or_default();
        href = format!("/records/{}?{query}", item.key);
    } else {
        for slug in &item.site_columns {
            let columns = vec![ColumnId::from(slug.as_str())];
            let filter = Filter { columns, organ: Some(code.clone()), ..Filter::default() };
            let total = public::count(ctx.db(), &filter, MOST).await?;
            if total.n > count {
                (count, href) = (total.n, format!("/columns/{slug}"));
            }
        }
    }
    // Forms that are no more in use are shown where something is in them.
    if count == 0 && (!owed || item.is_former()) {
        return Ok(None);
    }
    let on_site = item.is_on_web();
    let is_missing = count == 0 && on_site && item.period != Period::Event;
    let lacks = match (on_site, item.period) {
        (false, _) => "在执法现场、服务窗口公示",
        (true, Period::Event) => "还没有公开过",
        _ => "应当公开，目前没有",
    };
    if count == 0 {
        href.clear();
    }
    Ok(Some(Line { title: item.title.clone(), fresh: part::freshness(ctx, &newest), href, count, lacks, is_missing }))
}

struct Listed {
    code: String,
    name: String,
    records: i64,
    /// Tables that it must have and has not.
    missing: usize,
}

struct Branch {
    label: &'static str,
    organs: Vec<Listed>,
    /// Those without a record.
    idle: Vec<Listed>,
}

#[derive(Template)]
#[template(path = "enforcement/templates/organs.html")]
struct All {
    shell: PortalShell,
    branches: Vec<Branch>,
    /// Tables of the domain: title, address, records.
    tables: Vec<(String, String, i64)>,
}

/// GET /enforcement
pub(super) async fn all(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let (counts, items) = (counted(&ctx).await?, of_domain(&ctx).await?);
    let directory = ctx.directory();
    let today = ctx.today();
    let listed = |organ: &Organ| -> Option<Listed> {
        let of = |item: &Item| counts.get(&(item.key.to_string(), organ.code.clone())).map_or(0, |(count, _)| *count);
        let owed = |item: &&Item| item.is_table() && item.is_on_web() && owes(&ctx, &item.owner, &organ.code);
        let needed = items.iter().filter(owed).filter(|item| !matches!(item.period, Period::Event));
        let needed = needed.filter(|item| !item.is_former());
        let records: i64 = items.iter().map(of).sum();
        let owes_some = items.iter().any(|item| owes(&ctx, &item.owner, &organ.code));
        (owes_some || records > 0).then(|| Listed {
            code: organ.code.to_string(),
            name: organ.short_name.clone(),
            missing: needed.filter(|item| of(item) == 0).count(),
            records,
        })
    };
    // Organs that enforce stand before those that have nothing to tell.
    let branches = OrganKind::ALL.into_iter().map(|kind| {
        let organs = directory.all().iter().filter(|organ| organ.kind == kind && organ.exists_on(today));
        let (mut organs, idle): (Vec<Listed>, Vec<Listed>) =
            organs.filter_map(listed).partition(|organ| organ.records > 0);
        organs.sort_by_key(|organ| std::cmp::Reverse(organ.records));
        Branch { label: kind.label(), organs, idle }
    });
    let (former, own): (Vec<_>, Vec<_>) = items.iter().partition(|item| item.is_former());
    let tables = own.into_iter().chain(former).filter(|item| item.is_table() && item.is_on_web()).map(|item| {
        let key = item.key.to_string();
        let records: i64 = counts.iter().filter(|((of, _), _)| *of == key).map(|(_, (count, _))| count).sum();
        (item.title.clone(), format!("/records/{key}"), records)
    });
    let lead = "各机关行政执法的事前公开、事中公示、事后公开：谁来执法、依据什么、怎样执法、结果如何。";
    portal_page(&All {
        shell: part::shell(&ctx, &reader, "行政执法公示", "openness", lead),
        branches: branches.filter(|branch| !branch.organs.is_empty() || !branch.idle.is_empty()).collect(),
        tables: tables.filter(|(_, _, records)| *records > 0).collect(),
    })
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    item: String,
    after: Option<String>,
}

struct Gone {
    item: String,
    /// The page that stands where the record stood; empty where none does.
    href: String,
    organ: String,
    reason: &'static str,
    words: String,
    decided_on: String,
    public_on: String,
    at: String,
    /// Whether it went in time, where there is a term.
    term: &'static str,
}

#[derive(Template)]
#[template(path = "enforcement/templates/withdrawn.html")]
struct WithdrawnPage {
    shell: PortalShell,
    item: String,
    items: Vec<(String, String)>,
    lines: Vec<Gone>,
    base: String,
    previous: Option<String>,
    next: Option<String>,
}

/// GET /enforcement/withdrawn: what was taken away and why, without the data.
pub(super) async fn withdrawn(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let tables: Vec<Item> = of_domain(&ctx).await?.into_iter().filter(Item::is_table).collect();
    let item = if asked.item.is_empty() { "penalty" } else { asked.item.as_str() };
    let table = tables.iter().find(|table| table.key.as_str() == item).ok_or(Error::NotFound)?;
    let key: &ItemKey = &table.key;
    let found = away::list(Some(key));
    let found = found.page::<Withdrawn>(ctx.db(), Some("newest"), asked.after.as_deref(), SIZE).await?;
    let directory = ctx.directory();
    let gone = |one: Withdrawn| {
        let day = time::show_date(&one.at);
        Gone {
            item: table.title.clone(),
            href: if table.is_on_web() { format!("/records/{key}/{}", one.record) } else { String::new() },
            organ: directory.short_name(&one.organ).to_owned(),
            reason: one.reason.label(),
            term: match one.due_on.as_str() {
                "" => "",
                due if day.as_str() <= due => "按期撤回",
                _ => "逾期撤回",
            },
            words: one.words,
            decided_on: one.decided_on,
            public_on: one.public_on,
            at: day,
        }
    };
    let lead = "因决定被撤销、信用修复等原因停止公示的执法信息：只说明原因，不再显示当事人和内容。";
    portal_page(&WithdrawnPage {
        shell: part::shell(&ctx, &reader, "停止公示的执法信息", "openness", lead),
        base: format!("?{}&", query_string(&[("item", item)])),
        items: tables.iter().map(|table| (table.key.to_string(), table.title.clone())).collect(),
        lines: found.rows.into_iter().map(gone).collect(),
        previous: found.previous,
        next: found.next,
        item: item.to_owned(),
    })
}

/// The pages for the site map.
pub(super) struct Pages;

impl OnMap for Pages {
    fn pages<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Mapped>>> {
        Box::pin(async move {
            let page = |href: String| Mapped { href, changed: String::new() };
            let fixed = ["/enforcement", "/enforcement/powers", "/enforcement/withdrawn"];
            let directory = ctx.directory();
            let organs = directory.all().iter().filter(|organ| organ.exists_on(ctx.today()));
            let organs = organs.filter(|organ| matches!(organ.kind, OrganKind::CountyDepartment | OrganKind::Township));
            let organs: Vec<Mapped> = organs.map(|organ| page(format!("/enforcement/organs/{}", organ.code))).collect();
            Ok(fixed.into_iter().map(|href| page(href.to_owned())).chain(organs).collect())
        })
    }
}
