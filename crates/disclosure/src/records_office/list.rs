//! The records of one item: those that are public by the columns that readers filter by, those in other states by
//! words.

use std::sync::Arc;

use askama::Template;
use axum::{
    extract::{Path, State as With},
    response::Response,
};
use item::{Column, Filter as How, Item, Type};
use kernel::OrganCode;
use record::{
    Query as Question, State,
    look::{self, Filter},
    permissions::{ENTER_RECORDS, IMPORT_RECORDS, READ_BATCHES},
    rows::Stored,
    slots,
    values::Data,
};
use web::{Ctx, Desk, FormErrors, OfficeShell, Query, Result, Steps, office_page, page};

use super::common;

/// Rows on a page.
const SHOWN: usize = 50;
/// Counting other states than the public one stops here.
const MOST: i64 = 10_000;
/// States in the order of their tabs.
const TABS: [State; 7] =
    [State::Public, State::Draft, State::Doubtful, State::Withdrawn, State::Superseded, State::Closed, State::Expired];

/// The query of an address, as it came.
pub(super) type Pairs = Vec<(String, String)>;

/// The first value of a name.
pub(super) fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(known, _)| known == name).map_or("", |(_, text)| text.trim())
}

/// A box of the filter.
struct Condition {
    name: String,
    label: String,
    value: String,
    /// What may be chosen; empty = it is typed.
    options: Vec<(String, String)>,
}

/// One row.
struct Line {
    href: String,
    /// The texts of the columns that are listed, and whether each is a figure.
    cells: Vec<(String, bool)>,
    name: String,
    organ: String,
    on: String,
    corrected: bool,
}

#[derive(Template)]
#[template(path = "records_office/templates/list.html")]
struct ListPage {
    shell: OfficeShell,
    errors: FormErrors,
    key: String,
    title: String,
    domain: String,
    state: &'static str,
    tabs: Vec<(&'static str, &'static str)>,
    boxes: Vec<Condition>,
    organs: Vec<(String, String)>,
    organ: String,
    sorts: Vec<(String, String)>,
    sort: String,
    words: String,
    /// Label, whether it holds figures.
    heads: Vec<(String, bool)>,
    lines: Vec<Line>,
    total: String,
    steps: Steps,
    /// The query as it is, for the file.
    query: String,
    is_public: bool,
    narrowed: bool,
    may_enter: bool,
    may_import: bool,
    left_out: Vec<String>,
}

/// Boxes for the columns that may be asked for.
fn boxes(item: &Item, pairs: &[(String, String)]) -> Vec<Condition> {
    let mut boxes = Vec::new();
    for column in item.columns.iter().filter(|column| slots::may_ask(item, column) && column.filter != How::None) {
        let one = |name: String, label: String, options: Vec<(String, String)>| Condition {
            value: value(pairs, &name).to_owned(),
            name,
            label,
            options,
        };
        if column.filter == How::Range {
            boxes.push(one(format!("{}.from", column.key), format!("{}从", column.label), Vec::new()));
            boxes.push(one(format!("{}.to", column.key), "到".to_owned(), Vec::new()));
        } else {
            boxes.push(one(column.key.clone(), column.label.clone(), choices(column)));
        }
    }
    boxes
}

fn choices(column: &Column) -> Vec<(String, String)> {
    match &column.typed {
        Type::Enum { choices, open: false } => {
            choices.iter().map(|choice| (choice.code.clone(), choice.label.clone())).collect()
        }
        _ => Vec::new(),
    }
}

/// Orders with their words.
fn sorts(item: &Item, question: &Question) -> Vec<(String, String)> {
    let label = |key: &str| item.column(key).map_or_else(|| key.to_owned(), |column| column.label.clone());
    let words = |name: &String| match name.as_str() {
        "newest" => "新的在前".to_owned(),
        "oldest" => "旧的在前".to_owned(),
        "published" => "最近公开的在前".to_owned(),
        name => match name.strip_suffix('-') {
            Some(key) => format!("{}从大到小", label(key)),
            None => format!("{}从小到大", label(name)),
        },
    };
    question.orders().iter().map(|name| (name.clone(), words(name))).collect()
}

/// What is listed, ready for the page.
struct Listed {
    lines: Vec<Line>,
    total: String,
    steps: Steps,
    sorts: Vec<(String, String)>,
    errors: FormErrors,
    narrowed: bool,
}

fn cells(item: &Item, data: &Data) -> Vec<(String, bool)> {
    common::listed(item).into_iter().map(|column| (data.shown(column), is_figure(column))).collect()
}

fn is_figure(column: &Column) -> bool {
    matches!(column.typed, Type::Money { .. } | Type::Number { .. } | Type::Ratio { .. })
}

/// What an editor calls a record: its keys, since the first of them may be a year.
fn named(item: &Item, data: &Data) -> String {
    const MOST: usize = 60;
    let named = item.keys.iter().filter_map(|key| item.column(key)).map(|column| data.shown(column));
    let named: Vec<String> = named.filter(|text| !text.is_empty()).collect();
    if named.is_empty() { "记录".to_owned() } else { web::filters::shortened(&named.join(" "), MOST) }
}

async fn public(ctx: &Ctx, item: &Arc<Item>, pairs: &[(String, String)]) -> Result<Listed> {
    let (question, errors) = match Question::read(Arc::clone(item), pairs) {
        Ok(question) => (question, FormErrors::new()),
        Err(errors) => (Question::new(Arc::clone(item)), errors),
    };
    let sorts = sorts(item, &question);
    if !errors.is_empty() {
        let steps = Steps { base: "?".to_owned(), previous: None, next: None };
        return Ok(Listed { lines: Vec::new(), total: "0".to_owned(), steps, sorts, errors, narrowed: true });
    }
    question.settled(ctx.db(), value(pairs, "sort")).await?;
    let after = Some(value(pairs, "after")).filter(|after| !after.is_empty());
    let found = question.page(ctx.db(), value(pairs, "sort"), after, SHOWN).await?;
    let count = question.count(ctx.db()).await?;
    let directory = ctx.directory();
    let line = |row: &record::query::Row| Line {
        href: format!("/records/{}/{}", item.key, row.record),
        cells: cells(item, &row.data),
        name: named(item, &row.data),
        organ: directory.short_name(&row.organ).to_owned(),
        on: row.public_on.clone(),
        corrected: row.version > 1,
    };
    Ok(Listed {
        lines: found.rows.iter().map(line).collect(),
        total: count.to_string(),
        steps: Steps::new(&found, &rest(pairs)),
        sorts,
        errors,
        narrowed: question.is_narrowed(),
    })
}

async fn other(ctx: &Ctx, desk: &Desk, item: &Arc<Item>, state: State, pairs: &[(String, String)]) -> Result<Listed> {
    // What is not public is for those who read the batches of its organ.
    kernel::may(&desk.actor(), &READ_BATCHES)?;
    let organ = value(pairs, "organ");
    let words = value(pairs, "q").to_owned();
    let narrowed = !organ.is_empty() || !words.is_empty();
    let organs = match common::own(ctx, &desk.staff) {
        Some(own) => Some(own.into_iter().filter(|code| organ.is_empty() || code.as_str() == organ).collect()),
        None => (!organ.is_empty()).then(|| vec![OrganCode::from(organ)]),
    };
    let list = look::list(&item.key, &Filter { state, organs, words });
    let after = Some(value(pairs, "after")).filter(|after| !after.is_empty());
    let found = list.page::<Stored>(ctx.db(), Some(value(pairs, "sort")), after, SHOWN).await?;
    let count = list.count(ctx.db(), MOST).await?;
    let directory = ctx.directory();
    let line = |row: &Stored| {
        // What is not public yet is found in its batch, what was public on its own page.
        let href = match state {
            State::Draft => format!("/records/batches/{}#r{}", row.batch, row.number),
            State::Doubtful => format!("/records/doubts/{}", row.id),
            _ => format!("/records/{}/{}", item.key, row.record),
        };
        Line {
            href,
            cells: cells(item, &row.data),
            name: row.name(item),
            organ: directory.short_name(&row.organ).to_owned(),
            on: row.public_on.clone(),
            corrected: row.version > 1,
        }
    };
    let words = [("newest", "新的在前"), ("oldest", "旧的在前"), ("number", "按行号")];
    Ok(Listed {
        lines: found.rows.iter().map(line).collect(),
        total: count.to_string(),
        steps: Steps::new(&found, &rest(pairs)),
        sorts: words.iter().map(|(name, words)| ((*name).to_owned(), (*words).to_owned())).collect(),
        errors: FormErrors::new(),
        narrowed,
    })
}

/// The query without the place, encoded.
pub(super) fn rest(pairs: &[(String, String)]) -> String {
    let kept: Vec<(&str, &str)> =
        pairs.iter().filter(|(name, _)| name != "after").map(|(name, text)| (name.as_str(), text.as_str())).collect();
    page::query_string(&kept)
}

/// `GET /records/{item}`
pub(super) async fn page(
    With(ctx): With<Ctx>,
    desk: Desk,
    Path(key): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Response> {
    let (item, actor) = (common::table(&ctx, &key).await?, desk.actor());
    let state = State::from_code(value(&pairs, "state")).unwrap_or(State::Public);
    let is_public = state == State::Public;
    let listed =
        if is_public { public(&ctx, &item, &pairs).await? } else { other(&ctx, &desk, &item, state, &pairs).await? };
    let may_read = common::may_at_all(&actor, &READ_BATCHES);
    let shown = TABS.iter().filter(|tab| may_read || **tab == State::Public);
    let tabs = shown.map(|tab| (tab.code(), tab.label())).collect();
    let layout = slots::Layout::of(&item);
    let label = |key: &String| item.column(key).map_or_else(|| key.clone(), |column| column.label.clone());
    let heads = common::listed(&item).into_iter().map(|column| (common::headed(column), is_figure(column)));
    office_page(&ListPage {
        shell: desk.shell(&ctx, item.title.clone()).await?.with_error(!listed.errors.is_empty()),
        key: item.key.to_string(),
        title: item.title.clone(),
        domain: item.domain.name.clone(),
        state: state.code(),
        tabs,
        boxes: if is_public { boxes(&item, &pairs) } else { Vec::new() },
        organs: ctx.directory().options(ctx.today()),
        organ: value(&pairs, "organ").to_owned(),
        sorts: listed.sorts,
        sort: value(&pairs, "sort").to_owned(),
        words: value(&pairs, "q").to_owned(),
        heads: heads.collect(),
        lines: listed.lines,
        total: listed.total,
        steps: listed.steps,
        query: rest(&pairs),
        is_public,
        narrowed: listed.narrowed,
        may_enter: common::may_at_all(&actor, &ENTER_RECORDS),
        may_import: common::may_at_all(&actor, &IMPORT_RECORDS),
        left_out: layout.left_out.iter().map(label).collect(),
        errors: listed.errors,
    })
}
