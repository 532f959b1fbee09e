//! The map for readers: a line for each organ, and what organs have declared not to have.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::page::{self as part};
use futures::future::{BoxFuture, ready};
use item::ItemKey;
use kernel::OrganCode;
use web::{
    Ctx, Error, PortalShell, Reader, Result,
    hooks::{Mapped, OnMap},
    page::portal_page,
};

use super::{
    denied,
    judge::Tone,
    load,
    map::Sum,
    none::{self, DeclarationId},
};

/// An organ in this year.
struct Line {
    code: String,
    name: String,
    asked: i64,
    good: i64,
    none: i64,
    /// Among what is public: came after its last day.
    tardy: i64,
    /// Published as it happens, or kept up, and nothing (new) is there: nobody is late.
    open: i64,
    missing: i64,
}

/// An item of an organ, with the stretches that stand alike.
struct Owed {
    title: String,
    href: String,
    stretches: Vec<String>,
    words: String,
}

/// Items that stand alike.
struct Part {
    label: &'static str,
    about: &'static str,
    items: Vec<Owed>,
}

#[derive(Template)]
#[template(path = "coverage/templates/organ.html")]
struct OrganPage {
    shell: PortalShell,
    year: i16,
    code: String,
    name: String,
    sum: Line,
    parts: Vec<Part>,
    declared: Vec<Declared>,
    today: String,
}

/// What an organ has declared not to have.
struct Declared {
    id: DeclarationId,
    organ: String,
    item: String,
    from: String,
    until: String,
    reason: String,
    /// Day of the confirmation.
    confirmed: String,
    /// Its days are over; what it says of them stands.
    lapsed: bool,
}

/// What was confirmed for days of a year, of one organ where it is given (with those that it followed), but for what is refuted
/// by rows that are public.
async fn declared(ctx: &Ctx, year: i16, of: Option<&OrganCode>) -> Result<Vec<Declared>> {
    let (today, directory) = (ctx.today(), ctx.directory());
    let own = of.map(|organ| directory.answered_by(organ, today));
    let mut rows = none::of_year(ctx.db().read(), year).await?;
    rows.retain(|row| own.as_ref().is_none_or(|own| own.contains(&row.organ)));
    let denied = denied::of_each(ctx, &rows).await?;
    let all = record::items::catalogue(ctx).await?;
    let mut found = Vec::new();
    for (row, _) in rows.into_iter().zip(denied).filter(|(_, denied)| denied.is_none()) {
        let Some(entry) = ItemKey::new(&row.item).and_then(|key| all.entry(&key)) else { continue };
        found.push(Declared {
            organ: directory.get(&row.organ).map_or_else(|| row.organ.to_string(), |organ| organ.name.clone()),
            item: entry.item.title.clone(),
            lapsed: row.has_lapsed(today),
            confirmed: load::day(&row.decided_at),
            id: row.id,
            from: row.from_on,
            until: row.until_on,
            reason: row.reason,
        });
    }
    Ok(found)
}

#[derive(Template)]
#[template(path = "coverage/templates/public.html")]
struct Page {
    shell: PortalShell,
    year: i16,
    lines: Vec<Line>,
    declared: Vec<Declared>,
    office: String,
    today: String,
}

/// GET /catalogue/coverage
pub(super) async fn page(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let today = ctx.today();
    let map = load::map(&ctx, today.year()).await?;
    let directory = ctx.directory();
    let mut sums: BTreeMap<&OrganCode, Sum> = BTreeMap::new();
    for cell in map.cells(|line, _| line.item.confirmed) {
        sums.entry(&cell.owing.owes.organ).or_default().add(cell.why);
    }
    let organs = directory.all().iter().filter(|organ| organ.exists_on(today));
    let line = |organ: &kernel::Organ| {
        let sum = sums.get(&organ.code).copied().filter(|sum| sum.asked() > 0)?;
        Some(Line {
            code: organ.code.to_string(),
            name: organ.name.clone(),
            asked: sum.asked(),
            good: sum.good - sum.none,
            none: sum.none,
            tardy: sum.tardy,
            open: sum.soon,
            missing: sum.late,
        })
    };
    let lines = organs.filter_map(line).collect();
    let declared = declared(&ctx, map.year, None).await?;
    let lead = "公开事项目录里的事项，各机关今年公开了多少，哪些还没有公开，哪些机关声明没有这类信息。";
    let title = "各机关公开情况";
    portal_page(&Page {
        shell: part::shell(&ctx, &reader, title, "openness", lead),
        year: map.year,
        lines,
        declared,
        office: directory.get(&ctx.office_organ()).map(|organ| organ.name.clone()).unwrap_or_default(),
        today: today.to_string(),
    })
}

/// Groups of the page of an organ, in its order.
const PARTS: [(Tone, &str, &str); 4] = [
    (Tone::Late, "到期没有公开", "公开的最后一日已经过了，网站上没有找到。需要的可以申请公开，也可以反映。"),
    (Tone::Soon, "随发生公开或者需要更新的", "有了才公开的、应当保持更新的、快要到期的，目前没有或者很久没有更新。"),
    (Tone::Good, "已公开", "声明没有这类信息、经过确认的也在这里。"),
    (Tone::Ahead, "还没有到期", "最后一日还没有到。"),
];

/// `GET /catalogue/coverage/{organ}`: which items of an organ are there, and which are not.
pub(super) async fn organ(State(ctx): State<Ctx>, reader: Reader, Path(code): Path<OrganCode>) -> Result<Response> {
    let (today, directory) = (ctx.today(), ctx.directory());
    let organ = directory.get(&code).ok_or(Error::NotFound)?;
    let map = load::map(&ctx, today.year()).await?;
    let mut sum = Sum::default();
    let mut parts: Vec<Part> = PARTS.iter().map(|(_, label, about)| Part { label, about, items: Vec::new() }).collect();
    for cell in map.cells(|line, owing| line.item.confirmed && owing.owes.organ == code) {
        sum.add(cell.why);
        let Some(at) = PARTS.iter().position(|(tone, ..)| *tone == cell.why.tone()) else { continue };
        let item = &cell.line.item;
        let label = if cell.why.is_tardy() {
            format!("{}（逾期公开）", cell.stretch.label)
        } else {
            cell.stretch.label.clone()
        };
        let of_same = parts[at].items.last_mut().filter(|one| one.title == item.title);
        match of_same {
            Some(one) => one.stretches.push(label),
            None => parts[at].items.push(Owed {
                title: item.title.clone(),
                href: if item.is_table() && item.is_on_web() {
                    format!("/records/{}?organ={code}", item.key)
                } else {
                    format!("/catalogue/{}#{}", item.domain.key, item.key)
                },
                stretches: vec![label],
                words: cell.why.public_words(),
            }),
        }
    }
    parts.retain(|part| !part.items.is_empty());
    let lead = format!("公开事项目录里由{}公开的事项，{} 年到今天为止哪些已经公开，哪些还没有。", organ.name, map.year);
    let title = format!("{}公开情况", organ.name);
    portal_page(&OrganPage {
        shell: part::shell(&ctx, &reader, &title, "openness", &lead),
        year: map.year,
        code: code.to_string(),
        name: organ.name.clone(),
        sum: Line {
            code: String::new(),
            name: String::new(),
            asked: sum.asked(),
            good: sum.good - sum.none,
            none: sum.none,
            tardy: sum.tardy,
            open: sum.soon,
            missing: sum.late,
        },
        parts,
        declared: declared(&ctx, map.year, Some(&code)).await?,
        today: today.to_string(),
    })
}

/// The page on the site map.
pub(super) struct Public;

impl OnMap for Public {
    fn pages<'a>(&'a self, _: &'a Ctx) -> BoxFuture<'a, Result<Vec<Mapped>>> {
        let page = Mapped { href: "/catalogue/coverage".to_owned(), changed: String::new() };
        Box::pin(ready(Ok(vec![page])))
    }
}
