//! What is done with yearly reports: begun, filled in, brought in from a workbook, summed up, made public, taken back.

use ::store::Tx;
use annual_report::{
    Cell, Edition, Report, Tables, Value,
    layout::put,
    sheets::{self, Grid},
    sum::sum,
};
use axum::{
    extract::{Multipart, Path, State},
    response::Response,
};
use document::values::line;
use documents::{Extractor, Limits};
use kernel::OrganCode;
use serde::Deserialize;
use web::{
    Ctx, Desk, Done, Form, FormErrors, Refusal, Result, act, act_in_place,
    sent::{self, Sent},
};

use super::{
    grids, hidden_note, office,
    rows::{self, AnnualReportId, Row},
    store,
};

/// Largest workbook, in bytes.
const MOST: u64 = 8 << 20;
/// Faults that are told at a time.
const TOLD: usize = 20;

/// Which report is begun.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct New {
    once: String,
    organ: String,
    year: i64,
    scope: String,
}

/// POST /annual-reports
pub(super) async fn begin(State(ctx): State<Ctx>, desk: Desk, Form(new): Form<New>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        let refused = |text: &str| Refusal::Conflict(text.to_owned());
        if !office::years(&ctx).contains(&new.year) {
            return Err(refused("请从列表里选择年度；还没有到的年度不能填报。"));
        }
        let (organ, scope) = if new.scope == "county" {
            (ctx.office_organ(), "county")
        } else {
            (OrganCode::from(new.organ.trim()), "own")
        };
        let known = office::reporting(&ctx, new.year).iter().any(|one| one.code == organ);
        if scope == "own" && !known {
            return Err(refused("请从列表里选择机关；公共事业单位、公用企业不编制政府信息公开工作年度报告。"));
        }
        let year = i16::try_from(new.year).unwrap_or_default();
        let edition = Edition::of_year(year);
        let tables = Tables::filled_with(edition, &Cell::unknown());
        let report = Report { year: Some(year), tables, ..Report::default() };
        let (id, fresh) = store::begin(&ctx, tx, &desk.actor(), (&organ, new.year, scope), &report).await?;
        let said = if fresh {
            "已新建，请填写三张表，或者用 Excel 导入。"
        } else {
            "这份年报数据已经有了。"
        };
        Ok(Done::ok(format!("/annual-reports/{id}"), said))
    };
    Ok(act(&ctx, &new.once, done).await?)
}

fn value<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
}

/// The report with what was typed into its cells. An empty field of a cell that nobody has filled stays open, unless all such are
/// nought.
fn typed(row: &Row, ctx: &Ctx, pairs: &[(String, String)]) -> (Report, FormErrors) {
    let mut report = row.report(&ctx.directory());
    let noughts = value(pairs, "noughts") == "true";
    let before = annual_report::layout::tables(&report);
    let fields = before.iter().flat_map(|table| table.rows.iter().flatten()).filter_map(|placed| placed.as_field());
    let mut errors = FormErrors::new();
    for field in fields {
        let text = match pairs.iter().find(|(key, _)| *key == field.name) {
            Some((_, text)) => line(text, 40),
            None if noughts && !field.cell.is_filled() => String::new(),
            None => continue,
        };
        if text.is_empty() {
            if noughts {
                put(&mut report, &field.name, "0");
            } else if field.cell.is_filled() {
                put(&mut report, &field.name, "");
            }
            continue;
        }
        put(&mut report, &field.name, &text);
        if let Some(fault) = fault(&field.name, &Cell::read(&text)) {
            errors.add(&field.name, format!("{}：{fault}", field.said));
        }
    }
    (report, errors)
}

/// What is wrong with a cell by itself: requests and remedies are counted in whole numbers.
fn fault(name: &str, cell: &Cell) -> Option<String> {
    let counted = !name.starts_with('p');
    match cell.value {
        Value::Words => Some(format!("“{}”不是数字，请填写数字，例如 12。", cell.printed)),
        Value::Number(number, _) if counted && !number.is_whole() => {
            Some(format!("“{}”有小数，件数请填写整数，例如 12。", cell.printed))
        }
        Value::Number(number, _) if counted && number.is_negative() => {
            Some(format!("“{}”小于 0，请填写 0 或者正整数。", cell.printed))
        }
        _ => None,
    }
}

/// POST /annual-reports/{id}
pub(super) async fn save(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<AnnualReportId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let row = office::visible(&ctx, &desk, &id).await?;
    let (report, errors) = typed(&row, &ctx, &pairs);
    let seen = value(&pairs, "version").parse::<i64>().unwrap_or(0);
    let done = async |tx: &mut Tx| {
        if !errors.is_empty() {
            return Err(Refusal::from(errors.clone()));
        }
        let saved = store::save(&ctx, tx, &desk.actor(), (&id, seen), (&report, "typed")).await?;
        let said = if saved { "已保存，核对结果在表格上方。" } else { "没有改动。" };
        Ok(Done::ok(format!("/annual-reports/{id}"), said))
    };
    let again = async |errors: FormErrors| {
        let now = office::visible(&ctx, &desk, &id).await?;
        office::shown(&ctx, &desk, now, (Some(report.clone()), String::new()), errors).await
    };
    act_in_place(&ctx, value(&pairs, "once"), done, again).await
}

/// The tables of the file that was sent; or what is wrong with it, a sentence each.
async fn received(ctx: &Ctx, mut parts: Multipart) -> Result<std::result::Result<(Vec<Grid>, Option<String>), String>> {
    while let Some(field) = parts.next_field().await.map_err(sent::broken)? {
        if field.name() != Some("file") {
            continue;
        }
        let too_large = || "文件太大，上限 8 MB。请只留下年报的三张表。".to_owned();
        let Some(Sent { name, received }) = sent::file(ctx, field, MOST, too_large).await? else { continue };
        let extractor = Extractor::new(ctx.program().clone(), Limits::default());
        return Ok(match extractor.extract(&received.path, &name).await {
            Ok(file) => grids(&file).map(|grids| (grids, hidden_note(&file))),
            Err(rejected) => Err(rejected.message),
        });
    }
    Ok(Err("请选择一个 .xlsx 文件，例如“2023年年报数据.xlsx”。".to_owned()))
}

/// The report of a workbook for this row, with what its reader said; else what is wrong, row by row.
fn of_workbook(row: &Row, grids: &[Grid], ctx: &Ctx) -> std::result::Result<Report, Vec<String>> {
    let found = sheets::read(grids).map_err(|why| vec![why])?;
    let own = row.report(&ctx.directory());
    let of_year = |report: &&Report| report.year.is_none() || report.year == own.year;
    let mut fitting = found.iter().filter(of_year);
    let (Some(report), None) = (fitting.next(), fitting.next()) else {
        let years: Vec<String> = found.iter().filter_map(|report| report.year).map(|year| year.to_string()).collect();
        let many = format!("文件里有 {} 份年报（{}），没有导入。", found.len(), years.join("、"));
        return Err(vec![format!("{many}请只留下 {} 年的三张表。", row.year)]);
    };
    let mut faults = Vec::new();
    if !report.organ.is_empty() && !annual_report::identities::same_organ(&report.organ, &own.organ) {
        faults.push(format!("文件里写的是“{}”，这里是“{}”。请检查是否选错了文件。", report.organ, own.organ));
    }
    for placed in annual_report::layout::tables(report).iter().flat_map(|table| table.rows.iter().flatten()) {
        let Some(field) = placed.as_field() else { continue };
        if let Some(why) = fault(&field.name, &field.cell) {
            faults.push(format!("{}，{}：{why}", field.cell.place, field.said));
        }
    }
    if faults.is_empty() { Ok(report.clone()) } else { Err(faults) }
}

fn listed(faults: Vec<String>) -> FormErrors {
    let mut errors = FormErrors::new();
    let more = faults.len().saturating_sub(TOLD);
    for fault in faults.into_iter().take(TOLD) {
        errors.add("file", fault);
    }
    if more > 0 {
        errors.add("file", format!("还有 {more} 处需要更正，没有逐一列出。"));
    }
    errors
}

/// POST /annual-reports/{id}/import: all or nothing.
pub(super) async fn import(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<AnnualReportId>,
    parts: Multipart,
) -> Result<Response> {
    let row = office::visible(&ctx, &desk, &id).await?;
    let read = match received(&ctx, parts).await? {
        Ok((grids, note)) => of_workbook(&row, &grids, &ctx).map(|report| (report, note)),
        Err(why) => Err(vec![why]),
    };
    let seen = row.version;
    let done = async |tx: &mut Tx| {
        let (report, note) = match &read {
            Ok(read) => read,
            Err(faults) => return Err(Refusal::from(listed(faults.clone()))),
        };
        let saved = store::save(&ctx, tx, &desk.actor(), (&id, seen), (report, "file")).await?;
        let mut said = if saved { "已导入。" } else { "表格里的数据与现在的相同，没有改动。" }.to_owned();
        for note in report.notes.iter().chain(note) {
            said.push_str(note);
        }
        Ok(Done::ok(format!("/annual-reports/{id}"), said))
    };
    let again = async |errors: FormErrors| {
        let now = office::visible(&ctx, &desk, &id).await?;
        office::shown(&ctx, &desk, now, (None, String::new()), errors).await
    };
    act_in_place(&ctx, "", done, again).await
}

/// A button on a report.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Button {
    pub(super) once: String,
    pub(super) version: i64,
    reason: String,
    why: String,
    /// The sum is meant although organs are missing.
    partial: bool,
}

/// POST /annual-reports/{id}/sum: the summary from the reports of all organs of its year.
pub(super) async fn add_up(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<AnnualReportId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let row = office::visible(&ctx, &desk, &id).await?;
    let directory = ctx.directory();
    let done = async |tx: &mut Tx| {
        if !row.is_county() {
            return Err(Refusal::Conflict("只有全县汇总由各单位的数据相加，这份是单位自己的年报。".to_owned()));
        }
        let all = rows::two_years(tx.conn(), row.year).await?;
        let of_year = |other: &&Row| other.year == row.year && !other.is_county() && office::is_handed_in(other);
        let own: Vec<&Row> = all.iter().filter(of_year).collect();
        if own.is_empty() {
            let text = format!("还没有单位填报 {} 年的数据，不能汇总。", row.year);
            return Err(Refusal::Conflict(text));
        }
        let lacking = office::lacking(&ctx, &row, &all);
        if !lacking.is_empty() && !button.partial {
            let text = format!(
                "还有 {} 个机关没有填报 {} 年的数据：{}。相加以后不是全县的数字；需要照样汇总的，请勾选。",
                lacking.len(),
                row.year,
                lacking.join("、")
            );
            return Err(Refusal::field("partial", text));
        }
        let reports: Vec<Report> = own.iter().map(|other| other.report(&directory)).collect();
        let parts: Vec<&Report> = reports.iter().collect();
        let mut report = row.report(&directory);
        report.tables = sum(report.edition(), &parts);
        store::save(&ctx, tx, &desk.actor(), (&id, button.version), (&report, "sum")).await?;
        let rest = match lacking.len() {
            0 => String::new(),
            many => format!("不含没有填报的 {many} 个机关：{}。", lacking.join("、")),
        };
        Ok(Done::ok(format!("/annual-reports/{id}"), format!("已按 {} 个单位的数据汇总。{rest}", parts.len())))
    };
    let again = async |errors: FormErrors| {
        let now = office::visible(&ctx, &desk, &id).await?;
        office::shown(&ctx, &desk, now, (None, String::new()), errors).await
    };
    act_in_place(&ctx, &button.once, done, again).await
}

/// POST /annual-reports/{id}/release
pub(super) async fn release(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<AnnualReportId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let reason = line(&button.reason, 300);
    let done = async |tx: &mut Tx| {
        store::release(&ctx, tx, &desk.actor(), (&id, button.version), &reason).await?;
        Ok::<_, Refusal>(Done::ok(format!("/annual-reports/{id}"), "已在门户公布。"))
    };
    let again = async |errors: FormErrors| {
        let now = office::visible(&ctx, &desk, &id).await?;
        office::shown(&ctx, &desk, now, (None, reason.clone()), errors).await
    };
    act_in_place(&ctx, &button.once, done, again).await
}

/// POST /annual-reports/{id}/withdraw
pub(super) async fn withdraw(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<AnnualReportId>,
    Form(button): Form<Button>,
) -> Result<Response> {
    let why = line(&button.why, 300);
    let done = async |tx: &mut Tx| {
        store::withdraw(&ctx, tx, &desk.actor(), &id, &why).await?;
        Ok::<_, Refusal>(Done::ok(format!("/annual-reports/{id}"), "已从门户撤回，各版数据保留。"))
    };
    let again = async |errors: FormErrors| {
        let now = office::visible(&ctx, &desk, &id).await?;
        office::shown(&ctx, &desk, now, (None, String::new()), errors).await
    };
    act_in_place(&ctx, &button.once, done, again).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_whole_and_money_is_not() {
        let fault = |name: &str, text: &str| fault(name, &Cell::read(text)).is_some();
        assert!(fault("r0-0", "1.5") && fault("m3", "-1") && fault("r1-1", "若干") && fault("p0-1", "若干"));
        assert!(!fault("p5-0", "5949.088667") && !fault("p3-1", "-253") && !fault("r0-0", "12") && !fault("m3", ""));
    }
}
