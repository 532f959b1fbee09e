//! From a file to rows: the tables in it, the one that fits, its cells as values, the checks, and all that is to be told.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use documents::{Extractor, Grid, Limits};
use item::{Column, Item, Period, Rule, Severity, Type, Value, parse};
use jiff::civil::Date;
use sheet::{Fit, Found, Mapping, Record, Target};
use web::{Ctx, Refusal};

use super::{
    Backfill, File, MOST_ROWS, Mapped, Options, Progress, Said, Told,
    apart::{APART, as_shown},
    beside,
    choose::{CONFIDENCE, Chosen, choose, tables},
    keep::{self, Kept},
    mapping,
    organs::Organs,
    sample, stopped, sums, totals, units,
};
use crate::{
    check,
    doubt::SURE,
    rows::Origin,
    slots::{Layout, Slot},
    townships::{self, Townships},
    values::{self, Values},
    write::{Before, NewRow, existing_all},
};

/// A field whose text had to be read into a value is no surer than this.
const READ_INTO: u8 = 80;
/// A field of which a check warns is no surer than this.
const WARNED: u8 = 60;
/// Other organs that a column may name before they are told together.
const MOST_ORGANS: usize = 3;
/// The origin of all fields that have none of their own.
const ALL: &str = "*";
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
    let chosen = choose(ctx, item, (options, file.name.as_str()), tables, &mut told).await?;
    tell_tables(ctx, item, options, &chosen, &mut told);
    let mapping = chosen.first().map(|one| one.fit.mapping.clone()).unwrap_or_default();
    let nothing = |told: Told, mapping| ReadFile { told, rows: Vec::new(), before: HashMap::new(), mapping };
    if !told.missing.is_empty() || chosen.is_empty() {
        return Ok(nothing(told, mapping));
    }
    let (owned, backfill, update) = (Arc::clone(item), options.backfill.clone(), options.update);
    let townships = Townships::here(ctx);
    let organs = Organs::of(ctx, &options.organ);
    go(progress, 0, told.rows, "正在识别单元格").await?;
    // Some hundred thousand rows: not on a thread that answers others.
    let parsed = tokio::task::spawn_blocking(move || {
        let mut parsed = Parsed { told, update, townships, ..Parsed::default() };
        for (at, one) in chosen.iter().enumerate() {
            let shared = chosen[..at].iter().filter(|before| before.found.head_rows == one.found.head_rows).count();
            let apart = u32::try_from(shared).unwrap_or_default().saturating_mul(APART);
            let sums: BTreeSet<u32> = one.found.totals.iter().map(|line| line.number).collect();
            let from = parsed.rows.len();
            let others = of_others(&one.found, &organs);
            for mut record in sheet::records(&owned, &one.found, &one.fit.mapping) {
                let shown = record.number;
                record.number = shown.saturating_add(apart);
                if sums.contains(&shown) {
                    parsed.sums.insert(record.number);
                }
                if let Some(whose) = others.get(&shown) {
                    let message = format!("公开机关是“{whose}”，不是{}的记录，不能由它导入。", organs.name());
                    let label = "公开机关".to_owned();
                    parsed.told.faults.add(Said { row: record.number, column: String::new(), label, message });
                    parsed.broken.insert(record.number);
                }
                parsed.take(&owned, record, (&one.beside, &organs), backfill.as_ref());
            }
            let own = &parsed.rows[from..];
            // What has not been read cannot be summed.
            if !own.iter().any(|row| parsed.broken.contains(&row.number)) {
                let amiss = totals::amiss(&owned, &one.found, &one.fit.mapping, own);
                let at = |said: &Said| (said.row % APART, said.column.clone());
                let known: BTreeSet<(u32, String)> = amiss.iter().map(at).collect();
                let more = sums::wrong(&owned, &one.found, &one.fit.mapping);
                let more = more.into_iter().filter(|said| !known.contains(&at(said)));
                amiss.into_iter().chain(more).for_each(|said| parsed.told.warnings.add(said));
            }
        }
        parsed.tell_places(&owned);
        parsed
    });
    let parsed = parsed.await.map_err(|error| web::Error::internal(format!("cells of a sheet: {error}")))?;
    if parsed.rows.len() > MOST_ROWS {
        return Err(Refusal::field("file", format!("一次最多导入 {MOST_ROWS} 行，请拆成几个文件。")));
    }
    go(progress, 0, parsed.told.rows, "正在核对").await?;
    Ok(as_shown(checked(ctx, item, options, parsed, mapping).await?))
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
    for more in chosen.iter().skip(1).flat_map(|one| &one.fit.unknown) {
        if !told.unknown.contains(more) {
            told.unknown.push(more.clone());
        }
    }
    let mapped = |key: &str| first.fit.mapping.values().any(|to| *to == Target::Column(key.to_owned()));
    let is_dated = item.columns.iter().any(|column| {
        let days = column.key == item.newest_by || column.required || item.keys.contains(&column.key);
        days && matches!(column.typed, Type::Date { .. }) && mapped(&column.key)
    });
    told.beside = beside::of_whole(item, &first.beside, mapped);
    // Of two years side by side each has its own: neither is offered for both.
    let is_one = |key: &str| chosen.iter().all(|one| one.beside.get(key) == first.beside.get(key));
    told.beside.retain(|one| is_one(&one.key));
    for one in chosen {
        for (label, value) in sample::taken(item, &one.beside) {
            match told.taken.iter_mut().find(|(known, _)| *known == label) {
                Some((_, values)) if values.split('；').any(|known| known == value) => {}
                Some((_, values)) => {
                    values.push('；');
                    values.push_str(&value);
                }
                None => told.taken.push((label, value)),
            }
        }
    }
    units::tell(item, chosen, told);
    let site = ctx.site();
    let county = &site.county;
    if let Some(region) = beside::other_region(&first.found.title, county) {
        let how = format!("请核对是不是{county}的数据，别处的表不要导入");
        told.about.insert(0, format!("表的标题写的是“{region}”，没有写“{county}”。{how}。"));
    }
    for label in chosen.iter().flat_map(|one| beside::open_periods(item, &one.beside, mapped)) {
        if is_dated || item.period == Period::Standing || told.missing.contains(&label) {
            continue;
        }
        told.about.push(format!("表的标题、表头和文件名都没有写“{label}”。请写明，程序不会当作今年。"));
        told.missing.push(label);
    }
    for label in beside::open_choices(item, &first.beside, mapped) {
        told.about.push(format!("表里没有写明“{label}”，这一项是空的，请核对；需要的，在下面“整张表都是”里选定。"));
    }
    if !told.missing.is_empty() {
        told.about.extend(not_understood(&first.fit));
    }
    told.about.extend(left_out(item, &first.fit));
    told.mapping = mapping::heads_of(&first.found)
        .into_iter()
        .map(|head| {
            let to = first.fit.mapping.get(&head).cloned().unwrap_or(Target::Unknown);
            let label = if let Target::Column(key) = &to { label(key) } else { String::new() };
            Mapped { head, to, label }
        })
        .collect();
    for one in chosen {
        told.about.extend(one.lost.clone());
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

/// The heads that stand for no column, which may be what is missing under another word.
fn not_understood(fit: &Fit) -> Option<String> {
    let is_column = |target: &Target| matches!(target, Target::Column(_));
    let serial = |head: &str| matches!(head, "序号" | "序" | "编号" | "行次");
    let heads: Vec<String> = fit
        .mapping
        .iter()
        .filter(|(head, target)| !is_column(target) && !serial(head))
        .map(|(head, _)| format!("“{head}”"))
        .collect();
    let how = "其中有缺少的列的，请在导入页面选定，或者改成事项的列名";
    (!heads.is_empty()).then(|| format!("表里这些列没有认出来：{}。{how}。", heads.join("、")))
}

/// Which columns of the sheet are left out, and why.
fn left_out(item: &Item, fit: &Fit) -> Vec<String> {
    let named = |heads: &[String]| heads.iter().map(|head| format!("“{head}”")).collect::<String>();
    let mut about = Vec::new();
    if !fit.private.is_empty() {
        let why = "是个人信息，本事项没有这些列，不导入，也不能改为公开";
        about.push(format!("{}{why}。", named(&fit.private)));
    }
    if !fit.left.is_empty() {
        let how = if item.more_columns {
            "确需公开的，请逐列改选“作为其他列公开”"
        } else {
            "请核对"
        };
        about.push(format!("{}不是本事项的列，没有导入。{how}。", named(&fit.left)));
    }
    about
}

/// Rows as they are read.
#[derive(Default)]
struct Parsed {
    told: Told,
    rows: Vec<NewRow>,
    /// Rows of sums, by number: they are checked and are no records.
    sums: BTreeSet<u32>,
    /// Rows with a fault in a cell, by number.
    broken: BTreeSet<u32>,
    /// What speaks against a field, by row and column: how sure it is, and why.
    against: BTreeMap<(u32, String), (u8, String)>,
    /// Rows may correct public records.
    update: bool,
    /// Cells that say what readers see in the place of a value.
    masked: keep::Masked,
    townships: Townships,
    /// Organs that are not the one whose records these are, by column and text: the first row, how many, what is said of it.
    foreign: BTreeMap<(String, String), (u32, u64, String)>,
    /// Places that were read as another path, or are none of the county: the first row and how many, by column and text.
    places: BTreeMap<(String, String), (u32, u64, Option<String>)>,
}

impl Parsed {
    /// Takes a row of the sheet.
    fn take(&mut self, item: &Item, record: Record, (beside, organs): (&Values, &Organs), backfill: Option<&Backfill>) {
        let Record { number, cells, mut more, units, dittos } = record;
        let mut row = NewRow { number, ..NewRow::default() };
        for (key, text) in cells {
            let Some(column) = item.column(&key) else { continue };
            let said = |message: &str| Said {
                row: number,
                column: key.clone(),
                label: column.label.clone(),
                message: covered(column, &text, message),
            };
            if dittos.contains(&key) {
                self.told.notes.add(said(&format!("表里写的是“同上”，已按上面一行的“{text}”读入")));
            }
            let read = match lost(column, &text) {
                Some(words) => Err(words),
                None if sheet::is_ditto(&text) => Err("上面没有可以照抄的内容，请写明".to_owned()),
                None => parse(column, &text, units.get(&key).map(String::as_str)).map_err(|problem| problem.0),
            };
            match read {
                Ok(parsed) => {
                    let is_other = is_other(&column.typed, parsed.value.as_ref());
                    for note in parsed.notes {
                        let note = said(&note);
                        self.against.insert((number, key.clone()), (READ_INTO, note.message.clone()));
                        if is_other { self.told.warnings.add(note) } else { self.told.notes.add(note) }
                    }
                    row.values.extend(parsed.value.map(|value| (key.clone(), value)));
                }
                // A file of the portal's own has a mask where the record has a value.
                Err(_) if self.update && column.privacy.mask && text.contains(['*', '＊']) => {
                    self.masked.insert((number, key.clone()), text.clone());
                }
                // What archives say (约20, 2016年5月) is no value: the field stays open until somebody settles it.
                Err(problem) if backfill.is_some() && may_wait(item, column) => {
                    let waits = said(&problem);
                    self.against.insert((number, key.clone()), (0, waits.message.clone()));
                    self.told.warnings.add(waits);
                }
                Err(problem) => {
                    self.broken.insert(number);
                    self.told.faults.add(said(&problem));
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
        units_told(item, &units, &mut row.values);
        row.more = more;
        beside::complete(item, beside, &mut row.values);
        for (key, text, path) in townships::fit(&self.townships, item, &mut row.values) {
            self.places.entry((key, text)).or_insert((number, 0, path)).1 += 1;
        }
        if let Some(column) = beside::undated(item, &row.values).filter(|_| !self.sums.contains(&number)) {
            let message = "没有填写，程序不会当作今年。请在表格里填写，或者在导入时写明。".to_owned();
            let (column, label) = (column.key.clone(), column.label.clone());
            if !is_told(&self.told, number, &column) {
                self.told.faults.add(Said { row: number, column, label, message });
            }
            self.broken.insert(number);
        }
        for (key, text, said) in organs.others(item, &row.values) {
            self.foreign.entry((key, text)).or_insert((number, 0, said)).1 += 1;
        }
        self.rows.push(row);
    }

    /// Tells once of each place what was made of it, and of each organ that is not the county's.
    fn tell_places(&mut self, item: &Item) {
        let foreign = std::mem::take(&mut self.foreign);
        let mut told: BTreeMap<String, u64> = BTreeMap::new();
        for ((key, text), (row, rows, said)) in &foreign {
            let Some(column) = item.column(key) else { continue };
            let several = foreign.keys().filter(|(other, _)| other == key).count();
            let first = told.entry(key.clone()).or_default();
            *first += 1;
            // A table of all organs names each of them.
            let message = match (several > MOST_ORGANS, *first) {
                (true, 1) => format!("{said}；这一列里还有另外 {} 个这样的机关，请核对", several - 1),
                (true, _) => continue,
                _ if *rows > 1 => format!("{said}（共 {rows} 行），请核对"),
                _ => format!("{said}，请核对"),
            };
            let message = covered(column, text, &message);
            let (column, label) = (key.clone(), column.label.clone());
            self.told.warnings.add(Said { row: *row, column, label, message });
        }
        for ((key, text), (row, rows, path)) in std::mem::take(&mut self.places) {
            let Some(column) = item.column(&key) else { continue };
            let all = if rows > 1 { format!("（共 {rows} 行）") } else { String::new() };
            let message = match &path {
                Some(path) => format!("按本县的乡镇读作“{path}”{all}"),
                None => format!("“{text}”不是本县乡镇的名称{all}，读者按乡镇查不到，请核对；应写成 县/乡镇/村"),
            };
            let message = covered(column, &text, &message);
            let said = Said { row, column: key, label: column.label.clone(), message };
            if path.is_some() { self.told.notes.add(said) } else { self.told.warnings.add(said) }
        }
    }
}

/// What a figure without a unit of its own is counted in, where the item asks for that in a column beside it: 面积（亩）.
fn units_told(item: &Item, units: &BTreeMap<String, String>, values: &mut Values) {
    for (key, unit) in units {
        let of = format!("{key}_unit");
        let is_bare = item.column(key).is_some_and(|column| column.is_figure() && column.unit().is_empty());
        let is_text = item.column(&of).is_some_and(|column| matches!(column.typed, Type::Text { .. }));
        if is_bare && is_text && values.contains_key(key) && !unit.contains('、') {
            values.entry(of).or_insert_with(|| Value::Text(unit.clone()));
        }
    }
}

/// Rows of a file of the program's own that are records of another organ, with its name.
fn of_others(found: &Found, organs: &Organs) -> BTreeMap<u32, String> {
    let Some(at) = sheet::organ_column(found) else { return BTreeMap::new() };
    let other = |line: &sheet::Line| {
        let whose = line.get(at)?;
        organs.is_other(whose).then(|| (line.number, whose.to_owned()))
    };
    found.rows.iter().filter_map(other).collect()
}

/// What the spreadsheet has lost of a cell: its formula failed or was never worked out, or the number is too long for it. A figure
/// may be written with its power of ten, a number of something may not.
fn lost(column: &Column, text: &str) -> Option<String> {
    let is_power = column.is_figure() && !text.trim().starts_with('#');
    documents::tables::fault(text).filter(|_| !is_power)
}

/// Whether a field of a backfill may stay open until a person has settled it: nothing that names the record or that it must have.
fn may_wait(item: &Item, column: &Column) -> bool {
    !column.required && !item.keys.contains(&column.key) && !column.privacy.never_public
}

/// Whether a value is none of the choices of its enumeration, which is open.
fn is_other(typed: &Type, value: Option<&Value>) -> bool {
    match (typed, value) {
        (Type::Enum { choices, open: true }, Some(Value::Enum(code))) => {
            !choices.iter().any(|choice| choice.code == *code)
        }
        _ => false,
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
    let Parsed { mut told, rows, sums, mut broken, mut against, masked, .. } = parsed;
    let Kept { rows, same, before, .. } = if options.update {
        let keyed: Vec<String> = rows.iter().map(|row| values::keyed(item, &row.values)).collect();
        let known = existing_all(ctx, (&**item, &options.organ), keyed.iter().map(String::as_str)).await?;
        let kept = keep::keep(ctx, item, &mapping, known, (rows, &masked)).await?;
        tell_kept(item, &kept, &sums, (&mut told, &mut broken));
        kept
    } else {
        Kept { rows, ..Kept::default() }
    };
    let found = check::check(ctx, item, &options.organ, &rows, options.update).await?;
    let unfit = broken.clone();
    let of_sums = |key: &str| {
        let mut rules = item.checks.iter().filter(|check| matches!(check.rule, Rule::TotalRow { .. }));
        rules.any(|check| check.key == key)
    };
    for breach in &found.breaches {
        // A row of sums is no record: what its rows have alone is no matter of it.
        if same.contains(&breach.row) || (sums.contains(&breach.row) && !of_sums(&breach.check)) {
            continue;
        }
        // What a cell without a value lacks has been told with the cell.
        if breach.check == "required" && unfit.contains(&breach.row) && is_told(&told, breach.row, &breach.column) {
            continue;
        }
        let label = item.column(&breach.column).map(|column| column.label.clone()).unwrap_or_default();
        let said =
            Said { row: breach.row, column: breach.column.clone(), label, message: check::told_of(item, breach) };
        if breach.severity == Severity::Reject {
            broken.insert(breach.row);
            told.faults.add(said);
        } else {
            against.insert((breach.row, breach.column.clone()), (WARNED, said.message.clone()));
            told.warnings.add(said);
        }
    }
    told.faults.first.sort_by_key(|said| said.row);
    let rows: Vec<NewRow> = rows.into_iter().filter(|row| !sums.contains(&row.number)).collect();
    let read = rows.len() as u64;
    let goes = |row: &NewRow| !broken.contains(&row.number) && !same.contains(&row.number);
    let mut kept: Vec<NewRow> = rows.into_iter().filter(goes).collect();
    if options.backfill.is_some() {
        kept.iter_mut().for_each(|row| doubted(item, row, &against));
    }
    told.about.extend(without_place(item, &kept));
    told.about.extend(without_day(item, &kept, ctx.today()));
    told.sample = sample::of(item, &kept, ctx.today());
    told.rows = read;
    told.accepted = kept.len() as u64;
    told.unchanged = same.len() as u64;
    told.refused = read.saturating_sub(told.accepted + told.unchanged);
    if told.unchanged > 0 {
        told.about.push(format!("{} 行与已公开的内容相同，不作更正。", told.unchanged));
    }
    told.doubtful = kept.iter().filter(|row| !row.doubts.is_empty()).count() as u64;
    if !before.is_empty() {
        let corrects = |row: &&NewRow| before.contains_key(&values::keyed(item, &row.values));
        told.updates = kept.iter().filter(corrects).count() as u64;
    }
    let added = told.accepted.saturating_sub(told.updates);
    if options.update && added > 0 {
        let how = "请核对选的机关和编号";
        told.about.push(format!("{added} 行没有编号相同的已公开记录，会成为新的记录。{how}。"));
    }
    Ok(ReadFile { told, rows: kept, before, mapping })
}

/// How many rows say nothing of the place by which readers ask.
fn without_place(item: &Item, rows: &[NewRow]) -> Option<String> {
    let layout = Layout::of(item);
    let column = item.columns.iter().find(|column| layout.slot(&column.key) == Some(Slot::Place))?;
    let empty = rows.iter().filter(|row| !row.values.contains_key(&column.key)).count();
    (empty > 0).then(|| format!("{empty} 行没有填写“{}”，读者按乡镇查不到这些行。", column.label))
}

/// How many rows say nothing of when they are, so that they are taken for those of today.
fn without_day(item: &Item, rows: &[NewRow], today: Date) -> Option<String> {
    if item.period == Period::Standing {
        return None;
    }
    let periods: Vec<&Column> = item.columns.iter().filter(|column| column.typed == Type::Period).collect();
    let is_open = |row: &&NewRow| {
        let has_period = periods.iter().any(|column| row.values.contains_key(&column.key));
        !has_period && values::day_of(item, &row.values).is_none()
    };
    let open = rows.iter().filter(is_open).count();
    let label = item.column(&item.newest_by).map_or("日期", |column| column.label.as_str());
    let period = values::period_of(item.period, today);
    (open > 0).then(|| format!("{open} 行没有写“{label}”，所属时期会按今天（{period}）计。应当是别的时期的，请补上。"))
}

/// Tells of rows of which nobody can say what they correct, and of those that become records beside others of their name.
fn tell_kept(item: &Item, kept: &Kept, sums: &BTreeSet<u32>, (told, broken): (&mut Told, &mut BTreeSet<u32>)) {
    for (row, key, why) in kept.unclear.iter().filter(|(row, _, _)| !sums.contains(row)) {
        let label = item.column(key).map(|column| column.label.clone()).unwrap_or_default();
        broken.insert(*row);
        told.faults.add(Said { row: *row, column: key.clone(), label, message: format!("{why}。") });
    }
    for row in &kept.beside {
        let message = "编号相同的公开记录已由表里另外的行对应，这一行会成为另一条记录，请核对。".to_owned();
        told.warnings.add(Said { row: *row, column: String::new(), label: String::new(), message });
    }
}

/// A message about a cell, in which what is never public, or stands behind a mask, is masked: what is told is kept.
fn covered(column: &Column, text: &str, message: &str) -> String {
    if !column.privacy.never_public && !column.privacy.mask && !column.hides_names() {
        return message.to_owned();
    }
    let folded = fold::fold(text);
    let forms = [text.trim(), folded.trim()];
    let written = forms.into_iter().filter(|form| !form.is_empty());
    written.fold(message.to_owned(), |message, form| message.replace(form, &values::mask(form)))
}

fn is_told(told: &Told, row: u32, key: &str) -> bool {
    told.faults.first.iter().any(|said| said.row == row && said.column == key)
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
