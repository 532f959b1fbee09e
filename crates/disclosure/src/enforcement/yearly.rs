//! Totals of a year (行政执法统计年报, public by 31 January): counted from the decisions by the rules of 国办发〔2018〕118号, each figure
//! with the decisions behind it, held against what was entered by hand, entered as a draft batch.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use ::store::Tx;
use askama::Template;
use axum::{extract::State, response::Response};
use enforcement::{Decision, Form as TableForm, Kind, Tally, coercion_cell, judge};
use futures::TryStreamExt;
use item::{Column, Decimal, Item, Value};
use kernel::{OrganCode, may_for};
use record::{
    BatchState, Data, Query as Records, RecordId, Values,
    batch::{self, Batch, New, NewRow},
    permissions::ENTER_RECORDS,
    query::Asked as Wanted,
    rows::Stored,
    slots,
};
use serde::Deserialize;
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Pager, Query, Refusal, Result, act_in_place, office_page,
    page,
};

use super::{late, options, rows, seen};

/// A table of the yearly totals, and from which decisions it is counted.
struct Table {
    /// In addresses.
    key: &'static str,
    /// The item that it becomes.
    item: &'static str,
    /// The item whose records are counted.
    from: &'static str,
}

const PENALTY: &str = "penalty";
const PERMIT: &str = "permit";
const COERCION: &str = "coercion";

/// The tables of a year.
fn tables(year: i16) -> [Table; 3] {
    let penalties = match TableForm::of_year(year) {
        TableForm::Y2019 => "enforcement-yearly-2019",
        TableForm::Y2021 => "enforcement-yearly",
    };
    [
        Table { key: PENALTY, item: penalties, from: PENALTY },
        Table { key: PERMIT, item: "enforcement-yearly-permit", from: PERMIT },
        Table { key: COERCION, item: "enforcement-yearly-coercion", from: COERCION },
    ]
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    organ: String,
    year: String,
}

/// A decision with what it counts as.
struct Counted {
    record: RecordId,
    data: Data,
    /// The column in which it counts; empty = in none.
    cell: &'static str,
    doubts: Vec<String>,
    /// Readers see it no more.
    away: bool,
}

fn figure(data: &Data, key: &str) -> Option<Decimal> {
    let text = data.get(key);
    if text.is_empty() { None } else { Decimal::from_str_exact(text).ok() }
}

fn decision(data: &Data) -> Decision<'_> {
    Decision {
        class: data.get("penalty_kind"),
        content: data.get("content"),
        fine: figure(data, "fine"),
        confiscated: figure(data, "confiscated"),
        licence: data.get("licence"),
    }
}

/// As what a record of a table counts.
fn cell_of(table: &str, year: i16, data: &Data) -> (&'static str, Vec<String>) {
    match table {
        PENALTY => {
            let judged = judge(&decision(data), TableForm::of_year(year));
            (judged.kind.cell(), judged.doubts)
        }
        PERMIT => ("permitted", Vec::new()),
        _ => match coercion_cell(data.get("kind")) {
            Some(cell) => (cell, Vec::new()),
            None => ("", vec!["执法类别不在统计表的各列里，没有计入。".to_owned()]),
        },
    }
}

/// The organ with those that it had followed by the end of the year: their decisions of the year are its own.
fn organs_of(ctx: &Ctx, organ: &OrganCode, year: i16) -> Vec<OrganCode> {
    let (_, last) = late::days_of(year);
    ctx.directory().answered_by(organ, last.min(ctx.today()))
}

/// By what a decision is one and the same, however it is written; `None` = it has no number.
fn number(item: &Item, data: &Data) -> Option<Vec<String>> {
    let parts: Vec<String> = item.keys.iter().map(|key| slots::folded(data.get(key))).collect();
    parts.iter().any(|part| !part.is_empty()).then_some(parts)
}

/// All decisions of an organ and a year that count, each once by its number: public ones, and those that went for another reason
/// than that they do not stand. One after another into `each`.
async fn each(ctx: &Ctx, table: &Table, (organ, year): (&OrganCode, i16), mut then: impl FnMut(Counted)) -> Result<()> {
    let Some(item) = rows::item(ctx, table.from).await? else { return Ok(()) };
    let (from, to) = late::days_of(year);
    let organs = organs_of(ctx, organ, year);
    let mut known = HashSet::new();
    for organ in &organs {
        let mut query = Records::new(Arc::clone(&item));
        query.organ = Some(organ.clone());
        query.asked.insert(item.newest_by.clone(), Wanted::Days(Some(from), Some(to)));
        let mut all = query.export(ctx.db(), "newest").await?;
        while let Some(row) = all.try_next().await? {
            let (cell, doubts) = cell_of(table.key, year, &row.data);
            known.extend(number(&item, &row.data));
            then(Counted { record: row.record, data: row.data, cell, doubts, away: false });
        }
    }
    for organ in &organs {
        for (record, data) in rows::counted_though_away(ctx.db().read(), &item.key, organ, (from, to)).await? {
            // A decision whose number stands again counts where it stands, and one that was taken away twice counts once.
            if number(&item, &data).is_some_and(|number| !known.insert(number)) {
                continue;
            }
            let (cell, doubts) = cell_of(table.key, year, &data);
            then(Counted { record, data, cell, doubts, away: true });
        }
    }
    Ok(())
}

/// What is counted for a table.
#[derive(Default)]
struct Sums {
    cells: BTreeMap<&'static str, Decimal>,
    decisions: i64,
    doubtful: i64,
    away: i64,
}

async fn sums(ctx: &Ctx, table: &Table, of: (&OrganCode, i16)) -> Result<Sums> {
    let mut sums = Sums::default();
    let mut tally = Tally::new(TableForm::of_year(of.1));
    each(ctx, table, of, |one| {
        sums.decisions += 1;
        sums.doubtful += i64::from(!one.doubts.is_empty());
        sums.away += i64::from(one.away);
        if table.key == PENALTY {
            tally.add(&decision(&one.data));
        } else if !one.cell.is_empty() {
            *sums.cells.entry(one.cell).or_default() += Decimal::ONE;
        }
    })
    .await?;
    match table.key {
        PENALTY => sums.cells.extend(tally.cells()),
        COERCION => {
            let total: Decimal = sums.cells.values().copied().sum();
            for at in 1..=11 {
                if let Some(cell) = coercion_cell(&at.to_string()) {
                    sums.cells.entry(cell).or_default();
                }
            }
            sums.cells.insert("total", total);
        }
        _ => {
            sums.cells.entry("permitted").or_default();
        }
    }
    Ok(sums)
}

/// What is public of a table for this organ and year, or for one that it had followed by then.
async fn entered(ctx: &Ctx, item: &Arc<Item>, (organ, year): (&OrganCode, i16)) -> Result<Option<Stored>> {
    for organ in organs_of(ctx, organ, year) {
        let mut query = Records::new(Arc::clone(item));
        query.organ = Some(organ);
        query.period = year.to_string();
        let page = query.page(ctx.db(), "newest", None, 1).await?;
        if let Some(row) = page.rows.first() {
            return Ok(record::rows::public(ctx.db().read(), &item.key, &row.record).await?);
        }
    }
    Ok(None)
}

/// One figure.
struct Cell {
    label: String,
    counted: String,
    /// Address of the decisions behind it; empty = there are none, or none is counted.
    href: String,
    /// What is public; empty = nothing.
    stands: String,
    differs: bool,
}

/// A table as it is shown.
struct Shown {
    key: &'static str,
    title: String,
    cells: Vec<Cell>,
    decisions: i64,
    doubtful: i64,
    away: i64,
    /// Address of what is public; empty = nothing.
    public: String,
    differs: usize,
    /// Figures that no decision says.
    open: Vec<String>,
}

#[derive(Template)]
#[template(path = "enforcement/templates/yearly.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    organs: Vec<(String, String)>,
    years: Vec<(String, String)>,
    organ: String,
    year: String,
    due_on: String,
    running: bool,
    tables: Vec<Shown>,
    may_enter: bool,
    once: String,
}

/// The organ and the year that are asked for: the own one where none is, the year before this.
fn chosen(ctx: &Ctx, desk: &Desk, asked: &Asked) -> Result<(OrganCode, i16)> {
    let organ = if asked.organ.is_empty() { desk.organ().clone() } else { OrganCode::from(asked.organ.as_str()) };
    if !seen(ctx, desk).contains(&organ) {
        return Err(Error::NotFound);
    }
    let usual = (ctx.today().year() - 1).to_string();
    let year = if asked.year.is_empty() { usual } else { asked.year.clone() };
    Ok((organ, late::year_of(ctx, &year)))
}

fn is_figure(column: &Column) -> bool {
    matches!(column.typed, item::Type::Number { .. } | item::Type::Money { .. })
}

async fn shown_table(ctx: &Ctx, table: &Table, of: (&OrganCode, i16)) -> Result<Option<Shown>> {
    let Some(item) = rows::item(ctx, table.item).await? else { return Ok(None) };
    let (sums, public) = (sums(ctx, table, of).await?, entered(ctx, &item, of).await?);
    let (mut cells, mut open, year) = (Vec::new(), Vec::new(), of.1.to_string());
    for column in item.columns.iter().filter(|column| is_figure(column)) {
        let Some(sum) = sums.cells.get(column.key.as_str()) else {
            open.push(column.label.clone());
            continue;
        };
        let counted = Value::Number(*sum);
        let stands = public.as_ref().and_then(|stored| stored.data.value(column));
        let address = page::query_string(&[
            ("organ", of.0.as_str()),
            ("year", year.as_str()),
            ("table", table.key),
            ("cell", column.key.as_str()),
        ]);
        let has_decisions = *sum > Decimal::ZERO && column.key != "amount";
        cells.push(Cell {
            label: column.label.clone(),
            href: if has_decisions { format!("/enforcement/yearly/decisions?{address}") } else { String::new() },
            differs: stands.as_ref().is_some_and(|stands| *stands != Value::Number(sum.normalize())),
            counted: counted.shown(column),
            stands: stands.map(|stands| stands.shown(column)).unwrap_or_default(),
        });
    }
    Ok(Some(Shown {
        key: table.key,
        title: item.title.clone(),
        differs: cells.iter().filter(|cell| cell.differs).count(),
        decisions: sums.decisions,
        doubtful: sums.doubtful,
        away: sums.away,
        public: public.map(|stored| format!("/records/{}/{}", item.key, stored.record)).unwrap_or_default(),
        cells,
        open,
    }))
}

/// GET /enforcement/yearly
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    shown(&ctx, &desk, &asked, FormErrors::new()).await
}

async fn shown(ctx: &Ctx, desk: &Desk, asked: &Asked, errors: FormErrors) -> Result<Response> {
    let (organ, year) = chosen(ctx, desk, asked)?;
    let mut found = Vec::new();
    for table in tables(year) {
        found.extend(shown_table(ctx, &table, (&organ, year)).await?);
    }
    let keeper = ctx.directory().stands_for(&organ, ctx.today());
    let mut shell = desk.shell(ctx, "执法年度统计").await?;
    shell.has_error = !errors.is_empty();
    let page = Page {
        organs: options(ctx, desk),
        years: late::years(ctx),
        due_on: format!("{}-01-31", year + 1),
        running: year == ctx.today().year(),
        may_enter: may_for(&desk.actor(), &ENTER_RECORDS, &keeper).is_ok(),
        once: ctx.once(),
        organ: organ.to_string(),
        year: year.to_string(),
        tables: found,
        shell,
        errors,
    };
    if page.errors.is_empty() { office_page(&page) } else { page::office_errors(&page) }
}

/// Which table becomes a draft.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Drafted {
    once: String,
    organ: String,
    year: String,
    table: String,
}

/// POST /enforcement/yearly: the figures become a batch that waits to be completed and submitted.
pub(super) async fn draft(State(ctx): State<Ctx>, desk: Desk, Form(typed): Form<Drafted>) -> Result<Response> {
    let asked = Asked { organ: typed.organ.clone(), year: typed.year.clone() };
    let (organ, year) = chosen(&ctx, &desk, &asked)?;
    let table = tables(year).into_iter().find(|table| table.key == typed.table).ok_or(Error::NotFound)?;
    let item = rows::item(&ctx, table.item).await?.ok_or(Error::NotFound)?;
    // Counted before the write: nobody waits while thousands of decisions are read.
    let sums = if year < ctx.today().year() { sums(&ctx, &table, (&organ, year)).await? } else { Sums::default() };
    let done = async |tx: &mut Tx| {
        let keeper = ctx.directory().stands_for(&organ, ctx.today());
        may_for(&desk.actor(), &ENTER_RECORDS, &keeper)?;
        if year >= ctx.today().year() {
            return Err(Refusal::Conflict(format!("{year} 年还没有过完，明年 1 月起生成。")));
        }
        if let Some(stored) = entered(&ctx, &item, (&organ, year)).await? {
            let why = format!(
                "{year} 年的这张表已经公开。要改动的，请在记录页面办理更正（/records/{}/{}）。",
                item.key, stored.record
            );
            return Err(Refusal::Conflict(why));
        }
        let row = row(&ctx, &item, (&organ, year), &sums);
        let title = format!("{year} 年{}（按决定统计）", item.title);
        // The same figures are one draft, however often the button is pressed.
        let figures: Vec<String> = sums.cells.iter().map(|(cell, sum)| format!("{cell}={sum}")).collect();
        let figures = format!("counted {year} {}", figures.join(" "));
        let digest = match known(tx, (&*item, &keeper), &figures).await? {
            Ok(digest) => digest,
            Err(there) => {
                let words = format!("同样的数已有一批数据（{}），没有重复生成。", there.state.label());
                return Ok(Done::ok(format!("/records/batches/{}", there.id), words));
            }
        };
        let new = New { title, digest, ..New::form(&item, &keeper) };
        let id = batch::enter(&ctx, tx, &desk.actor(), new, vec![row]).await?;
        Ok(Done::ok(format!("/records/batches/{id}"), "已按决定统计生成草稿。请补充没有统计的数，核对后提交审核。"))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, &asked, errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// Under which digest these figures are drafted, or the batch that has them and is on its way. What was public of them and was
/// taken away since is drafted anew.
async fn known(
    tx: &mut Tx,
    (item, keeper): (&Item, &OrganCode),
    figures: &str,
) -> Result<std::result::Result<String, Batch>, Refusal> {
    let (mut digest, mut tries) = (figures.to_owned(), 0_u32);
    while let Some(there) = batch::by_digest(tx.conn(), item.key.as_str(), keeper, &digest).await? {
        if there.state != BatchState::Public {
            return Ok(Err(there));
        }
        tries += 1;
        digest = format!("{figures} {tries}");
    }
    Ok(Ok(digest))
}

fn row(ctx: &Ctx, item: &Item, (organ, year): (&OrganCode, i16), sums: &Sums) -> NewRow {
    let name = ctx.directory().get(organ).map_or_else(|| organ.to_string(), |organ| organ.name.clone());
    let mut values = Values::new();
    values.insert("year".to_owned(), Value::Text(year.to_string()));
    values.insert("organ".to_owned(), Value::Text(name));
    for column in item.columns.iter().filter(|column| is_figure(column)) {
        if let Some(sum) = sums.cells.get(column.key.as_str()) {
            values.insert(column.key.clone(), Value::Number(sum.normalize()));
        }
    }
    let away = if sums.away > 0 { format!("含已停止公示的 {} 宗；", sums.away) } else { String::new() };
    let note =
        format!("由 {} 宗决定统计；{away}一个决定只计一次，并处的计入最重的一类；变更、延续计入许可。", sums.decisions);
    if item.column("note").is_some() {
        values.insert("note".to_owned(), Value::Text(note));
    }
    NewRow { number: 1, values, ..NewRow::default() }
}

/// Which decisions are asked for.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Which {
    organ: String,
    year: String,
    table: String,
    cell: String,
    page: i64,
}

struct Line {
    name: String,
    /// Empty = readers see it no more.
    href: String,
    decided_on: String,
    class: String,
    doubts: Vec<String>,
}

#[derive(Template)]
#[template(path = "enforcement/templates/decisions.html")]
struct Decisions {
    shell: OfficeShell,
    back: String,
    title: String,
    label: String,
    lines: Vec<Line>,
    pager: Pager,
}

/// GET /enforcement/yearly/decisions: what stands behind one figure.
pub(super) async fn decisions(State(ctx): State<Ctx>, desk: Desk, Query(which): Query<Which>) -> Result<Response> {
    let asked = Asked { organ: which.organ.clone(), year: which.year.clone() };
    let (organ, year) = chosen(&ctx, &desk, &asked)?;
    let table = tables(year).into_iter().find(|table| table.key == which.table).ok_or(Error::NotFound)?;
    let item = rows::item(&ctx, table.item).await?.ok_or(Error::NotFound)?;
    let column = item.column(&which.cell).ok_or(Error::NotFound)?;
    let Some(from) = rows::item(&ctx, table.from).await? else { return Err(Error::NotFound) };
    let (first, mut total, mut lines) = ((which.page.max(1) - 1) * Pager::SIZE, 0, Vec::new());
    each(&ctx, &table, (&organ, year), |one| {
        let counts = one.cell == which.cell || (which.cell == "total" && !one.cell.is_empty());
        if !counts {
            return;
        }
        total += 1;
        if total > first && total <= first + Pager::SIZE {
            lines.push(line(&table, &from, one));
        }
    })
    .await?;
    let said = year.to_string();
    let address = page::query_string(&[("organ", organ.as_str()), ("year", said.as_str())]);
    let rest = page::query_string(&[("table", table.key), ("cell", which.cell.as_str())]);
    let query = format!("{address}&{rest}");
    let label = Kind::of_cell(&which.cell).filter(|_| table.key == PENALTY && year >= 2021).map(Kind::label);
    office_page(&Decisions {
        shell: desk.shell(&ctx, format!("{}：{}", item.title, column.label)).await?,
        back: format!("/enforcement/yearly?{address}"),
        title: format!("{} {year} 年{}", ctx.directory().short_name(&organ), item.title),
        label: label.map_or_else(|| column.label.clone(), str::to_owned),
        pager: Pager::new(which.page, total, Pager::SIZE, &query),
        lines,
    })
}

fn line(table: &Table, item: &Item, one: Counted) -> Line {
    let class = match table.key {
        PENALTY => one.data.get("penalty_kind").to_owned(),
        PERMIT => item.column("permit_kind").map(|column| one.data.shown(column)).unwrap_or_default(),
        _ => item.column("kind").map(|column| one.data.shown(column)).unwrap_or_default(),
    };
    Line {
        name: late::name_of(item, &one.data),
        href: if one.away { String::new() } else { format!("/records/{}/{}", item.key, one.record) },
        decided_on: one.data.get(&item.newest_by).to_owned(),
        class,
        doubts: one.doubts,
    }
}
