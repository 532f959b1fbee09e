//! The pages of the ledger.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::common::VALIDITIES;
use documents::tables::{Cell, Sheet, write_xlsx};
use futures::TryStreamExt;
use kernel::{id::DocumentId, may, may_for, time};
use serde::{Deserialize, Serialize};
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Query, Result, Steps, office_page, page, views};

use crate::library::CONFIRM_REFERENCES;

use super::{
    KEEP_LEDGER,
    rows::{self, EXPORTED, Filter, Line, Row},
};
use crate::library::house;

/// Rows on a page.
const SIZE: usize = 50;

/// What the ledger holds, as it is asked for.
const KEPT: [(&str, &str); 2] = [("none", "还没有登记的政策文件"), ("0", "认定不是规范性文件的")];
const TERMS: [(&str, &str); 2] = [("near", "90 天内到期"), ("past", "已经到期")];

#[derive(Template)]
#[template(path = "ledger/templates/list.html")]
struct ListPage {
    shell: OfficeShell,
    filter: Filter,
    lines: Vec<(Line, String)>,
    /// Documents that the same words find among those that nobody has looked at.
    besides: i64,
    /// Where those are listed.
    unregistered: String,
    steps: Steps,
    count: String,
    validities: Vec<(&'static str, &'static str)>,
    organs: Vec<(String, String)>,
    kept: Vec<(&'static str, &'static str)>,
    terms: Vec<(&'static str, &'static str)>,
    /// The query without the order, to be continued by the heads.
    sort_base: String,
    saved: Vec<views::Kept>,
    /// The list as it is, to be kept under a name; empty = nothing to keep.
    keep: String,
    export: String,
    may_keep: bool,
    once: String,
}

impl ListPage {
    /// Whether rows can be chosen: something can be done with them.
    fn choosing(&self) -> bool {
        self.may_keep && self.filter.kept == "none"
    }
}

/// GET /ledger
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    shown(&ctx, &desk, filter).await
}

async fn shown(ctx: &Ctx, desk: &Desk, filter: Filter) -> Result<Response> {
    let (found, count) = rows::page(ctx, desk, &filter, SIZE).await?;
    let steps = Steps::new(&found, &filter.query(true));
    let lines = rows::told(ctx, found.rows).await?;
    let directory = ctx.directory();
    let keep = filter.query(true);
    let besides = if lines.is_empty() { rows::besides(ctx, desk, &filter).await? } else { 0 };
    office_page(&ListPage {
        lines: lines
            .into_iter()
            .map(|line| {
                let organ = directory.short_name(&line.row.organ).to_owned();
                (line, organ)
            })
            .collect(),
        besides,
        unregistered: format!("/ledger?{}", page::query_string(&[("kept", "none"), ("q", &filter.q)])),
        steps,
        count: count.to_string(),
        validities: VALIDITIES.to_vec(),
        organs: if desk.staff.central { directory.options(ctx.today()) } else { Vec::new() },
        kept: KEPT.to_vec(),
        terms: TERMS.to_vec(),
        sort_base: views::base(&filter.query(false)),
        saved: views::kept(ctx, &desk.staff, "/ledger", &keep).await?,
        export: if keep.is_empty() { String::new() } else { format!("?{keep}") },
        keep,
        may_keep: may(&desk.actor(), &KEEP_LEDGER).is_ok(),
        once: ctx.once(),
        shell: desk.shell(ctx, "规范性文件台账").await?,
        filter,
    })
}

/// GET /ledger/export.xlsx
pub(super) async fn export(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let list = rows::list(&ctx, &desk, &filter);
    let mut found: Vec<Row> = Vec::new();
    let order = views::order(&filter.sort, &filter.dir);
    let mut every = list.export::<Row>(ctx.db(), Some(order.as_str()));
    while let Some(row) = every.try_next().await? {
        if found.len() == EXPORTED {
            return Err(Error::Invalid(format!("一次最多导出 {EXPORTED} 行。请先按机关或有效性筛选，再导出。")));
        }
        found.push(row);
    }
    drop(every);
    let directory = ctx.directory();
    let header = [
        "统一登记号",
        "登记日期",
        "标题",
        "发文字号",
        "发布机关",
        "起草单位",
        "成文日期",
        "施行日期",
        "有效期至",
        "有效性",
        "规范性文件",
        "备注",
        "提示",
    ];
    let cells = |line: Line| -> Vec<Cell> {
        let organ = directory.get(&line.row.organ).map_or(line.row.organ.to_string(), |organ| organ.name.clone());
        let hint = if line.twice { "文号与另一份公开的文件相同" } else { "" };
        vec![
            line.row.registered.as_str().into(),
            line.row.registered_on.as_str().into(),
            line.row.title.as_str().into(),
            line.number.as_str().into(),
            organ.as_str().into(),
            line.row.drafted_by.as_str().into(),
            line.written_on.as_str().into(),
            line.effective_on.as_str().into(),
            line.expires_on.as_str().into(),
            line.validity.as_str().into(),
            kept_words(line.row.normative).into(),
            line.row.remark.as_str().into(),
            hint.into(),
        ]
    };
    let sheet = Sheet {
        name: "规范性文件台账".into(),
        title: Some(format!("行政规范性文件台账（{} 导出）", ctx.today())),
        header: header.map(String::from).to_vec(),
        rows: rows::told(&ctx, found).await?.into_iter().map(cells).collect(),
        widths: vec![18.0, 12.0, 48.0, 22.0, 24.0, 20.0, 12.0, 12.0, 12.0, 10.0, 10.0, 24.0, 24.0],
    };
    page::workbook(&format!("规范性文件台账-{}.xlsx", ctx.today()), move || write_xlsx(&sheet)).await
}

fn kept_words(normative: i64) -> &'static str {
    match normative {
        1 => "是",
        0 => "不是",
        _ => "没有登记",
    }
}

/// What is typed of one document.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub(super) once: String,
    pub(super) version: i64,
    pub(super) normative: String,
    pub(super) registered: String,
    pub(super) registered_on: String,
    pub(super) drafted_by: String,
    pub(super) remark: String,
}

const CHOICES: [(&str, &str, &str); 2] = [
    ("1", "是行政规范性文件", "涉及公民、法人和其他组织权利义务，在一定期限内反复适用"),
    ("0", "不是", "人事任免、工作部署、表彰、会议纪要等；不再提醒登记"),
];

#[derive(Template)]
#[template(path = "ledger/templates/one.html")]
struct OnePage {
    shell: OfficeShell,
    errors: FormErrors,
    typed: Typed,
    line: Line,
    organ: String,
    changed: String,
    may_keep: bool,
    may_refer: bool,
    choices: Vec<(&'static str, &'static str, &'static str)>,
    once: String,
}

/// GET /ledger/{id}
pub(super) async fn one(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<DocumentId>) -> Result<Response> {
    let entry = rows::entry(ctx.db().read(), &id).await?.unwrap_or_default();
    let typed = Typed {
        version: entry.version,
        normative: if entry.version > 0 { entry.normative.to_string() } else { String::new() },
        registered: entry.registered,
        registered_on: entry.registered_on,
        drafted_by: entry.drafted_by,
        remark: entry.remark,
        ..Typed::default()
    };
    form(&ctx, &desk, &id, typed, FormErrors::new()).await
}

/// The page of one with what was typed.
pub(super) async fn form(
    ctx: &Ctx,
    desk: &Desk,
    id: &DocumentId,
    typed: Typed,
    errors: FormErrors,
) -> Result<Response> {
    let document = document::rows::visible(ctx.db().read(), &house(ctx), &desk.actor(), id).await?;
    if document.kind != crate::library::POLICY || document.public().is_none() {
        return Err(Error::NotFound);
    }
    let entry = rows::entry(ctx.db().read(), id).await?.unwrap_or_default();
    let row = Row {
        id: id.clone(),
        title: document.title.clone(),
        organ: document.organ.clone(),
        normative: if entry.version > 0 { entry.normative } else { -1 },
        registered: entry.registered.clone(),
        registered_on: entry.registered_on.clone(),
        drafted_by: entry.drafted_by.clone(),
        remark: entry.remark.clone(),
    };
    let line = rows::told(ctx, vec![row]).await?.pop().ok_or(Error::NotFound)?;
    let changed = if entry.version > 0 {
        format!("{} {}", entry.changed_name, time::show_minute(&entry.changed_at))
    } else {
        String::new()
    };
    let typed = if errors.is_refused() { Typed { version: entry.version, ..typed } } else { typed };
    let bad = !errors.is_empty();
    let page = OnePage {
        shell: desk.shell(ctx, "登记规范性文件").await?.with_error(bad),
        organ: ctx.directory().short_name(&document.organ).to_owned(),
        may_keep: may_for(&desk.actor(), &KEEP_LEDGER, document.keeper()).is_ok(),
        may_refer: may(&desk.actor(), &CONFIRM_REFERENCES).is_ok(),
        choices: CHOICES.to_vec(),
        once: ctx.once(),
        errors,
        typed,
        line,
        changed,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}
