//! «Is it public?»: somebody names what they miss; the catalogue says who owes it, by when, on which ground and where it is,
//! and leads to a report of what is missing or a request for it, both filled in.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    columns::Tree,
    page::{self as part},
};
use item::{Audience, Channel, Item, Type, Way};
use kernel::{OrganKind, id::ColumnId};
use record::{
    items,
    slots::{Layout, Slot},
};
use serde::Deserialize;
use web::{Ctx, PortalShell, Query, Reader, Result, filters, hooks::Numbered, page::portal_page, page::query_string};

use super::{
    ask::{Asking, Pairs},
    numbers,
    question::Question,
    tables,
};
use crate::catalogue::words;

/// Items that are told.
const MOST: usize = 6;
/// Organs that are named one by one.
const FEW: usize = 5;
/// What fits less than so many times worse than the best is not told.
const WEAKER: u32 = 3;
/// Characters of a question that are taken.
const LONGEST: usize = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
}

/// Where something is.
struct Place {
    href: String,
    label: String,
    count: i64,
    fresh: String,
    /// It is the table of the item, narrowed to what is asked; else a column of the site, which holds other matters, too.
    is_table: bool,
    /// What of the question the table could not be asked.
    left: String,
}

/// What the catalogue says.
struct Answer {
    title: String,
    domain: String,
    /// Tint and words of the chip.
    tone: &'static str,
    state: &'static str,
    /// What the chip means for the reader, in a sentence.
    said: String,
    owner: String,
    /// Pages of the organs, where they are few.
    organs: Vec<(String, String)>,
    limits: Vec<String>,
    basis: Vec<String>,
    places: Vec<Place>,
    catalogue: String,
    report: String,
    request: String,
}

#[derive(Template)]
#[template(path = "records_portal/templates/missing.html")]
struct Page {
    shell: PortalShell,
    q: String,
    /// Records that it names by their number.
    numbered: Vec<Numbered>,
    /// A township that is none of the county; empty = none.
    unknown: String,
    county: String,
    answers: Vec<Answer>,
    hotline: String,
    report: String,
}

/// `GET /is-it-public`
pub(super) async fn missing(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let q: String = asked.q.trim().chars().take(LONGEST).collect();
    let title = "这件事公开了吗";
    let lead = "写出您要找的内容，看它应当由哪个机关、在什么时候、在哪里公开；没有公开的，可以反映，也可以申请。";
    let catalogue = items::catalogue(&ctx).await?;
    let question = read(&ctx, &q);
    let fitting = |entry: &items::Entry| question.fits(&entry.item);
    let in_force = catalogue.entries().iter().filter(|entry| entry.in_force && entry.retired.is_none());
    let mut found: Vec<(u32, &items::Entry)> = in_force.map(|entry| (fitting(entry), entry)).collect();
    found.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.key().cmp(other.1.key())));
    let best = found.first().map_or(0, |(points, _)| *points);
    found.retain(|(points, _)| *points > 0 && points * WEAKER >= best);
    let numbered = numbers::find(&ctx, &q).await?;
    let tree = Tree::load(ctx.db()).await?;
    let mut answers = Vec::new();
    for (_, entry) in found.into_iter().take(MOST) {
        answers.push(answer(&ctx, &tree, entry, (&q, &question)).await?);
    }
    let what = if q.is_empty() { String::new() } else { format!("在网站上没有找到：{q}") };
    portal_page(&Page {
        shell: tables::shell(&ctx, &reader, title, "数据", lead).crumb(title, "").shared(&ctx),
        report: format!("/mistakes?{}", query_string(&[("page", "/is-it-public"), ("what", &what)])),
        hotline: ctx.site().hotline.clone(),
        q,
        numbered,
        unknown: question.unknown,
        county: ctx.site().county.clone(),
        answers,
    })
}

/// The question, with the places of the county.
fn read(ctx: &Ctx, q: &str) -> Question {
    let (directory, today) = (ctx.directory(), ctx.today());
    let organs = directory.all().iter().filter(|organ| organ.kind == OrganKind::Township && organ.exists_on(today));
    let townships: Vec<String> = organs.map(|organ| organ.short_name.clone()).collect();
    Question::read(q, &ctx.site().county, &townships, today.year())
}

async fn answer(ctx: &Ctx, tree: &Tree, entry: &items::Entry, (q, question): (&str, &Question)) -> Result<Answer> {
    let item = entry.item.as_ref();
    let places = places(ctx, tree, &entry.item, question).await?;
    let (tone, state, said) = verdict(entry, &places, &question.narrows());
    let owner = words::owner(ctx, &item.owner);
    let owing = tables::owners(ctx, item);
    let limits: Vec<String> = item.limits.iter().map(words::limit).collect();
    let due = limits.first().map(|limit| format!("（{limit}）")).unwrap_or_default();
    let line = if entry.is_owed() { format!("/catalogue/{}#{}", item.domain.key, item.key) } else { String::new() };
    let page = places.first().map_or("/is-it-public", |place| place.href.split('?').next().unwrap_or_default());
    let what = format!("按照公开目录，“{}”由{owner}公开{due}。我要找的是：{q}。在这个网页上没有找到。", item.title);
    let about = format!("{q}（{}，{owner}）", item.title);
    Ok(Answer {
        title: item.title.clone(),
        domain: item.domain.name.clone(),
        tone,
        state,
        said,
        organs: if owing.len() <= FEW {
            owing.into_iter().map(|(code, name)| (format!("/organs/{code}"), name)).collect()
        } else {
            Vec::new()
        },
        basis: item.basis.iter().map(words::basis).collect(),
        report: format!("/mistakes?{}", query_string(&[("page", page), ("what", &what)])),
        request: format!("/foi/apply?{}", query_string(&[("about", &about)])),
        catalogue: line,
        owner,
        limits,
        places,
    })
}

/// How it stands: what is there, what is for the persons concerned alone, what is not seen. Only a table that answers shows that
/// something is public; a column of the site holds documents on other matters, too.
fn verdict(entry: &items::Entry, places: &[Place], narrows: &str) -> (&'static str, &'static str, String) {
    let item = &entry.item;
    let of = if narrows.is_empty() { String::new() } else { format!("{narrows}的") };
    if let Some(table) = places.iter().find(|place| place.is_table && place.count > 0) {
        if !table.left.is_empty() {
            let said = format!("这张表有 {} 条记录，不能按{}查，有没有请打开看。", table.count, table.left);
            return ("info", "有这张表", said);
        }
        let fresh = if table.fresh.is_empty() { String::new() } else { format!("，{}", table.fresh) };
        return ("ok", "已公开", format!("下面的表里有{of}记录 {} 条{fresh}。", table.count));
    }
    if item.way == Way::OnRequest {
        return ("info", "依申请公开", "这一项不主动公开，可以向公开主体申请。".to_owned());
    }
    if item.channels == [Channel::PartyOnly] {
        return ("info", "只告知当事人", "这一项只告知当事人，不在网站公开；您是当事人的，请联系公开主体。".to_owned());
    }
    if !item.is_on_web() {
        let channels = words::channels(item).join("、");
        return (
            "info",
            "不在网站公开",
            format!("这一项在{channels}公开，不在网站上；请到公开主体查看，或者向它申请公开。"),
        );
    }
    if let Some(column) = places.iter().find(|place| !place.is_table && place.count > 0) {
        let said =
            format!("栏目“{}”里有 {} 条内容，也有别的事项的；有没有要找的，请打开看。", column.label, column.count);
        return ("info", "可能在栏目里", said);
    }
    if let Audience::Group(group) = &item.audience {
        return ("info", "向特定群体公开", format!("这一项向{group}公开，不一定在网站上。"));
    }
    if !entry.is_owed() {
        return ("off", "尚未确认", "标准目录里有这一项，本县还没有确认由谁、何时公开。可以先申请公开。".to_owned());
    }
    if !narrows.is_empty() && places.iter().any(|place| place.is_table) {
        let said = format!("表里没有{narrows}的记录。可能还没有形成，也可能写法不同或者还没有公开，请反映或者申请。");
        return ("soon", "没有看到", said);
    }
    ("soon", "没有看到", "应当主动公开，网站上现在没有。可能还没有形成，也可能还没有公开，请反映或者申请。".to_owned())
}

async fn places(ctx: &Ctx, tree: &Tree, item: &Arc<Item>, question: &Question) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    if item.is_table() && item.is_on_web() {
        places.push(table(ctx, item, question).await?);
    }
    for slug in &item.site_columns {
        let id = ColumnId::from(slug.as_str());
        let Some(column) = tree.get(&id) else { continue };
        let fill = tree.fill(&id);
        places.push(Place {
            href: format!("/columns/{id}"),
            label: column.name.clone(),
            count: fill.count,
            fresh: part::freshness(ctx, &fill.newest),
            is_table: false,
            left: String::new(),
        });
    }
    Ok(places)
}

/// The table of an item, asked for the year and the place of the question.
async fn table(ctx: &Ctx, item: &Arc<Item>, question: &Question) -> Result<Place> {
    let fill = tables::fill(ctx, &item.key).await?;
    let (pairs, left) = narrowed(item, question);
    let mut place = Place {
        href: tables::path(&item.key),
        label: item.title.clone(),
        count: fill.records,
        fresh: part::freshness(ctx, &fill.newest),
        is_table: true,
        left,
    };
    if !pairs.is_empty() && fill.records > 0 {
        let asking = Asking::read(item, pairs);
        // While it is laid anew the table is named as a whole.
        if !asking.query.unsettled(ctx.db(), &asking.order).await?.is_empty() {
            return Ok(place);
        }
        place.count = asking.query.count(ctx.db()).await?.rows;
        if place.count > 0 {
            place.href = format!("{}?{}", place.href, asking.whole());
            place.label = format!("{}：{}", place.label, question.narrows());
        }
    }
    Ok(place)
}

/// What of the question is asked of a table, as its address has it, and what cannot be asked.
fn narrowed(item: &Item, question: &Question) -> (Pairs, String) {
    let (layout, mut pairs, mut left) = (Layout::of(item), Pairs::new(), Vec::new());
    if let Some(year) = question.year {
        let newest = item.column(&item.newest_by).filter(|column| matches!(column.typed, Type::Date { .. }));
        let days = newest.filter(|column| matches!(layout.slot(&column.key), Some(Slot::Day(_))));
        let own = item.column("year").filter(|column| matches!(layout.slot(&column.key), Some(Slot::Number(_))));
        match own.or(days) {
            Some(column) => pairs.push((column.key.clone(), year.to_string())),
            None => left.push("年份"),
        }
    }
    if !question.place.is_empty() {
        match layout.all().find(|(_, slot)| *slot == Slot::Place) {
            Some((key, _)) => pairs.push((key.to_owned(), question.place.clone())),
            None => left.push("地点"),
        }
    }
    (pairs, left.join("、"))
}
