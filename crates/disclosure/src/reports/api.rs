//! Public yearly reports for programs: which there are, and one with its tables, chapters and identities.

use annual_report::{Cell, Identity, form};
use axum::{
    extract::{Path, RawQuery, State},
    http::Uri,
    response::Response,
};
use document::page::base_url;
use kernel::OrganCode;
use serde::Serialize;
use serde_json::{Value, json};
use web::{
    Ctx, Error, Result,
    api::{Address, Asked, Fields, Moment, Operation, Parameter, Schemas, Selects, Shape},
};

use super::{
    rows::{self, AnnualReportId, Row},
    stored::{self, Stored},
};

/// Reports of an answer unless asked otherwise, and at most.
const SIZE: i64 = 500;

pub(super) static LIST: Operation = Operation {
    id: "listAnnualReports",
    path: "/api/v1/annual-reports",
    title: "公布的政府信息公开年报，逐页",
    about: "新的年度在前。scope 是 county 的，是全县汇总。",
    within: &[],
    asks: parameters,
    answers: ReportPage::shape,
    selects: Selects { rows: "items", key: "id", of: "AnnualReportSummary", fields: Summary::fields },
    gone: "",
    example: "/api/v1/annual-reports?fields=organ_name,year",
    place: 60,
};

pub(super) static ONE: Operation = Operation {
    id: "getAnnualReport",
    path: "/api/v1/annual-reports/{id}",
    title: "一份年报：三张表、各部分正文、勾稽核对结果",
    about: "表格按官方格式，2019、2020 年是 2019 年格式，2021 年起是 2021 年格式。单元格照原样：数字，空白是空串，没有数据是 null。",
    within: &[("id", "年报标识，列表里的 id。")],
    asks: no_parameters,
    answers: Whole::shape,
    selects: Selects { rows: "", key: "id", of: "AnnualReport", fields: Whole::fields },
    gone: "",
    example: "/api/v1/annual-reports/{id}",
    place: 61,
};

fn parameters(_: &Ctx) -> Vec<Parameter> {
    Parameter::paging(SIZE, SIZE).to_vec()
}

fn no_parameters(_: &Ctx) -> Vec<Parameter> {
    Vec::new()
}

/// A cell as it is printed: a number, words, a blank, or nothing that anybody has seen.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Figure(Value);

impl Shape for Figure {
    fn shape(_: &mut Schemas<'_>) -> Value {
        json!({ "type": ["number", "string", "null"] })
    }
}

fn figures(cells: &[Cell]) -> Vec<Figure> {
    cells.iter().map(|cell| Figure(cell.to_json())).collect()
}

web::answer! {
    /// A report in the list.
    struct Summary as "AnnualReportSummary" {
        id: String => "年报标识。",
        organ: OrganCode => "机关代码；全县汇总的是县政府办公室的代码。",
        organ_name: String => "机关名称；全县汇总的是“全县汇总”。",
        scope: &'static str => "own 是机关自己的，county 是全县汇总。",
        year: i64 => "年度。",
        published_at: Moment => "公布时间（UTC）。",
        url: Address => "网页地址。",
        docx: Address => "Word 文件。",
        pdf: Address => "PDF 文件。",
        xlsx: Address => "三张表的 Excel 文件。",
    }
}

web::answer! {
    /// All of them.
    struct ReportPage as "AnnualReportList" {
        total: usize => "年报数。",
        next: Option<Address> => "下一页的地址；没有下一页时为 null。",
        items: Vec<Summary> => "年报。",
    }
}

web::answer! {
    /// A chapter in words.
    struct Chapter as "AnnualReportChapter" {
        title: &'static str => "官方标题。",
        text: String => "正文；第二至第四部分是表格，为空。没有公布全文的，第一部分由表格数据生成。",
    }
}

web::answer! {
    /// A row of chapter two.
    struct ProactiveRow as "AnnualReportProactive" {
        block: String => "条例的条款。",
        label: String => "信息内容。",
        columns: Vec<String> => "各列的名称。",
        cells: Vec<Figure> => "各列的数据。",
    }
}

web::answer! {
    /// A row of chapter three.
    struct RequestRow as "AnnualReportRequests" {
        key: String => "行的编号，例如 3.3.1。",
        label: String => "行的官方名称，在所属的一组之后。",
        cells: Vec<Figure> => "自然人、商业企业、科研机构、社会公益组织、法律服务机构、其他、总计。",
    }
}

web::answer! {
    /// A cell of chapter four.
    struct RemedyCell as "AnnualReportRemedy" {
        label: String => "列的名称。",
        value: Figure => "件数。",
    }
}

web::answer! {
    /// An identity that the tables must hold.
    struct Held as "AnnualReportIdentity" {
        id: &'static str => "编号，1 至 8。",
        name: &'static str => "勾稽关系。",
        holds: Option<bool> => "是否相符；没有核对时为 null。",
        message: String => "说明。",
    }
}

web::answer! {
    /// A report in full.
    struct Whole as "AnnualReport" {
        id: String => "年报标识。",
        organ: OrganCode => "机关代码；全县汇总的是县政府办公室的代码。",
        organ_name: String => "机关名称；全县汇总的是“全县汇总”。",
        scope: &'static str => "own 是机关自己的，county 是全县汇总。",
        year: i64 => "年度。",
        title: String => "标题。",
        format: &'static str => "表格的格式：2019 或 2021。",
        published_at: Moment => "公布时间（UTC）。",
        reason: String => "数据不相符仍照原件公布的原因；没有时为空。",
        chapters: Vec<Chapter> => "六个部分。",
        proactive: Vec<ProactiveRow> => "第二部分的表。",
        requests: Vec<RequestRow> => "第三部分的表。",
        remedies: Vec<RemedyCell> => "第四部分的表。",
        identities: Vec<Held> => "勾稽核对结果。",
        url: Address => "网页地址。",
        docx: Address => "Word 文件。",
        pdf: Address => "PDF 文件。",
        xlsx: Address => "三张表的 Excel 文件。",
    }
}

fn scope(scope: &str) -> &'static str {
    if scope == "county" { "county" } else { "own" }
}

fn summary(ctx: &Ctx, one: &rows::Listed) -> Summary {
    let at = format!("{}/reports/{}", base_url(ctx), one.id);
    let directory = ctx.directory();
    let name = match directory.get(&one.organ) {
        _ if one.scope == "county" => rows::COUNTY.to_owned(),
        Some(organ) => organ.name.clone(),
        None => one.organ.to_string(),
    };
    Summary {
        id: one.id.to_string(),
        organ: one.organ.clone(),
        organ_name: name,
        scope: scope(&one.scope),
        year: one.year,
        published_at: Moment(one.public_at.clone()),
        docx: Address(format!("{at}/report.docx")),
        pdf: Address(format!("{at}/report.pdf")),
        xlsx: Address(format!("{at}/data.xlsx")),
        url: Address(at),
    }
}

fn whole(ctx: &Ctx, row: &Row, stored: &Stored) -> Whole {
    let at = format!("{}/reports/{}", base_url(ctx), row.id);
    let tables = &stored.report.tables;
    let chapter = |(number, title): (usize, &&'static str)| Chapter {
        title,
        text: if (1..=3).contains(&number) { String::new() } else { stored.text_of(number) },
    };
    let held = |identity: &Identity| Held {
        id: identity.id,
        name: identity.rule,
        holds: identity.holds,
        message: identity.message.clone(),
    };
    let proactive = tables.proactive.iter().map(|row| ProactiveRow {
        block: row.block.clone(),
        label: row.label.clone(),
        columns: row.columns.clone(),
        cells: figures(&row.cells),
    });
    let requests = tables.requests.iter().map(|row| RequestRow {
        key: row.key.clone(),
        label: row.label.clone(),
        cells: figures(&row.cells),
    });
    let remedies = tables.remedies.iter().enumerate();
    let remedies = remedies.map(|(at, cell)| RemedyCell { label: form::remedy(at), value: Figure(cell.to_json()) });
    Whole {
        id: row.id.to_string(),
        organ: row.organ.clone(),
        organ_name: stored.report.organ.clone(),
        scope: scope(&row.scope),
        year: row.year,
        title: stored.title.clone(),
        format: stored.report.edition().code(),
        published_at: Moment(row.public_at.clone()),
        reason: row.public_reason.clone(),
        chapters: form::CHAPTERS.iter().enumerate().map(chapter).collect(),
        proactive: proactive.collect(),
        requests: requests.collect(),
        remedies: remedies.collect(),
        identities: stored.identities.iter().map(held).collect(),
        docx: Address(format!("{at}/report.docx")),
        pdf: Address(format!("{at}/report.pdf")),
        xlsx: Address(format!("{at}/data.xlsx")),
        url: Address(at),
    }
}

/// `GET /api/v1/annual-reports`
pub(super) async fn list(State(ctx): State<Ctx>, uri: Uri, RawQuery(query): RawQuery) -> Result<Response> {
    let read = Asked::read(&ctx, &LIST, uri.path(), query.as_deref())?;
    let all = rows::listed(ctx.db().read(), None).await?;
    let total = all.len();
    let page = read.rows(all, SIZE, |one| one.id.to_string())?;
    let next = page.next.map(|after| read.next(&base_url(&ctx), &after, &[]));
    let items = page.items.iter().map(|one| summary(&ctx, one)).collect();
    read.answer(&ReportPage { total, next: next.clone().map(Address), items }, next.as_deref())
}

/// `GET /api/v1/annual-reports/{id}`
pub(super) async fn one(
    State(ctx): State<Ctx>,
    uri: Uri,
    Path(id): Path<AnnualReportId>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let read = Asked::read(&ctx, &ONE, uri.path(), query.as_deref())?;
    let row = rows::public(ctx.db().read(), &id).await?.ok_or(Error::NotFound)?;
    let stored = stored::released(&ctx, &row).await?;
    read.answer(&whole(&ctx, &row, &stored), None)
}
