//! The list of documents in the office, the bin, and the list as a spreadsheet.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use documents::tables::{Sheet, write_xlsx};
use kernel::{Action, Actor, OrganCode, may, time};
use serde::Deserialize;
use sqlx::FromRow;
use web::{Ctx, Desk, Error, OfficeShell, Pager, Query, Result, office_page, page};

use super::model;
use crate::{
    columns,
    keeping::{keeper, kept_by},
    kinds::Kind,
    sql::{Conditions, contains},
};

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

    fn conditions(&self, ctx: &Ctx, desk: &Desk) -> Conditions {
        let mut conditions = Conditions::new("e.binned_at = ''");
        if model::STATES.contains(&self.state.as_str()) {
            conditions.text("e.state = ?", self.state.as_str());
        } else {
            // One line for each document: its newest edition.
            conditions.fixed(
                "NOT EXISTS (SELECT 1 FROM edition n WHERE n.document_id = e.document_id AND n.binned_at = '' \
                 AND n.number > e.number)",
            );
        }
        let organ = if desk.staff.central { OrganCode::from(self.organ.as_str()) } else { desk.organ().clone() };
        if !organ.as_str().is_empty() {
            conditions.any_of("d.organ", &kept_by(ctx, &organ));
        }
        if !self.column.is_empty() {
            conditions.text("d.column_slug = ?", self.column.as_str());
        }
        if let Some(kind) = Kind::from_code(&self.kind) {
            conditions.text("d.kind = ?", kind.code());
        }
        if self.mine == "1" {
            conditions.text("e.authors LIKE ?", format!("%|{}|%", desk.staff.account));
        }
        if !self.q.trim().is_empty() {
            let fragment = "(LOWER(e.title) LIKE ? ESCAPE '\\' OR LOWER(e.document_number) LIKE ? ESCAPE '\\' \
                            OR LOWER(d.index_number) LIKE ? ESCAPE '\\')";
            conditions.text(fragment, contains(&self.q));
        }
        conditions
    }

    /// Only these fixed orders exist; the address chooses among them.
    fn order(&self) -> &'static str {
        match (self.sort.as_str(), self.dir.as_str()) {
            ("title", "desc") => "ORDER BY e.title DESC, e.id",
            ("title", _) => "ORDER BY e.title, e.id",
            ("published", "asc") => "ORDER BY e.published_at, e.id",
            ("published", _) => "ORDER BY e.published_at DESC, e.id",
            (_, "asc") => "ORDER BY e.updated_at, e.id",
            _ => "ORDER BY e.updated_at DESC, e.id",
        }
    }
}

const FROM: &str = "edition e JOIN document d ON d.id = e.document_id";
const SELECT: &str = "SELECT d.id AS document, e.number, e.title, e.state, e.gate, e.author_name, \
     e.updated_at, e.published_at, e.document_number, d.organ, d.kind, d.index_number, COALESCE(c.name, '') AS column_name \
     FROM edition e JOIN document d ON d.id = e.document_id LEFT JOIN portal_column c ON c.slug = d.column_slug";

#[derive(Debug, FromRow)]
struct Row {
    document: String,
    number: i64,
    title: String,
    state: String,
    gate: String,
    author_name: String,
    updated_at: String,
    published_at: String,
    document_number: String,
    organ: String,
    kind: String,
    index_number: String,
    column_name: String,
}

impl Row {
    fn shown_title(&self) -> &str {
        if self.title.trim().is_empty() { "（未写标题）" } else { &self.title }
    }

    fn state_words(&self) -> String {
        let gate = kernel::Gate::from_code(&self.gate).filter(|_| self.state == "in_review");
        gate.map_or_else(|| model::label(&self.state).to_owned(), |gate| format!("审核中·{}", gate.label()))
    }

    fn chip(&self) -> &'static str {
        super::store::chip(&self.state)
    }

    fn kind_label(&self) -> &'static str {
        Kind::from_code(&self.kind).map_or("", Kind::label)
    }

    fn updated(&self) -> String {
        time::show_minute(&self.updated_at)
    }

    fn published(&self) -> String {
        if self.published_at.is_empty() { String::new() } else { time::show_minute(&self.published_at) }
    }

    fn organ_name(&self, ctx: &Ctx) -> String {
        ctx.directory().short_name(&OrganCode::from(self.organ.as_str())).to_owned()
    }
}

#[derive(Template)]
#[template(path = "editions/templates/list.html")]
struct List {
    shell: OfficeShell,
    filter: Filter,
    rows: Vec<(Row, String)>,
    pager: Pager,
    sort_base: String,
    export: String,
    states: Vec<(&'static str, &'static str)>,
    organs: Vec<(String, String)>,
    columns: Vec<(String, String)>,
    kinds: Vec<(&'static str, &'static str)>,
    views: Vec<(&'static str, &'static str, bool)>,
    may_write: bool,
}

const VIEWS: [(&str, &str); 6] = [
    ("", "全部"),
    ("mine=1&state=draft", "我的草稿"),
    ("state=returned", "已退回"),
    ("state=in_review", "审核中"),
    ("state=scheduled", "定时发布"),
    ("state=published", "已发布"),
];

/// The list.
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let conditions = filter.conditions(&ctx, &desk);
    let total = conditions.count(ctx.db(), FROM).await?;
    let pager = Pager::new(filter.page, total, Pager::SIZE, &filter.query(true));
    let rows: Vec<Row> =
        conditions.rows(ctx.db(), SELECT, filter.order(), Pager::SIZE, pager.offset(Pager::SIZE)).await?;
    let rows = rows
        .into_iter()
        .map(|row| {
            let organ = row.organ_name(&ctx);
            (row, organ)
        })
        .collect();
    let query = filter.query(false);
    let day = ctx.today();
    let organs = if desk.staff.central {
        let directory = ctx.directory();
        directory.all().iter().filter(|o| o.exists_on(day)).map(|o| (o.code.0.clone(), o.short_name.clone())).collect()
    } else {
        Vec::new()
    };
    let same = |view: &str| {
        let mut a: Vec<&str> = view.split('&').filter(|part| !part.is_empty()).collect();
        let mut b: Vec<&str> = query.split('&').filter(|part| !part.is_empty()).collect();
        a.sort_unstable();
        b.sort_unstable();
        a == b
    };
    let views = VIEWS.iter().map(|(address, name)| (*address, *name, same(address))).collect();
    office_page(&List {
        shell: desk.shell(&ctx, "稿件").await?,
        rows,
        pager,
        sort_base: if query.is_empty() { "?".into() } else { format!("?{query}&") },
        export: if query.is_empty() { String::new() } else { format!("?{query}") },
        states: model::STATES.iter().map(|code| (*code, model::label(code))).collect(),
        organs,
        columns: columns::options(ctx.db().read()).await?,
        kinds: Kind::options(),
        views,
        may_write: may(&desk.actor(), Action::WriteDocuments).is_ok(),
        filter,
    })
}

/// Most rows of one export: beyond, the clerk narrows it.
const EXPORT_ROWS: i64 = 20_000;

/// The filtered list as a spreadsheet.
pub(super) async fn export(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let conditions = filter.conditions(&ctx, &desk);
    if conditions.count(ctx.db(), FROM).await? > EXPORT_ROWS {
        return Err(Error::Invalid(format!("一次最多导出 {EXPORT_ROWS} 行。请先按年度、机关或栏目筛选，再导出。")));
    }
    let rows: Vec<Row> = conditions.rows(ctx.db(), SELECT, filter.order(), EXPORT_ROWS, 0).await?;
    let header =
        ["标题", "机关", "栏目", "类型", "发文字号", "索引号", "版次", "状态", "撰写人", "最近变动", "公开时间"];
    let sheet = Sheet {
        name: "稿件".into(),
        title: Some(format!("稿件清单（{} 导出）", ctx.today())),
        header: header.map(String::from).to_vec(),
        rows: rows
            .iter()
            .map(|row| {
                vec![
                    row.shown_title().into(),
                    row.organ_name(&ctx).into(),
                    row.column_name.as_str().into(),
                    row.kind_label().into(),
                    row.document_number.as_str().into(),
                    row.index_number.as_str().into(),
                    row.number.into(),
                    row.state_words().into(),
                    row.author_name.as_str().into(),
                    row.updated().into(),
                    row.published().into(),
                ]
            })
            .collect(),
        widths: vec![48.0, 16.0, 16.0, 12.0, 20.0, 20.0, 8.0, 18.0, 14.0, 18.0, 18.0],
    };
    let bytes = write_xlsx(&sheet).map_err(|rejected| Error::Invalid(rejected.message))?;
    let media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(page::download(bytes, media, &format!("稿件清单-{}.xlsx", ctx.today())).into_response())
}

#[derive(Debug, FromRow)]
struct Binned {
    edition: String,
    title: String,
    number: i64,
    organ: String,
    binned_at: String,
}

#[derive(Template)]
#[template(path = "editions/templates/bin.html")]
struct Bin {
    shell: OfficeShell,
    rows: Vec<(Binned, String, String)>,
    once: String,
}

/// The bin: the person's own deleted drafts of the last 30 days.
pub(super) async fn bin(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let mut conditions = Conditions::new("e.binned_at <> ''");
    conditions.text("e.authors LIKE ?", format!("%|{}|%", desk.staff.account));
    let rows: Vec<Binned> = conditions
        .rows(
            ctx.db(),
            "SELECT e.id AS edition, e.title, e.number, d.organ, e.binned_at FROM edition e \
             JOIN document d ON d.id = e.document_id",
            "ORDER BY e.binned_at DESC, e.id",
            200,
            0,
        )
        .await?;
    let actor = Actor::from(desk.staff.clone());
    let visible = |organ: &str| kernel::may_for(&actor, Action::ViewDocuments, &keeper(&ctx, &organ.into())).is_ok();
    let rows = rows
        .into_iter()
        .filter(|row| visible(&row.organ))
        .map(|row| {
            let gone = time::from_db(&row.binned_at)
                .and_then(|at| at.checked_add(jiff::SignedDuration::from_hours(24 * super::writing::BIN_DAYS)).ok())
                .map(|at| time::date_in_china(at).to_string())
                .unwrap_or_default();
            let since = time::show_minute(&row.binned_at);
            (row, since, gone)
        })
        .collect();
    office_page(&Bin { shell: desk.shell(&ctx, "回收站").await?, rows, once: ctx.once() })
}
