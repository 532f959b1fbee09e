//! From a file to rows: the tables in it, the one that fits, its cells as values, the checks, and all that is to be told.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use documents::{Extractor, Grid, Limits};
use item::{Column, Item, Severity, Type, parse};
use record_check::Breach;
use sheet::{Fit, Found, Mapping, Record, Target};
use web::{Ctx, Refusal};

use super::{Backfill, File, MOST_ROWS, Mapped, Options, Progress, Said, Told, mapping, stopped};
use crate::{
    check,
    doubt::SURE,
    rows::Origin,
    values,
    write::{Before, NewRow},
};

/// A field whose text had to be read into a value is no surer than this.
const READ_INTO: u8 = 80;
/// A field of which a check warns is no surer than this.
const WARNED: u8 = 60;
/// The origin of all fields that have none of their own.
const ALL: &str = "*";
/// Heads that say how sure a row of a backfill is.
const CONFIDENCE: [&str; 3] = ["可信度", "置信度", "把握程度"];

/// What was read.
pub(super) struct ReadFile {
    pub told: Told,
    /// Rows that can be stored.
    pub rows: Vec<NewRow>,
    /// Public records that some of them correct, by the digest of their keys.
    pub before: HashMap<String, Before>,
    /// What the heads stand for.
    pub mapping: Mapping,
}

/// A table with how it fits.
struct Chosen {
    found: Found,
    fit: Fit,
}

/// Reads a file for an item.
pub(super) async fn read(
    ctx: &Ctx,
    item: &Arc<Item>,
    file: &File,
    options: &Options,
    progress: &dyn Progress,
) -> Result<ReadFile, Refusal> {
    go(progress, 0, 0, "正在读取文件").await?;
    let extractor = Extractor::new(ctx.program().clone(), Limits::default());
    let grids = extractor.grids(&file.path, &file.name).await;
    let grids = grids.map_err(|rejected| Refusal::field("file", rejected.message))?;
    let mut told = Told { about: about(&grids, options), ..Told::default() };
    let tables = tables(grids, options).await?;
    let chosen = choose(ctx, item, options, tables, &mut told).await?;
    tell_tables(ctx, item, options, &chosen, &mut told);
    let mapping = chosen.first().map(|one| one.fit.mapping.clone()).unwrap_or_default();
    let nothing = |told: Told, mapping| ReadFile { told, rows: Vec::new(), before: HashMap::new(), mapping };
    if !told.missing.is_empty() || chosen.is_empty() {
        return Ok(nothing(told, mapping));
    }
    let (owned, backfill) = (Arc::clone(item), options.backfill.clone());
    go(progress, 0, told.rows, "正在识别单元格").await?;
    // Some hundred thousand rows: not on a thread that answers others.
    let parsed = tokio::task::spawn_blocking(move || {
        let mut parsed = Parsed { told, ..Parsed::default() };
        for one in &chosen {
            for record in sheet::records(&owned, &one.found, &one.fit.mapping) {
                parsed.take(&owned, record, backfill.as_ref());
            }
        }
        parsed
    });
    let parsed = parsed.await.map_err(|error| web::Error::internal(format!("cells of a sheet: {error}")))?;
    if parsed.rows.len() > MOST_ROWS {
        return Err(Refusal::field("file", format!("一次最多导入 {MOST_ROWS} 行，请拆成几个文件。")));
    }
    go(progress, 0, parsed.told.rows, "正在核对").await?;
    checked(ctx, item, options, parsed, mapping).await
}

async fn go(progress: &dyn Progress, done: u64, total: u64, words: &str) -> Result<(), Refusal> {
    if progress.step(done, total, words).await? { Ok(()) } else { Err(stopped()) }
}

/// What should be known of the file itself.
fn about(grids: &[Grid], options: &Options) -> Vec<String> {
    let mut about = Vec::new();
    for grid in grids {
        if grid.hidden {
            about.push(format!("工作表“{}”是隐藏的，没有读取。需要导入的请取消隐藏。", grid.name));
        } else if options.sheet.is_empty() || options.sheet == grid.name {
            about.extend(grid.notes.iter().cloned());
        }
    }
    about
}

/// The tables of the sheets that are wanted.
async fn tables(grids: Vec<Grid>, options: &Options) -> Result<Vec<Found>, Refusal> {
    let sheet = options.sheet.clone();
    let names: Vec<String> = grids.iter().map(|grid| grid.name.clone()).collect();
    if !sheet.is_empty() && !names.contains(&sheet) {
        return Err(Refusal::field("sheet", format!("文件里没有工作表“{sheet}”，有：{}。", names.join("、"))));
    }
    let found = tokio::task::spawn_blocking(move || {
        let wanted = grids.iter().filter(|grid| !grid.hidden && (sheet.is_empty() || grid.name == sheet));
        wanted.flat_map(sheet::tables).collect::<Vec<Found>>()
    });
    let found = found.await.map_err(|error| web::Error::internal(format!("tables of a sheet: {error}")))?;
    if found.is_empty() {
        return Err(Refusal::field("file", "没有在文件里找到表格。请确认表头在数据上方，并且工作表没有隐藏。"));
    }
    Ok(found)
}

/// The table that fits best, and those with the same heads; the others are named.
async fn choose(
    ctx: &Ctx,
    item: &Item,
    options: &Options,
    tables: Vec<Found>,
    told: &mut Told,
) -> Result<Vec<Chosen>, Refusal> {
    let mut fitted = Vec::with_capacity(tables.len());
    for found in tables {
        let heads = mapping::heads_of(&found);
        let mut remembered = mapping::remembered(ctx.db().read(), item, &options.organ, &heads).await?;
        remembered.extend(options.mapping.clone());
        let fit = sheet::fit(item, &found, &remembered);
        fitted.push(Chosen { found, fit });
    }
    // The first of those that fit equally well.
    let best = fitted.iter().enumerate().max_by_key(|(at, one)| (one.fit.score, std::cmp::Reverse(*at)));
    let Some(at) = best.map(|(at, _)| at).filter(|at| fitted[*at].fit.score > 0) else {
        return Err(Refusal::field(
            "file",
            format!("没有一张表与“{}”的列对得上。请核对选的事项，或下载该事项的模板填写。", item.title),
        ));
    };
    let (heads, of) = (mapping::heads_of(&fitted[at].found), fitted[at].found.sheet.clone());
    let mut same = Vec::new();
    for one in fitted {
        let alike = mapping::heads_of(&one.found) == heads;
        // Rows of two sheets have the same numbers, so that nobody could tell which is meant.
        if alike && one.found.sheet == of {
            same.push(one);
            continue;
        }
        let Found { sheet, title, rows, .. } = &one.found;
        if rows.is_empty() {
            continue;
        }
        let why = if alike {
            "表头相同，请选定这张工作表另行导入"
        } else {
            "与本事项不符，没有导入"
        };
        told.about.push(format!("工作表“{sheet}”里的另一张表{}（{} 行）{why}。", named(title), rows.len()));
    }
    Ok(same)
}

fn named(title: &str) -> String {
    if title.is_empty() { String::new() } else { format!("《{title}》") }
}

/// What is told of the tables before their rows are read.
fn tell_tables(ctx: &Ctx, item: &Item, options: &Options, chosen: &[Chosen], told: &mut Told) {
    let Some(first) = chosen.first() else { return };
    let label = |key: &str| item.column(key).map(|column| column.label.clone()).unwrap_or_default();
    let sheets: BTreeSet<&str> = chosen.iter().map(|one| one.found.sheet.as_str()).collect();
    told.sheet = sheets.into_iter().collect::<Vec<_>>().join("、");
    told.title.clone_from(&first.found.title);
    told.unit.clone_from(&first.found.unit);
    told.missing = first.fit.missing.iter().map(|key| label(key)).collect();
    told.unknown.clone_from(&first.fit.unknown);
    told.mapping = mapping::heads_of(&first.found)
        .into_iter()
        .map(|head| {
            let to = first.fit.mapping.get(&head).cloned().unwrap_or(Target::Unknown);
            let label = if let Target::Column(key) = &to { label(key) } else { String::new() };
            Mapped { head, to, label }
        })
        .collect();
    for one in chosen {
        told.totals += one.found.totals.len() as u64;
        told.remarks += one.found.notes.len() as u64;
        told.rows += one.found.rows.len() as u64;
        let said = &one.found.organ;
        if said.is_empty() {
            continue;
        }
        let directory = ctx.directory();
        match directory.find(said, ctx.today()) {
            kernel::organ::Match::Organ(code) if code == options.organ => {}
            kernel::organ::Match::Organ(_) => told.about.push(format!(
                "表头上方写的单位是“{said}”，而导入的是{}的数据。请核对是否选错了机关或文件。",
                directory.short_name(&options.organ)
            )),
            kernel::organ::Match::Abolished(_, next) => {
                let next = next.map(|next| format!("，职责由{}承接", directory.short_name(&next))).unwrap_or_default();
                told.about.push(format!("表头上方写的单位“{said}”已经撤销{next}。请核对这份表是否仍然有效。"));
            }
            _ => told.about.push(format!("表头上方写的单位是“{said}”，名录里没有这个名称，请核对。")),
        }
    }
}

/// Rows as they are read.
#[derive(Default)]
struct Parsed {
    told: Told,
    rows: Vec<NewRow>,
    /// Rows with a fault in a cell, by number.
    broken: BTreeSet<u32>,
    /// What speaks against a field, by row and column: how sure it is, and why.
    against: BTreeMap<(u32, String), (u8, String)>,
}

impl Parsed {
    /// Takes a row of the sheet.
    fn take(&mut self, item: &Item, record: Record, backfill: Option<&Backfill>) {
        let Record { number, cells, mut more, units } = record;
        let mut row = NewRow { number, ..NewRow::default() };
        for (key, text) in cells {
            let Some(column) = item.column(&key) else { continue };
            let said = |message: &str| Said {
                row: number,
                column: key.clone(),
                label: column.label.clone(),
                message: covered(column, &text, message),
            };
            match parse(column, &text, units.get(&key).map(String::as_str)) {
                Ok(parsed) => {
                    for note in parsed.notes {
                        let note = said(&note);
                        self.against.insert((number, key.clone()), (READ_INTO, note.message.clone()));
                        self.told.notes.add(note);
                    }
                    row.values.extend(parsed.value.map(|value| (key.clone(), value)));
                }
                Err(problem) => {
                    self.broken.insert(number);
                    self.told.faults.add(said(&problem.0));
                }
            }
        }
        if let Some(backfill) = backfill {
            let own = CONFIDENCE.iter().find_map(|head| more.remove(*head));
            let own = own.and_then(|text| fold::fold(&text).trim().trim_end_matches('%').parse::<u8>().ok());
            let confidence = own.unwrap_or(backfill.confidence).min(100);
            let origin = Origin { source: backfill.source.clone(), confidence, why: String::new() };
            row.origins.insert(ALL.to_owned(), origin);
        }
        row.more = more;
        self.rows.push(row);
    }
}

/// Checks the rows, and parts them into those that can be stored and those that cannot.
async fn checked(
    ctx: &Ctx,
    item: &Arc<Item>,
    options: &Options,
    parsed: Parsed,
    mapping: Mapping,
) -> Result<ReadFile, Refusal> {
    let Parsed { mut told, rows, mut broken, mut against } = parsed;
    let found = check::check(ctx, item, &options.organ, &rows, options.update).await?;
    let unfit = broken.clone();
    for breach in &found.breaches {
        // What a cell without a value lacks has been told with the cell.
        if breach.check == "required" && unfit.contains(&breach.row) && is_told(&told, breach.row, &breach.column) {
            continue;
        }
        let label = item.column(&breach.column).map(|column| column.label.clone()).unwrap_or_default();
        let said = Said { row: breach.row, column: breach.column.clone(), label, message: told_of(item, breach) };
        if breach.severity == Severity::Reject {
            broken.insert(breach.row);
            told.faults.add(said);
        } else {
            against.insert((breach.row, breach.column.clone()), (WARNED, said.message.clone()));
            told.warnings.add(said);
        }
    }
    told.faults.first.sort_by_key(|said| said.row);
    let read = rows.len() as u64;
    let mut kept: Vec<NewRow> = rows.into_iter().filter(|row| !broken.contains(&row.number)).collect();
    if options.backfill.is_some() {
        kept.iter_mut().for_each(|row| doubted(item, row, &against));
    }
    told.rows = read;
    told.accepted = kept.len() as u64;
    told.refused = read - told.accepted;
    told.doubtful = kept.iter().filter(|row| !row.doubts.is_empty()).count() as u64;
    let before = if options.update { found.before } else { HashMap::new() };
    if !before.is_empty() {
        let corrects = |row: &&NewRow| before.contains_key(&values::keyed(item, &row.values));
        told.updates = kept.iter().filter(corrects).count() as u64;
    }
    Ok(ReadFile { told, rows: kept, before, mapping })
}

/// A message about a cell, in which what is never public, or stands behind a mask, is masked: what is told is kept.
fn covered(column: &Column, text: &str, message: &str) -> String {
    if !column.privacy.never_public && !column.privacy.mask {
        return message.to_owned();
    }
    let folded = fold::fold(text);
    let forms = [text.trim(), folded.trim()];
    let written = forms.into_iter().filter(|form| !form.is_empty());
    written.fold(message.to_owned(), |message, form| message.replace(form, &values::mask(form)))
}

/// What is told of a breach: in the words of the check alone where the column is never public.
fn told_of(item: &Item, breach: &Breach) -> String {
    let is_open = item.column(&breach.column).is_none_or(|column| !column.privacy.never_public && !column.privacy.mask);
    if is_open {
        return breach.message.clone();
    }
    let check = item.checks.iter().find(|check| check.key == breach.check);
    check.map_or_else(|| "没有填写，或者不符合要求，请核对。".to_owned(), |check| format!("{}。", check.message))
}

fn is_told(told: &Told, row: u32, column: &str) -> bool {
    told.faults.first.iter().any(|said| said.row == row && said.column == column)
}

/// How sure each field of a row of a backfill is; what is not sure enough waits for a person.
fn doubted(item: &Item, row: &mut NewRow, against: &BTreeMap<(u32, String), (u8, String)>) {
    let Some(all) = row.origins.get(ALL).cloned() else { return };
    if all.confidence < SURE {
        row.doubts.insert(String::new(), format!("来源“{}”的把握只有 {}%", all.source, all.confidence));
    }
    let here = row.number;
    for ((_, key), (sure, why)) in against.range((here, String::new())..).take_while(|((number, _), _)| *number == here)
    {
        let confidence = all.confidence.min(*sure);
        row.origins.insert(key.clone(), Origin { source: all.source.clone(), confidence, why: why.clone() });
        // A figure that was converted is as sure as its source, and its reading is told.
        let figure =
            item.column(key).is_some_and(|column| matches!(column.typed, Type::Money { .. } | Type::Number { .. }));
        if confidence < SURE && !(figure && *sure >= READ_INTO) {
            row.doubts.insert(key.clone(), why.clone());
        }
    }
}
