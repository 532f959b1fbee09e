//! The figures of yearly reports on the portal: which there are, and one with its official tables and the years beside it.

use std::collections::BTreeMap;

use annual_report::{
    Report,
    form::CHAPTERS,
    layout::{self, Laid},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::page as part;
use futures::future::BoxFuture;
use kernel::time;
use serde::Deserialize;
use web::{
    Ctx, Error, PortalShell, Query, Reader, Result,
    hooks::{Mapped, OnMap},
    page::{self, portal_page},
};

use super::{
    chapters,
    compared::{self, Line},
    former,
    paper::{self, As},
    rows::{self, AnnualReportId},
    stored, workbook,
};

/// Which year's.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    year: String,
}

/// The reports of a year: name, address, and since when each is public.
struct Year {
    year: i64,
    lines: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "reports/templates/figures.html")]
struct ListPage {
    shell: PortalShell,
    years: Vec<Year>,
}

/// `GET /reports/figures`
pub(super) async fn list(State(ctx): State<Ctx>, reader: Reader, Query(asked): Query<Asked>) -> Result<Response> {
    let year = asked.year.trim().parse::<i64>().ok();
    let directory = ctx.directory();
    let mut years: BTreeMap<i64, Vec<(String, String, String)>> = BTreeMap::new();
    for one in rows::listed(ctx.db().read(), year).await? {
        let name = match directory.get(&one.organ) {
            _ if one.scope == "county" => rows::COUNTY.to_owned(),
            Some(organ) => organ.name.clone(),
            None => one.organ.to_string(),
        };
        let line = (name, format!("/reports/{}", one.id), time::show_date(&one.public_at));
        years.entry(one.year).or_default().push(line);
    }
    let lead = "各机关和全县历年政府信息公开工作年度报告第二至第四部分的数据，可以逐年比较和下载。";
    let shell = part::shell(&ctx, &reader, "政府信息公开年报数据", "openness", lead);
    let years = years.into_iter().rev().map(|(year, lines)| Year { year, lines }).collect();
    portal_page(&ListPage { shell, years })
}

/// The newest of them: name with its year, address, since when.
///
/// # Errors
/// When the database fails.
pub(super) async fn newest(ctx: &Ctx, most: usize) -> Result<Vec<(String, String, String)>> {
    let directory = ctx.directory();
    let listed = rows::listed(ctx.db().read(), None).await?;
    let line = |one: rows::Listed| {
        let name = if one.scope == "county" { rows::COUNTY } else { directory.short_name(&one.organ) };
        (format!("{name} {} 年", one.year), format!("/reports/{}", one.id), time::show_date(&one.public_at))
    };
    Ok(listed.into_iter().take(most).map(line).collect())
}

#[derive(Template)]
#[template(path = "reports/templates/figure.html")]
struct OnePage {
    shell: PortalShell,
    id: AnnualReportId,
    /// Escaped, with the places where it may break.
    title: String,
    published: String,
    /// There is a PDF of it, too.
    pdf: bool,
    /// Why it is public although it contradicts itself; empty else.
    reason: String,
    /// Address of the report in words; empty where none is public.
    article: String,
    /// The report in words says other numbers.
    differs: bool,
    tables: Vec<Laid>,
    years: Vec<String>,
    lines: Vec<Line>,
    /// A year has no figure of a line.
    gaps: bool,
    /// The same of other years.
    others: Vec<(i64, String)>,
    /// What readers saw before, and what has changed since.
    before: former::Before,
}

/// `GET /reports/{id}`
pub(super) async fn one(State(ctx): State<Ctx>, reader: Reader, Path(id): Path<AnnualReportId>) -> Result<Response> {
    let row = rows::public(ctx.db().read(), &id).await?.ok_or(Error::NotFound)?;
    let directory = ctx.directory();
    let report = row.report(&directory);
    let all = rows::public_years(ctx.db().read(), &row.organ, &row.scope).await?;
    let reports: Vec<Report> = all.iter().map(|row| row.report(&directory)).collect();
    let told = format!("{}年政府信息公开工作年度报告数据", row.year);
    let title = format!("{}{told}", report.organ);
    let lead = format!("{title}：{}、{}、{}。", CHAPTERS[1], CHAPTERS[2], CHAPTERS[3]);
    let shell = part::shell(&ctx, &reader, &title, "openness", &lead);
    let before = former::before(&ctx, &row, &report).await?;
    let article = chapters::article(&ctx, &row).await?;
    let lines = if reports.len() > 1 { compared::lines(&reports) } else { Vec::new() };
    portal_page(&OnePage {
        shell,
        differs: article.as_ref().is_some_and(|(_, words)| words.contradict(&report)),
        article: article.map(|(href, _)| href).unwrap_or_default(),
        gaps: lines.iter().any(|line| line.values.iter().any(String::is_empty)),
        before,
        published: time::show_date(&row.public_at),
        pdf: paper::prints(&ctx),
        reason: row.aside(),
        tables: layout::tables(&report),
        years: all.iter().map(|row| row.year.to_string()).collect(),
        lines,
        others: all
            .iter()
            .filter(|other| other.id != id)
            .map(|other| (other.year, format!("/reports/{}", other.id)))
            .collect(),
        title: format!("{}<wbr>{}", web::breaks::marked(&report.organ), web::breaks::marked(&told)),
        id,
    })
}

/// `GET /reports/{id}/data.json`
pub(super) async fn data(State(ctx): State<Ctx>, Path(id): Path<AnnualReportId>) -> Result<Response> {
    let row = rows::public(ctx.db().read(), &id).await?.ok_or(Error::NotFound)?;
    let stored = stored::released(&ctx, &row).await?;
    let name = format!("{}{}年年报数据.json", stored.report.organ, row.year);
    let bytes = serde_json::to_vec_pretty(&stored.to_json()).map_err(|error| Error::internal(error.to_string()))?;
    Ok(page::download(bytes, "application/json; charset=utf-8", &name))
}

async fn file(ctx: &Ctx, id: &AnnualReportId, form: As) -> Result<Response> {
    let row = rows::public(ctx.db().read(), id).await?.ok_or(Error::NotFound)?;
    stored::released(ctx, &row).await?.handed_out(ctx, form, true).await
}

/// `GET /reports/{id}/report.docx`
pub(super) async fn word(State(ctx): State<Ctx>, Path(id): Path<AnnualReportId>) -> Result<Response> {
    file(&ctx, &id, As::Word).await
}

/// `GET /reports/{id}/report.pdf`
pub(super) async fn pdf(State(ctx): State<Ctx>, Path(id): Path<AnnualReportId>) -> Result<Response> {
    file(&ctx, &id, As::Pdf).await
}

/// `GET /reports/{id}/data.xlsx`
pub(super) async fn data_workbook(State(ctx): State<Ctx>, Path(id): Path<AnnualReportId>) -> Result<Response> {
    let row = rows::public(ctx.db().read(), &id).await?.ok_or(Error::NotFound)?;
    let report = row.report(&ctx.directory());
    let name = format!("{}{}年年报数据.xlsx", report.organ, row.year);
    page::workbook(&name, move || workbook::write(&report)).await
}

/// What of these pages stands on the site map.
pub(super) struct Figures;

impl OnMap for Figures {
    fn pages<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, Result<Vec<Mapped>>> {
        Box::pin(async move {
            let listed = rows::listed(ctx.db().read(), None).await?;
            let page = |one: rows::Listed| Mapped { href: format!("/reports/{}", one.id), changed: one.public_at };
            let all = Mapped { href: "/reports/figures".to_owned(), changed: String::new() };
            Ok(std::iter::once(all).chain(listed.into_iter().map(page)).collect())
        })
    }
}
