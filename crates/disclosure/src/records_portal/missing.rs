//! «Is it public?»: somebody names what they miss; the catalogue says who owes it, by when, on which ground and where it is,
//! and leads to a report of what is missing or a request for it, both filled in.

use std::collections::BTreeSet;

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    columns::Tree,
    page::{self as part},
};
use item::{Audience, Channel, Item, Way};
use kernel::id::ColumnId;
use record::items;
use serde::Deserialize;
use web::{Ctx, PortalShell, Query, Reader, Result, filters, page::portal_page, page::query_string};

use super::tables;
use crate::catalogue::words;

/// Items that are told.
const MOST: usize = 6;
/// Organs that are named one by one.
const FEW: usize = 5;
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
    let mut found: Vec<(u32, &items::Entry)> = catalogue
        .entries()
        .iter()
        .filter(|entry| entry.in_force && entry.retired.is_none())
        .map(|entry| (fits(&entry.item, &q), entry))
        .filter(|(points, _)| *points > 0)
        .collect();
    found.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.key().cmp(other.1.key())));
    let tree = Tree::load(ctx.db()).await?;
    let mut answers = Vec::new();
    for (_, entry) in found.into_iter().take(MOST) {
        answers.push(answer(&ctx, &tree, entry, &q).await?);
    }
    let what = if q.is_empty() { String::new() } else { format!("在网站上没有找到：{q}") };
    portal_page(&Page {
        shell: tables::shell(&ctx, &reader, title, "数据", lead).crumb(title, "").shared(&ctx),
        report: format!("/mistakes?{}", query_string(&[("page", "/is-it-public"), ("what", &what)])),
        hotline: ctx.site().hotline.clone(),
        q,
        answers,
    })
}

async fn answer(ctx: &Ctx, tree: &Tree, entry: &items::Entry, q: &str) -> Result<Answer> {
    let item = entry.item.as_ref();
    let places = places(ctx, tree, item).await?;
    let (tone, state, said) = verdict(entry, &places);
    let owner = words::owner(ctx, &item.owner);
    let owing = tables::owners(ctx, item);
    let limits: Vec<String> = item.limits.iter().map(words::limit).collect();
    let due = limits.first().map(|limit| format!("（{limit}）")).unwrap_or_default();
    let line = if entry.is_owed() { format!("/catalogue/{}#{}", item.domain.key, item.key) } else { String::new() };
    let page = places.first().map_or("/is-it-public", |place| place.href.as_str());
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

/// How it stands: what is there, what is for the persons concerned alone, what is not seen.
fn verdict(entry: &items::Entry, places: &[Place]) -> (&'static str, &'static str, String) {
    let item = &entry.item;
    let newest =
        places.iter().filter(|place| place.count > 0).map(|place| place.fresh.as_str()).find(|day| !day.is_empty());
    if places.iter().any(|place| place.count > 0) {
        let fresh = newest.map(|fresh| format!("，{fresh}")).unwrap_or_default();
        return ("ok", "已公开", format!("在下面的地方可以看到{fresh}。"));
    }
    if item.way == Way::OnRequest {
        return ("info", "依申请公开", "这一项不主动公开，可以向公开主体申请。".to_owned());
    }
    if item.channels == [Channel::PartyOnly] {
        return ("info", "只告知当事人", "这一项只告知当事人，不在网站公开；您是当事人的，请联系公开主体。".to_owned());
    }
    if let Audience::Group(group) = &item.audience {
        return ("info", "向特定群体公开", format!("这一项向{group}公开，不一定在网站上。"));
    }
    if !item.is_on_web() {
        let channels = words::channels(item).join("、");
        return (
            "info",
            "不在网站公开",
            format!("这一项在{channels}公开，不在网站上；请到公开主体查看，或者向它申请公开。"),
        );
    }
    if !entry.is_owed() {
        return ("off", "尚未确认", "标准目录里有这一项，本县还没有确认由谁、何时公开。可以先申请公开。".to_owned());
    }
    ("soon", "没有看到", "应当主动公开，网站上现在没有。可能还没有形成，也可能还没有公开，请反映或者申请。".to_owned())
}

async fn places(ctx: &Ctx, tree: &Tree, item: &Item) -> Result<Vec<Place>> {
    let mut places = Vec::new();
    if item.is_table() && item.is_on_web() {
        let fill = tables::fill(ctx, &item.key).await?;
        places.push(Place {
            href: tables::path(&item.key),
            label: item.title.clone(),
            count: fill.records,
            fresh: part::freshness(ctx, &fill.newest),
        });
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
        });
    }
    Ok(places)
}

/// Pairs of letters of a text, without what says nothing: spaces, signs.
fn pairs(text: &str) -> BTreeSet<String> {
    let letters: Vec<char> = record::slots::folded(text).chars().filter(|c| c.is_alphanumeric()).collect();
    letters.windows(2).map(|pair| pair.iter().collect()).collect()
}

/// How well an item fits what somebody misses: 0 = not at all. Names weigh more than what stands in its table; at least a third of
/// the question must stand somewhere.
fn fits(item: &Item, q: &str) -> u32 {
    let asked = pairs(q);
    if asked.is_empty() {
        return 0;
    }
    let mut texts: Vec<(u32, &str)> = vec![
        (8, item.title.as_str()),
        (6, item.sub_matter.as_str()),
        (5, item.matter.as_str()),
        (3, item.domain.name.as_str()),
        (2, item.elements.as_str()),
    ];
    for column in super::cells::open(item) {
        texts.push((2, column.label.as_str()));
        texts.extend(column.aliases.iter().map(|alias| (1, alias.as_str())));
    }
    let known: Vec<(u32, BTreeSet<String>)> = texts.into_iter().map(|(weight, text)| (weight, pairs(text))).collect();
    let best = |pair: &String| known.iter().filter(|(_, pairs)| pairs.contains(pair)).map(|(weight, _)| *weight).max();
    let weights: Vec<u32> = asked.iter().filter_map(best).collect();
    if weights.len() * 3 < asked.len() { 0 } else { weights.iter().sum() }
}

#[cfg(test)]
mod tests {
    use item::{Domain, ItemKey, Owner, Period};

    use super::*;

    fn item(title: &str, elements: &str) -> Item {
        Item {
            key: ItemKey::new("aid").expect("a key"),
            version: 1,
            domain: Domain { key: "aid".into(), name: "社会救助".into(), order: 1 },
            matter: "最低生活保障".into(),
            sub_matter: String::new(),
            title: title.into(),
            elements: elements.into(),
            basis: Vec::new(),
            limits: Vec::new(),
            owner: Owner::All,
            channels: Vec::new(),
            audience: Audience::Everybody,
            way: Way::Proactive,
            levels: Vec::new(),
            period: Period::Year,
            retention: None,
            retention_person: None,
            confirmed: true,
            source: String::new(),
            site_columns: Vec::new(),
            columns: Vec::new(),
            keys: Vec::new(),
            newest_by: String::new(),
            checks: Vec::new(),
            charts: Vec::new(),
            more_columns: false,
        }
    }

    #[test]
    fn what_somebody_misses_finds_its_item() {
        let aid = item("低保标准", "保障标准、补差水平");
        let other = item("招聘公告", "岗位");
        assert!(fits(&aid, "今年低保标准") > fits(&other, "今年低保标准"));
        assert_eq!(fits(&aid, "学区划分"), 0);
        assert_eq!(fits(&aid, ""), 0);
    }
}
