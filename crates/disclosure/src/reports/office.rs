//! The pages of the office: the reports of a year, and one report with its tables, what is wrong with them, and the years before.

use annual_report::{
    Identity, Report, Weight, doubts, draft,
    form::FIRST_YEAR,
    layout::{self, Laid},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::permissions::WRITE_DOCUMENTS;
use kernel::{Organ, OrganCode, may, may_for, time};
use serde::Deserialize;
use web::{Ctx, Desk, Error, FormErrors, OfficeShell, Query, Result, office_page, page};

use super::{
    FILL, OWE, RELEASE, VIEW, chapters,
    compared::{self, Line},
    counted, due_on,
    paper::As,
    register,
    rows::{self, AnnualReportId, Row, Version},
    store::{self, keeper},
    stored, workbook,
};

/// Which year's reports.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    year: String,
    /// Which of [`STATES`] only; empty = all.
    state: String,
}

/// How reports of a year stand, by which their list is narrowed.
const STATES: [(&str, &str); 4] =
    [("none", "没有填报"), ("filling", "填报中"), ("public", "已公布"), ("wrong", "核对不符")];

/// An organ in the list of a year.
struct Listed {
    organ: String,
    code: String,
    scope: &'static str,
    row: Option<Row>,
    state: &'static str,
    tone: &'static str,
    /// Errors and warnings of its figures.
    errors: usize,
    warnings: usize,
    due: String,
    may_fill: bool,
}

impl Listed {
    fn is(&self, state: &str) -> bool {
        let public = self.row.as_ref().is_some_and(Row::is_public);
        match state {
            "none" => self.row.is_none(),
            "filling" => self.row.is_some() && !public,
            "public" => public,
            "wrong" => self.errors > 0,
            _ => true,
        }
    }
}

#[derive(Template)]
#[template(path = "reports/templates/list.html")]
struct ListPage {
    shell: OfficeShell,
    year: String,
    years: Vec<(String, String)>,
    /// State by which the lines are narrowed; empty = all.
    state: String,
    /// Each with how many there are.
    states: Vec<(&'static str, String)>,
    lines: Vec<Listed>,
    /// Lines without the filter.
    total: usize,
    public: usize,
    /// The office may have the organs owe these reports.
    may_owe: bool,
    once: String,
}

/// Years of which there may be reports, the newest first.
pub(super) fn years(ctx: &Ctx) -> Vec<i64> {
    let last = i64::from(ctx.today().year());
    (i64::from(FIRST_YEAR)..=last).rev().collect()
}

/// Organs that report on a year.
pub(super) fn reporting(ctx: &Ctx, year: i64) -> Vec<Organ> {
    let year = i16::try_from(year).unwrap_or_default();
    ctx.directory().reporting(year).into_iter().cloned().collect()
}

/// Whether figures were handed in: a report that is only begun holds none.
pub(super) fn is_handed_in(row: &Row) -> bool {
    row.origin != "new"
}

/// Organs that owe figures of the year of a summary and have handed in none, by their short names; none for what is no summary.
pub(super) fn lacking(ctx: &Ctx, row: &Row, all: &[Row]) -> Vec<String> {
    if !row.is_county() {
        return Vec::new();
    }
    let has = |organ: &Organ| {
        let of = |other: &Row| other.year == row.year && !other.is_county() && other.organ == organ.code;
        all.iter().any(|other| of(other) && is_handed_in(other))
    };
    reporting(ctx, row.year).into_iter().filter(|organ| !has(organ)).map(|organ| organ.short_name).collect()
}

/// Whether the figures of a year can be compared with those of the year before in a sentence: a year that runs, and a summary that
/// lacks organs, have not become less. A summary that came as a file is whole, whoever has figures here.
pub(super) fn is_comparable(ctx: &Ctx, row: &Row, all: &[Row]) -> bool {
    !row.is_of_a_year_that_runs(ctx.today()) && (row.origin == "file" || lacking(ctx, row, all).is_empty())
}

fn weighed(identities: &[Identity], weight: Weight) -> usize {
    let broken = identities.iter().filter(|one| one.weight == weight && one.holds == Some(false));
    broken.map(|one| one.breaches.len()).sum()
}

fn standing(row: Option<&Row>, due: &str, today: &str) -> (&'static str, &'static str) {
    match row {
        None if due < today => ("没有填报，已过期限", "late"),
        None => ("没有填报", "off"),
        Some(row) if row.is_behind() => ("已公布，后有修改", "info"),
        Some(row) if row.is_public() => ("已公布", "ok"),
        Some(_) if due < today => ("填报中，已过期限", "late"),
        Some(_) => ("填报中", "soon"),
    }
}

/// GET /annual-reports
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    let years = years(&ctx);
    let usual = i64::from(ctx.today().year()) - 1;
    let year = asked.year.trim().parse::<i64>().ok().filter(|year| years.contains(year)).unwrap_or(usual);
    let found = rows::two_years(ctx.db().read(), year).await?;
    let (directory, actor, today) = (ctx.directory(), desk.actor(), ctx.today().to_string());
    let line = |code: OrganCode, scope: &'static str, name: String| {
        let row = found.iter().find(|row| row.organ == code && row.year == year && row.scope == scope).cloned();
        let judged = row.as_ref().map(|row| rows::judged(row, &found, &directory));
        let due = due_on(year, scope);
        let (state, tone) = standing(row.as_ref(), &due, &today);
        let count = |weight| judged.as_ref().map_or(0, |judged| weighed(&judged.identities, weight));
        Listed {
            organ: name,
            errors: count(Weight::Error),
            warnings: count(Weight::Warning),
            may_fill: may_for(&actor, &FILL, &keeper(&ctx, &code)).is_ok(),
            code: code.to_string(),
            scope,
            row,
            state,
            tone,
            due,
        }
    };
    let mut lines = Vec::new();
    if desk.staff.central {
        lines.push(line(ctx.office_organ(), "county", rows::COUNTY.to_owned()));
    }
    for organ in reporting(&ctx, year) {
        let seen = desk.staff.central || keeper(&ctx, &organ.code) == *desk.organ();
        if seen {
            lines.push(line(organ.code.clone(), "own", organ.name.clone()));
        }
    }
    let count = |state: &str| lines.iter().filter(|line| line.is(state)).count();
    let states = STATES.iter().map(|(key, label)| (*key, format!("{label}（{}）", count(key)))).collect();
    let (total, public) = (lines.len(), count("public"));
    lines.retain(|line| line.is(&asked.state));
    office_page(&ListPage {
        shell: desk.shell(&ctx, "年报数据").await?,
        state: asked.state,
        states,
        total,
        public,
        years: years.into_iter().map(|year| (year.to_string(), format!("{year} 年"))).collect(),
        may_owe: may(&actor, &OWE).is_ok(),
        once: ctx.once(),
        year: year.to_string(),
        lines,
    })
}

/// One identity as the page tells it.
struct Told {
    id: &'static str,
    rule: &'static str,
    state: &'static str,
    tone: &'static str,
    /// What is wrong, or why nothing can be said.
    sentences: Vec<String>,
}

fn told(identity: &Identity) -> Told {
    let (state, tone) = match (identity.holds, identity.weight) {
        (Some(true), _) => ("相符", "ok"),
        (Some(false), Weight::Error) => ("不符", "late"),
        (Some(false), Weight::Warning) => ("请核对", "soon"),
        (None, _) => ("没有核对", "off"),
    };
    let sentences = match identity.holds {
        Some(true) => Vec::new(),
        Some(false) => identity.breaches.iter().map(|breach| breach.message.clone()).collect(),
        None => vec![identity.message.clone()],
    };
    Told { id: identity.id, rule: identity.rule, state, tone, sentences }
}

#[derive(Template)]
#[template(path = "reports/templates/one.html")]
struct OnePage {
    shell: OfficeShell,
    errors: FormErrors,
    row: Row,
    name: String,
    format: &'static str,
    state: &'static str,
    tone: &'static str,
    due: String,
    changed: String,
    published: String,
    tables: Vec<Laid>,
    identities: Vec<Told>,
    versions: Vec<(Version, String)>,
    /// Years of the comparison, and its lines.
    years: Vec<String>,
    lines: Vec<Line>,
    /// Figures that cannot be right by themselves.
    doubts: Vec<String>,
    /// From what cells can be counted.
    offered: Vec<&'static str>,
    /// The figures in sentences, for the chapters in words.
    draft: Vec<String>,
    /// Cells for which the register says something else now; 0 of the summary, whose page of its own tells.
    shifted: usize,
    /// Of a summary: organs that have handed in nothing.
    lacking: Vec<String>,
    /// What speaks against making it public as it is.
    against: String,
    reason: String,
    may_fill: bool,
    may_release: bool,
    /// The text can be begun from the figures: nobody has, and this person writes for the organ.
    may_begin: bool,
    once: String,
}

/// The report for a person; nothing of it is known to people of other organs.
///
/// # Errors
/// [`Error::NotFound`] for those.
pub(super) async fn visible(ctx: &Ctx, desk: &Desk, id: &AnnualReportId) -> Result<Row> {
    let row = rows::one(ctx.db().read(), id).await?.ok_or(Error::NotFound)?;
    if may_for(&desk.actor(), &VIEW, &keeper(ctx, &row.organ)).is_err() {
        return Err(Error::NotFound);
    }
    Ok(row)
}

/// GET /annual-reports/{id}
pub(super) async fn one(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<AnnualReportId>) -> Result<Response> {
    let row = visible(&ctx, &desk, &id).await?;
    shown(&ctx, &desk, row, (None, String::new()), FormErrors::new()).await
}

/// Differences between text and figures that are told one by one.
const TOLD: usize = 6;

/// The page of one report; with what was typed instead of what is kept, where a form was refused.
pub(super) async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    row: Row,
    (typed, reason): (Option<Report>, String),
    errors: FormErrors,
) -> Result<Response> {
    let (directory, actor) = (ctx.directory(), desk.actor());
    let others = rows::two_years(ctx.db().read(), row.year).await?;
    let judged = rows::judged(&row, &others, &directory);
    let all = rows::years_of(ctx.db().read(), &row.organ, &row.scope).await?;
    let reports: Vec<Report> = all.iter().map(|row| row.report(&directory)).collect();
    let versions = rows::versions(ctx.db().read(), &row.id).await?;
    let (due, today) = (due_on(row.year, &row.scope), ctx.today().to_string());
    let (state, tone) = standing(Some(&row), &due, &today);
    let organ = keeper(ctx, &row.organ);
    let comparable = is_comparable(ctx, &row, &others);
    let lacking = lacking(ctx, &row, &others);
    let name = row.name(&directory);
    let bad = !errors.is_empty();
    let may_begin = may_for(&actor, &WRITE_DOCUMENTS, &organ).is_ok() && !chapters::exists(ctx, &row).await?;
    // Figures that nobody has counted from the register are not held against it here; the page of its own does when asked.
    let from_register = !row.is_county() && versions.iter().any(|version| version.origin == "counted");
    let shifted = if from_register { register::shifted(ctx, desk, &row, &judged.report).await? } else { None };
    let mut tables = layout::tables(typed.as_ref().unwrap_or(&judged.report));
    register::lead(ctx, desk, &row, &versions, (&judged.report, &mut tables));
    // The text is held against the figures before they are made public, too.
    let words = chapters::newest(ctx, &row).await?.differences(&judged.report);
    let doubts = doubts::doubts(&judged.report).into_iter().map(|doubt| doubt.message);
    let before = reports.iter().find(|report| report.year.map(i64::from) == Some(row.year - 1));
    let page = OnePage {
        shell: desk.shell(ctx, format!("{name} {} 年年报数据", row.year)).await?.with_error(bad),
        format: judged.report.edition().code(),
        changed: format!("{} {}", row.changed_name, time::show_minute(&row.changed_at)),
        published: if row.is_public() { time::show_minute(&row.public_at) } else { String::new() },
        tables,
        identities: judged.identities.iter().map(told).collect(),
        versions: versions
            .into_iter()
            .map(|version| {
                let at = time::show_minute(&version.changed_at);
                (version, at)
            })
            .collect(),
        years: all.iter().map(|row| row.year.to_string()).collect(),
        lines: if reports.len() > 1 { compared::lines(&reports) } else { Vec::new() },
        doubts: doubts.chain(words.into_iter().take(TOLD)).collect(),
        offered: counted::offered(ctx, judged.report.edition()),
        draft: draft::overall(&judged.report, before.filter(|_| comparable)),
        shifted: shifted.map_or(0, |lines| lines.len()),
        against: store::against(&judged, &row, &lacking, ctx.today()).unwrap_or_default(),
        lacking,
        may_fill: may_for(&actor, &FILL, &organ).is_ok(),
        may_release: may_for(&actor, &RELEASE, &organ).is_ok(),
        may_begin,
        once: ctx.once(),
        errors,
        row,
        name,
        state,
        tone,
        due,
        reason,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// GET /annual-reports/{id}/export.xlsx
pub(super) async fn export(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<AnnualReportId>) -> Result<Response> {
    let row = visible(&ctx, &desk, &id).await?;
    let report = row.report(&ctx.directory());
    let name = format!("{}{}年年报数据.xlsx", report.organ, row.year);
    page::workbook(&name, move || workbook::write(&report)).await
}

async fn file(ctx: &Ctx, desk: &Desk, id: &AnnualReportId, form: As) -> Result<Response> {
    let row = visible(ctx, desk, id).await?;
    stored::kept(ctx, &row).await?.handed_out(ctx, form, false).await
}

/// GET /annual-reports/{id}/report.docx
pub(super) async fn word(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<AnnualReportId>) -> Result<Response> {
    file(&ctx, &desk, &id, As::Word).await
}

/// GET /annual-reports/{id}/report.pdf
pub(super) async fn pdf(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<AnnualReportId>) -> Result<Response> {
    file(&ctx, &desk, &id, As::Pdf).await
}
