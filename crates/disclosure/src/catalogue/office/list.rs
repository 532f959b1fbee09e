//! The list of items: by domain, by how they stand, by who owes them, by words.

use std::sync::Arc;

use askama::Template;
use axum::{extract::State, response::Response};
use kernel::OrganCode;
use record::items::{self, Catalogue, EDIT_ITEMS, Entry, ISSUE_ITEMS, acts};
use serde::Deserialize;
use web::{
    Ctx, Desk, OfficeShell, Pager, Query, Result, office_page,
    page::{self, query_string},
};

use super::{domains, open_state, standing};
use crate::catalogue::words;

/// What of the list is asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::catalogue) struct Asked {
    domain: String,
    state: String,
    owner: String,
    q: String,
    sort: String,
    page: i64,
}

/// How items stand, by which the list is narrowed.
const STATES: [(&str, &str); 8] = [
    ("confirmed", "已确认"),
    ("unconfirmed", "没有确认"),
    ("writing", "修改中"),
    ("offered", "待公布"),
    ("coming", "待施行"),
    ("update", "有随程序更新的内容"),
    ("own", "本县自设或者改过"),
    ("retired", "已停用"),
];

const SORTS: [(&str, &str); 3] = [("", "按领域"), ("title", "按名称"), ("since", "按最近施行")];

fn is(entry: &Entry, state: &str) -> bool {
    let offered = entry.open.as_ref().is_some_and(|open| open.state == items::State::Offered);
    match state {
        "confirmed" => entry.is_owed(),
        "unconfirmed" => entry.in_force && entry.retired.is_none() && !entry.item.confirmed,
        "writing" => entry.open.is_some() && !offered,
        "offered" => offered,
        "coming" => !entry.coming.is_empty(),
        "update" => entry.update.is_some(),
        "own" => !entry.boxed,
        "retired" => entry.retired.is_some(),
        _ => true,
    }
}

fn says(entry: &Entry, words: &str) -> bool {
    let item = &entry.item;
    let text = [
        item.title.as_str(),
        item.matter.as_str(),
        item.sub_matter.as_str(),
        item.elements.as_str(),
        item.domain.name.as_str(),
        item.key.as_str(),
    ];
    let columns = item.columns.iter().map(|column| column.label.as_str());
    words
        .split_whitespace()
        .all(|word| text.iter().any(|one| one.contains(word)) || columns.clone().any(|one| one.contains(word)))
}

/// An item in the list.
struct Line {
    key: String,
    title: String,
    domain: String,
    matter: String,
    owner: String,
    state: &'static str,
    tone: &'static str,
    open: &'static str,
    open_tone: &'static str,
    version: u32,
    since: String,
    update: bool,
}

#[derive(Template)]
#[template(path = "catalogue/templates/items.html")]
struct ListPage {
    shell: OfficeShell,
    asked: Asked,
    domains: Vec<(String, String)>,
    states: Vec<(&'static str, String)>,
    owners: Vec<(String, String)>,
    sorts: Vec<(&'static str, &'static str)>,
    lines: Vec<Line>,
    total: usize,
    all: usize,
    pager: Pager,
    /// The name of the domain that is chosen; empty = all.
    domain: String,
    /// Items of the chosen domain that can be confirmed, and such as wait to be issued by this person.
    to_confirm: usize,
    to_issue: usize,
    may_edit: bool,
    filtered: bool,
    /// The query behind which the file of what is listed stands.
    query: String,
}

fn line(ctx: &Ctx, entry: &Entry) -> Line {
    let (state, tone) = standing(entry);
    let (open, open_tone) = open_state(entry.open.as_deref());
    let item = &entry.item;
    let matter =
        if item.sub_matter.is_empty() { item.matter.clone() } else { format!("{} / {}", item.matter, item.sub_matter) };
    Line {
        key: item.key.to_string(),
        title: item.title.clone(),
        domain: item.domain.name.clone(),
        matter,
        owner: words::owner(ctx, &item.owner),
        state,
        tone,
        open,
        open_tone,
        version: item.version,
        since: entry.since.map(|day| day.to_string()).unwrap_or_default(),
        update: entry.update.is_some(),
    }
}

/// The items that a query asks for, in its order.
fn chosen<'a>(ctx: &Ctx, all: &'a Catalogue, asked: &Asked) -> Vec<&'a Entry> {
    let owner = OrganCode::from(asked.owner.as_str());
    let mut found: Vec<&Entry> = all
        .entries()
        .iter()
        .filter(|entry| asked.domain.is_empty() || entry.item.domain.key == asked.domain)
        .filter(|entry| is(entry, &asked.state))
        .filter(|entry| asked.owner.is_empty() || words::owes(ctx, &entry.item.owner, &owner))
        .filter(|entry| says(entry, asked.q.trim()))
        .collect();
    match asked.sort.as_str() {
        "title" => found.sort_by(|one, other| one.item.title.cmp(&other.item.title)),
        "since" => found.sort_by_key(|entry| std::cmp::Reverse(entry.since)),
        _ => {}
    }
    found
}

/// GET /items
pub(in crate::catalogue) async fn list(
    State(ctx): State<Ctx>,
    desk: Desk,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let all = items::catalogue(&ctx).await?;
    let found = chosen(&ctx, &all, &asked);
    let query = query_string(&[
        ("domain", asked.domain.as_str()),
        ("state", asked.state.as_str()),
        ("owner", asked.owner.as_str()),
        ("q", asked.q.trim()),
        ("sort", asked.sort.as_str()),
    ]);
    let total = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let pager = Pager::new(asked.page, total, Pager::SIZE, &query);
    let skip = usize::try_from(pager.offset(Pager::SIZE)).unwrap_or_default();
    let size = usize::try_from(Pager::SIZE).unwrap_or_default();
    let lines = found.iter().skip(skip).take(size).map(|entry| line(&ctx, entry)).collect();
    let of_domain = || all.entries().iter().filter(|entry| entry.item.domain.key == asked.domain);
    let actor = desk.actor();
    let (may_edit, may_issue) = (acts::may(&ctx, &actor, &EDIT_ITEMS), acts::may(&ctx, &actor, &ISSUE_ITEMS));
    let to_confirm = of_domain().filter(|entry| is(entry, "unconfirmed") && entry.open.is_none()).count();
    let issues = |entry: &&Entry| is(entry, "offered") && entry.open.as_ref().is_some_and(|open| !open.is_by(&actor));
    let to_issue = of_domain().filter(issues).count();
    let count = |state: &str| all.entries().iter().filter(|entry| is(entry, state)).count();
    let directory = ctx.directory();
    let owners = directory.all().iter().filter(|organ| organ.exists_on(ctx.today()));
    let domains = domains(&all);
    let name = domains.iter().find(|(key, _)| *key == asked.domain).map(|(_, name)| name.clone()).unwrap_or_default();
    let chosen = !name.is_empty();
    office_page(&ListPage {
        shell: desk.shell(&ctx, "公开事项").await?,
        filtered: [&asked.domain, &asked.state, &asked.owner, &asked.q].iter().any(|text| !text.is_empty()),
        states: STATES.iter().map(|(key, label)| (*key, format!("{label}（{}）", count(key)))).collect(),
        owners: owners.map(|organ| (organ.code.to_string(), organ.short_name.clone())).collect(),
        sorts: SORTS.to_vec(),
        lines,
        total: found.len(),
        all: all.entries().len(),
        pager,
        domain: name,
        to_confirm: if chosen && may_edit { to_confirm } else { 0 },
        to_issue: if chosen && may_issue { to_issue } else { 0 },
        may_edit,
        query,
        domains,
        asked,
    })
}

/// GET /items/items.toml: what is listed, as files have it.
pub(in crate::catalogue) async fn toml(State(ctx): State<Ctx>, Query(asked): Query<Asked>) -> Result<Response> {
    let all: Arc<Catalogue> = items::catalogue(&ctx).await?;
    let found: Vec<item::Item> =
        chosen(&ctx, &all, &asked).iter().map(|entry| item::Item::clone(&entry.item)).collect();
    page::packed("application/toml; charset=utf-8", "公开事项.toml", move || {
        Ok::<_, std::convert::Infallible>(item::write(&found).into_bytes())
    })
    .await
}
