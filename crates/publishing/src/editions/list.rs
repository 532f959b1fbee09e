//! The list of documents in the office, the bin, and the list as a spreadsheet.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    common::DOCUMENT_NUMBER,
    desk::{self as rows, Binned, By, Order, Row},
    permissions::{VIEW_DOCUMENTS, WRITE_DOCUMENTS},
    state,
};
use documents::tables::{Sheet, write_xlsx};
use futures::TryStreamExt;
use kernel::{Actor, OrganCode, id::ColumnId, may, percent_decoded, time};
use review::Review;
use serde::Deserialize;
use web::{
    Ctx, Desk, Error, OfficeShell, Pager, Query, Result,
    hooks::{SavedView, saved_views},
    office_page, page,
};

use super::subject::EDITION;
use crate::{columns, kinds, public};

/// What the list shows, as the address says it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Filter {
    state: String,
    organ: String,
    column: String,
    kind: String,
    mine: String,
    q: String,
    sort: String,
    dir: String,
    page: i64,
}

impl Filter {
    fn query(&self, with_sort: bool) -> String {
        let sort =
            if with_sort { [("sort", self.sort.as_str()), ("dir", self.dir.as_str())] } else { [("", ""), ("", "")] };
        page::query_string(&[
            ("state", &self.state),
            ("organ", &self.organ),
            ("column", &self.column),
            ("kind", &self.kind),
            ("mine", &self.mine),
            ("q", &self.q),
            sort[0],
            sort[1],
        ])
    }

    fn is_any(&self) -> bool {
        !self.query(false).is_empty()
    }

    fn narrowed(&self, ctx: &Ctx, desk: &Desk) -> rows::Filter {
        let organ = if desk.staff.central { OrganCode::from(self.organ.as_str()) } else { desk.organ().clone() };
        let organs = if organ.as_str().is_empty() { Vec::new() } else { crate::house(ctx).kept_by(&organ) };
        rows::Filter {
            state: self.state.clone(),
            organs,
            column: (!self.column.is_empty()).then(|| ColumnId::from(self.column.as_str())),
            kind: self.kind.clone(),
            author: (self.mine == "1").then(|| desk.staff.account.clone()),
            words: self.q.clone(),
        }
    }

    fn order(&self) -> Order {
        let by = match self.sort.as_str() {
            "title" => By::Title,
            "published" => By::Published,
            _ => By::Updated,
        };
        // Titles begin with the first, moments with the last.
        let down = if by == By::Title { self.dir == "desc" } else { self.dir != "asc" };
        Order { by, down }
    }
}

/// A row with the words for its codes.
struct Line {
    row: Row,
    organ: String,
    column: String,
    kind: &'static str,
    state: String,
}

impl Line {
    fn number(&self) -> &str {
        self.row.values.get(&DOCUMENT_NUMBER)
    }

    fn updated(&self) -> String {
        time::show_minute(&self.row.updated_at)
    }

    fn published(&self) -> String {
        match (self.row.state.as_str(), self.row.published_at.as_str()) {
            ("scheduled", _) => format!("将于 {}", time::show_minute(&self.row.publish_at)),
            (_, "") => String::new(),
            (_, at) => time::show_minute(at),
        }
    }
}

/// The words for codes of rows.
struct Words {
    columns: HashMap<ColumnId, String>,
    kinds: document::Kinds,
}

impl Words {
    async fn load(ctx: &Ctx) -> Result<Self> {
        Ok(Self { columns: public::column_names(ctx.db()).await?, kinds: document::Kinds::of(ctx) })
    }

    fn line(&self, ctx: &Ctx, row: Row, reviews: &HashMap<String, Review>) -> Line {
        Line {
            organ: ctx.directory().short_name(&row.organ).to_owned(),
            column: self.columns.get(&row.column).cloned().unwrap_or_default(),
            kind: self.kinds.get(&row.kind).map_or("", |kind| kind.label),
            state: state_words(&row, reviews.get(row.edition.as_str())),
            row,
        }
    }
}

/// State in words; in review with the gate.
fn state_words(row: &Row, review: Option<&Review>) -> String {
    match review.and_then(|review| review.round.stage()) {
        Some(stage) if row.state == "in_review" => format!("{}·{}", row.state_words(), stage.label),
        _ => row.state_words().to_owned(),
    }
}

/// The reviews of rows that are in review.
async fn reviews(ctx: &Ctx, found: &[Row]) -> Result<HashMap<String, Review>> {
    let ids: Vec<String> =
        found.iter().filter(|row| row.state == "in_review").map(|row| row.edition.to_string()).collect();
    let mut reviews = HashMap::new();
    for some in ids.chunks(500) {
        reviews.extend(review::rows::newest_each(ctx.db(), EDITION, some).await?);
    }
    Ok(reviews)
}

#[derive(Template)]
#[template(path = "editions/templates/list.html")]
struct List {
    shell: OfficeShell,
    filter: Filter,
    lines: Vec<Line>,
    pager: Pager,
    sort_base: String,
    export: String,
    states: Vec<(&'static str, &'static str)>,
    organs: Vec<(String, String)>,
    columns: Vec<(String, String)>,
    kinds: Vec<(&'static str, &'static str)>,
    views: Vec<(&'static str, &'static str, bool)>,
    saved: Vec<Saved>,
    /// The list as it is, to be kept under a name; empty = nothing to keep.
    keep: String,
    may_write: bool,
}

/// A list under a name.
struct Saved {
    view: SavedView,
    current: bool,
    /// What it asks for that is there no more, in words; empty = nothing.
    stale: &'static str,
}

/// What a saved filter asks for that is there no more, in words; empty = nothing.
fn stale(ctx: &Ctx, words: &Words, query: &str) -> &'static str {
    let directory = ctx.directory();
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let value = String::from_utf8_lossy(&percent_decoded(value)).into_owned();
        let gone = match name {
            "column" if !words.columns.contains_key(&ColumnId::from(value.as_str())) => "筛选的栏目已经删除",
            "organ" => match directory.get(&OrganCode::from(value.as_str())) {
                None => "筛选的机关不在名录里",
                Some(organ) if !organ.exists_on(ctx.today()) => "筛选的机关已经撤销",
                Some(_) => "",
            },
            "kind" if words.kinds.get(&value).is_none() => "筛选的类型不再使用",
            "state" if !state::STATES.contains(&value.as_str()) => "筛选的状态不再使用",
            _ => "",
        };
        if !gone.is_empty() {
            return gone;
        }
    }
    ""
}

const VIEWS: [(&str, &str); 6] = [
    ("", "全部"),
    ("mine=1&state=draft", "我的草稿"),
    ("state=returned", "已退回"),
    ("state=in_review", "审核中"),
    ("state=scheduled", "定时发布"),
    ("state=published", "已发布"),
];

/// Rows that are counted beyond those of the pages before, and those that are searched for a word: who wants to know more
/// narrows the list.
const COUNTED: i64 = 2000;
const COUNTED_WORDS: i64 = 500;

pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let narrowed = filter.narrowed(&ctx, &desk);
    let counted = if filter.q.trim().is_empty() { COUNTED } else { COUNTED_WORDS };
    let most = (filter.page.clamp(1, 100_000) - 1) * Pager::SIZE + counted;
    let total = rows::count(ctx.db(), &narrowed, most).await?;
    let pager = Pager::new(filter.page, total, Pager::SIZE, &filter.query(true)).or_more(total == most);
    let words = Words::load(&ctx).await?;
    let skip = pager.offset(Pager::SIZE);
    let found = rows::list(ctx.db(), &words.kinds, &narrowed, filter.order(), skip, Pager::SIZE).await?;
    let reviews = reviews(&ctx, &found).await?;
    let query = filter.query(false);
    let organs = if desk.staff.central { ctx.directory().options(ctx.today()) } else { Vec::new() };
    let same = |view: &str| {
        let mut a: Vec<&str> = view.split('&').filter(|part| !part.is_empty()).collect();
        let mut b: Vec<&str> = query.split('&').filter(|part| !part.is_empty()).collect();
        a.sort_unstable();
        b.sort_unstable();
        a == b
    };
    let views = VIEWS.iter().map(|(address, name)| (*address, *name, same(address))).collect();
    let keep = filter.query(true);
    let saved = saved_views(&ctx, &desk.staff, "/documents").await?.into_iter().map(|view| Saved {
        current: view.query == keep,
        stale: stale(&ctx, &words, &view.query),
        view,
    });
    office_page(&List {
        saved: saved.collect(),
        keep,
        shell: desk.shell(&ctx, "稿件").await?,
        lines: found.into_iter().map(|row| words.line(&ctx, row, &reviews)).collect(),
        pager,
        sort_base: if query.is_empty() { "?".into() } else { format!("?{query}&") },
        export: if query.is_empty() { String::new() } else { format!("?{query}") },
        states: state::STATES.iter().map(|code| (*code, state::label(code))).collect(),
        organs,
        columns: columns::options(ctx.db().read()).await?,
        kinds: kinds::options(&words.kinds),
        views,
        may_write: may(&desk.actor(), &WRITE_DOCUMENTS).is_ok(),
        filter,
    })
}

/// Most rows of one spreadsheet: beyond, programs that open it give up.
const EXPORT_ROWS: usize = 200_000;

/// The filtered list as a spreadsheet, whole.
pub(super) async fn export(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let narrowed = filter.narrowed(&ctx, &desk);
    let words = Words::load(&ctx).await?;
    let mut found: Vec<Row> = Vec::new();
    let mut every = rows::every(ctx.db(), &narrowed, filter.order()).await?;
    while let Some(row) = every.try_next().await? {
        if found.len() == EXPORT_ROWS {
            return Err(Error::Invalid(format!("一次最多导出 {EXPORT_ROWS} 行。请先按年度、机关或栏目筛选，再导出。")));
        }
        found.push(row);
    }
    drop(every);
    rows::tell(ctx.db(), &words.kinds, &mut found).await?;
    let reviews = reviews(&ctx, &found).await?;
    let header =
        ["标题", "机关", "栏目", "类型", "发文字号", "索引号", "版次", "状态", "撰写人", "最近变动", "公开时间"];
    let cells = |line: Line| {
        vec![
            line.row.shown_title().into(),
            line.organ.as_str().into(),
            line.column.as_str().into(),
            line.kind.into(),
            line.number().into(),
            line.row.index_number.as_str().into(),
            line.row.number.into(),
            line.state.as_str().into(),
            line.row.author_name.as_str().into(),
            line.updated().into(),
            line.published().into(),
        ]
    };
    let sheet = Sheet {
        name: "稿件".into(),
        title: Some(format!("稿件清单（{} 导出）", ctx.today())),
        header: header.map(String::from).to_vec(),
        rows: found.into_iter().map(|row| cells(words.line(&ctx, row, &reviews))).collect(),
        widths: vec![48.0, 16.0, 16.0, 12.0, 20.0, 20.0, 8.0, 18.0, 14.0, 18.0, 18.0],
    };
    page::workbook(&format!("稿件清单-{}.xlsx", ctx.today()), move || write_xlsx(&sheet)).await
}

#[derive(Template)]
#[template(path = "editions/templates/bin.html")]
struct Bin {
    shell: OfficeShell,
    rows: Vec<(Binned, String, String)>,
    /// Whether older ones are left out.
    cut: bool,
    once: String,
}

/// Deleted drafts that are listed.
const BINNED: i64 = 200;

/// The bin: the person's own deleted drafts of the last 30 days.
pub(super) async fn bin(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let (actor, house) = (Actor::from(desk.staff.clone()), crate::house(&ctx));
    let visible = |organ: &OrganCode| kernel::may_for(&actor, &VIEW_DOCUMENTS, &house.keeper(organ)).is_ok();
    let rows = rows::bin(ctx.db(), &desk.staff.account, BINNED).await?;
    let cut = i64::try_from(rows.len()).is_ok_and(|many| many >= BINNED);
    let rows = rows
        .into_iter()
        .filter(|row| visible(&row.organ))
        .map(|row| {
            let days = jiff::SignedDuration::from_hours(24 * document::draft::BIN_DAYS);
            let gone = time::from_db(&row.binned_at)
                .and_then(|at| at.checked_add(days).ok())
                .map(|at| time::date_in_china(at).to_string())
                .unwrap_or_default();
            let since = time::show_minute(&row.binned_at);
            (row, since, gone)
        })
        .collect();
    office_page(&Bin { shell: desk.shell(&ctx, "回收站").await?, rows, cut, once: ctx.once() })
}
