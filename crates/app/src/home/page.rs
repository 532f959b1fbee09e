//! The first page: one question, the ways in, what is new, and how far the year has come.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    page::{Link, base_url, heat_map},
    public::{self, Fill, Filter},
    shelf::{Filled, HOME, shelves},
};
use duty::{PlanProgress, Progress};
use jiff::civil::Date;
use kernel::{Organ, OrganCode, OrganKind};
use serde_json::{Value, json};
use web::{
    Ctx, PortalShell, Reader, Result,
    doors::{Offered, WayIn, ways_in},
    filters,
    hooks::{CountyMap, Face, Running},
    portal_page,
};

#[derive(Template)]
#[template(path = "home/templates/home.html")]
struct Home {
    shell: PortalShell,
    ways: Vec<WayIn>,
    /// Ways in of few words, below the search.
    also: Vec<WayIn>,
    shelves: Vec<Filled>,
    progress: Option<Progress>,
    month: i64,
    total: i64,
    year: i16,
    today: String,
    newest: String,
    heat: String,
    months: Vec<(String, u64)>,
    townships: Vec<Township>,
    departments: i64,
    /// What readers can act on today, the soonest to end first.
    running: Vec<Running>,
    /// Address of the drawings.
    icons: String,
    /// The county's own map; not in large type, where few things stand.
    county: Option<CountyMap>,
}

/// A township with what it has published.
struct Township {
    link: Link,
    /// Day of the newest, `MM-DD`; of another year `2025 年 11 月`. Empty without any.
    newest: String,
}

/// Lines of a shelf in elder mode.
const FEW: usize = 3;
/// What readers can act on, at most; the page of each kind has all.
const RUNNING: usize = 3;

/// `GET /`
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let (db, today) = (ctx.db(), ctx.today());
    let everything = Filter::default();
    let mut shelves = shelves(&ctx, HOME).await?;
    if reader.elder {
        // In large type a list of eight is three screens of a phone: the newest, and the way to all.
        for one in &mut shelves {
            one.lines.truncate(FEW);
        }
    }
    let (month, total, days, filled) = tokio::try_join!(
        public::count_since(db, today.first_of_month()),
        public::count(db, &everything, i64::MAX - 1),
        public::per_day(db, today.year(), None),
        public::organs(db),
    )?;
    let progress = match ctx.declared::<Arc<dyn PlanProgress>>().next() {
        Some(plan) => plan.current(&ctx).await?,
        None => None,
    };
    let newest = shelves.iter().map(|one| one.newest.clone()).max();
    let (heat, months) = heat_map(&days, today);
    let (townships, departments) = organs(&ctx, today, &filled);
    let (mut picture, mut county, mut running) = (None, None, Vec::new());
    for one in ctx.declared::<Arc<dyn Face>>() {
        picture = match picture {
            None => one.picture(&ctx).await,
            found => found,
        };
        if county.is_none() && !reader.elder {
            county = one.map(&ctx).await?;
        }
        running.extend(one.running(&ctx).await?);
    }
    running.sort_by_key(|one| one.to);
    running.truncate(if reader.elder { 1 } else { RUNNING });
    let site = ctx.site();
    let mut shell = reader.shell(&ctx, "首页", "", "");
    shell.crumbs.clear();
    shell.description =
        format!("{}：查政策、申请公开信息、对草案提意见、咨询和办事指南，公开年度工作任务落实情况。", site.name);
    let mut shell = shell.shared(&ctx);
    shell.share.picture = picture;
    let linked = linked(&ctx);
    let icons = shell.assets.url("icons.svg");
    portal_page(&Home {
        shell: shell.linked(&linked),
        ways: ways_in(&ctx, Offered::Home),
        also: ways_in(&ctx, Offered::Line),
        shelves,
        progress,
        month,
        total: total.n,
        year: today.year(),
        today: format!("{} 月 {} 日", today.month(), today.day()),
        newest: newest.unwrap_or_default(),
        heat,
        months,
        townships,
        departments,
        county,
        running,
        icons,
    })
}

/// Who runs the site and how it is searched, as machines read it (schema.org).
fn linked(ctx: &Ctx) -> Value {
    let (site, base) = (ctx.site(), base_url(ctx));
    let mut office = serde_json::Map::new();
    for (name, value) in [
        ("@type", "GovernmentOrganization"),
        ("name", site.name.as_str()),
        ("url", base.as_str()),
        ("telephone", site.phone.as_str()),
        ("email", site.email.as_str()),
        ("address", site.address.as_str()),
    ] {
        if !value.is_empty() {
            office.insert(name.to_owned(), json!(value));
        }
    }
    json!({
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": site.name,
        "url": format!("{base}/"),
        "inLanguage": "zh-CN",
        "publisher": office,
        "potentialAction": {
            "@type": "SearchAction",
            "target": { "@type": "EntryPoint", "urlTemplate": format!("{base}/search?q={{q}}") },
            "query-input": "required name=q",
        },
    })
}

fn organs(ctx: &Ctx, today: Date, filled: &[Fill<OrganCode>]) -> (Vec<Township>, i64) {
    let directory = ctx.directory();
    let living = || directory.all().iter().filter(|organ| organ.exists_on(today));
    let township = |organ: &Organ| {
        let own = filled.iter().find(|one| one.of == organ.code);
        let newest = own.map_or("", |one| one.newest.as_str());
        Township { link: Link::organ(organ, own.map_or(0, |one| one.count)), newest: short_day(newest, today) }
    };
    let townships = living().filter(|organ| organ.kind == OrganKind::Township).map(township).collect();
    let departments = living().filter(|organ| organ.kind == OrganKind::CountyDepartment).count();
    (townships, i64::try_from(departments).unwrap_or(0))
}

/// A day in as few characters as tell it: `11-06` of this year, `2025 年 11 月` of another.
fn short_day(day: &str, today: Date) -> String {
    match day.strip_prefix(&format!("{:04}-", today.year())) {
        Some(day) => day.to_owned(),
        None => match (day.get(..4), day.get(5..7)) {
            (Some(year), Some(month)) => format!("{year} 年 {} 月", month.trim_start_matches('0')),
            _ => day.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::short_day;

    #[test]
    fn the_day_of_another_year_takes_no_more_room_than_one_of_this_year_needs() {
        let today = date(2026, 11, 29);
        assert_eq!(short_day("2026-11-06", today), "11-06");
        assert_eq!(short_day("2025-01-06", today), "2025 年 1 月");
        assert_eq!(short_day("", today), "");
    }
}
