//! What came of a sheet: how its heads were fitted, which rows cannot be taken and why, with what stands in the
//! cells; then it is read again, stored whole or in part, or stopped.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use item::Item;
use record::{
    ImportId,
    import::{self, Again, Import, Options, Said, Several, Stage, Told},
    permissions::IMPORT_RECORDS,
};
use sheet::{Mapping, Target};
use store::{
    Tx,
    jobs::{self, Job},
};
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Refusal, Result, act, act_in_place, filters, office_page,
    page,
};

use super::{
    common, imports,
    list::{Pairs, value},
};

/// Things of one sort that the page tells one by one; the file has more.
const SHOWN: usize = 100;
/// The kind of job that reads a sheet.
const JOB: &str = "record.import";
/// Jobs that are looked through for the one of an import.
const JOBS: i64 = 200;

/// One thing that is told, with what stands in the cell.
struct Line {
    /// 第 12 行, or empty for the whole table.
    row: String,
    label: String,
    value: String,
    message: String,
}

/// A head of the table and what it stands for.
struct Head {
    name: String,
    words: String,
    /// What is chosen: `c:` and a column, `nothing`, `more`, empty = nobody knows.
    chosen: String,
    is_unknown: bool,
}

#[derive(Template)]
#[template(path = "records_office/templates/told.html")]
struct ToldPage {
    shell: OfficeShell,
    errors: FormErrors,
    id: ImportId,
    version: i64,
    name: String,
    item_key: String,
    item_title: String,
    organ: String,
    state: &'static str,
    waiting: bool,
    refused: bool,
    stopped: bool,
    stored: bool,
    /// Of the job: done, of how many, what it does.
    progress: (i64, i64, String),
    running: bool,
    /// Why the job gave up; empty = it did not.
    dead: String,
    told: Told,
    sheets: Vec<(String, String)>,
    sheet: String,
    use_words: &'static str,
    heads: Vec<Head>,
    targets: Vec<(String, String)>,
    /// What holds for the whole table.
    beside: Vec<common::Field>,
    /// Required columns that can be told on this page, and those that only another file has.
    tellable: Vec<String>,
    lacking: Vec<String>,
    /// The first rows: number, values, and whether each is a figure.
    sample: Vec<(u32, Vec<(String, bool)>)>,
    faults: Vec<Line>,
    /// Whether there are more than the page tells.
    more: bool,
    warnings: Vec<Line>,
    notes: Vec<Line>,
    whole: bool,
    in_part: bool,
    once: String,
}

/// An import that this person may go on with.
pub(super) async fn found(ctx: &Ctx, desk: &Desk, id: &ImportId) -> Result<Import> {
    let import = import::find(ctx.db().read(), id).await?.ok_or(Error::NotFound)?;
    kernel::may_for(&desk.actor(), &IMPORT_RECORDS, &ctx.directory().stands_for(&import.organ, ctx.today()))?;
    Ok(import)
}

/// The job that reads an import, running, waiting or given up.
async fn job_of(ctx: &Ctx, id: &ImportId) -> Result<Option<Job>> {
    for state in ["running", "ready", "dead"] {
        let all = jobs::list(ctx.db(), state, JOBS).await?;
        if let Some(job) = all.into_iter().find(|job| job.kind == JOB && job.payload.contains(id.as_str())) {
            return Ok(Some(job));
        }
    }
    Ok(None)
}

/// What is told, with the cells where the file could be read once more.
fn lines(item: Option<&Item>, told: &Told, several: &Several, again: Option<&Again>) -> Vec<Line> {
    let line = |said: &Said| {
        let hidden = item.and_then(|item| item.column(&said.column)).is_some_and(|column| column.privacy.never_public);
        let value = again.map_or("", |again| again.cell(told, said.row, &said.column));
        Line {
            row: if said.row == 0 { String::new() } else { format!("第 {} 行", said.row) },
            label: said.label.clone(),
            value: if hidden && !value.is_empty() {
                "（不公开的内容，见原表）".to_owned()
            } else {
                value.to_owned()
            },
            message: said.message.clone(),
        }
    };
    several.first.iter().take(SHOWN).map(line).collect()
}

fn head(at: &import::Mapped) -> Head {
    let (words, chosen) = match &at.to {
        Target::Column(key) => (at.label.clone(), format!("c:{key}")),
        Target::Nothing => ("不导入".to_owned(), "nothing".to_owned()),
        Target::More => ("作为其他列公开".to_owned(), "more".to_owned()),
        Target::Unknown => (String::new(), String::new()),
    };
    Head { name: at.head.clone(), words, chosen, is_unknown: at.to == Target::Unknown }
}

/// What a head may stand for.
fn targets(item: &Item) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = item
        .columns
        .iter()
        .map(|column| {
            let group =
                if column.group.is_empty() { String::new() } else { format!("{} / ", column.group.join(" / ")) };
            (format!("c:{}", column.key), format!("{group}{}", column.label))
        })
        .collect();
    all.push(("nothing".to_owned(), "不导入这一列".to_owned()));
    if item.more_columns {
        all.push(("more".to_owned(), "作为其他列公开".to_owned()));
    }
    all
}

/// The rows of which something is told on the page.
fn rows_of(told: &Told) -> BTreeSet<u32> {
    let all = [&told.faults, &told.warnings, &told.notes];
    all.into_iter().flat_map(|several| several.first.iter().take(SHOWN)).map(|said| said.row).collect()
}

/// The cells of what is told; nothing where the file cannot be read any more, which is no reason to show nothing.
async fn cells(ctx: &Ctx, desk: &Desk, import: &Import, told: &Told) -> Result<Option<Again>> {
    match import::again(ctx, &desk.actor(), import, told, &rows_of(told)).await {
        Ok(again) => Ok(Some(again)),
        Err(Refusal::Fields(_)) => Ok(None),
        Err(other) => Err(other.into()),
    }
}

fn use_words(options: &Options) -> &'static str {
    match (&options.backfill, options.update) {
        (Some(_), _) => "补录历史数据",
        (None, true) => "更新已公开的数据",
        (None, false) => "新的数据",
    }
}

/// The fields of what holds for the whole table, with what was typed just now before what was read.
fn beside(item: Option<&Item>, told: &Told, typed: &BTreeMap<String, String>) -> Vec<common::Field> {
    let field = |one: &import::Beside| {
        let text = typed.get(&one.key).unwrap_or(&one.text);
        let column = import::whole_column(item?, &one.key)?;
        // What stops the import is not called optional.
        let mut field = common::of_whole(&column, text);
        field.optional = !told.missing.contains(&column.label);
        Some(field)
    };
    told.beside.iter().filter_map(field).collect()
}

/// Whether a value of the sample is a figure.
fn is_figure(text: &str) -> bool {
    let plain = text.replace(',', "");
    let plain = plain.trim_end_matches('%');
    plain.contains(|c: char| c.is_ascii_digit()) && plain.parse::<f64>().is_ok()
}

/// The sample with its figures told apart.
fn sample(told: &Told) -> Vec<(u32, Vec<(String, bool)>)> {
    let cells = |cells: &[String]| cells.iter().map(|text| (text.clone(), is_figure(text))).collect();
    told.sample.rows.iter().map(|(number, texts)| (*number, cells(texts))).collect()
}

/// Required columns that the sheet lacks: those that the page asks for the whole table, and the others.
fn lacking(item: Option<&Item>, told: &Told) -> (Vec<String>, Vec<String>) {
    let label = |one: &import::Beside| item.and_then(|item| item.column(&one.key)).map(|column| column.label.clone());
    let asked: Vec<String> = told.beside.iter().filter_map(label).collect();
    told.missing.iter().cloned().partition(|label| asked.contains(label))
}

/// Where it stands, in words: what cannot be taken as it is does not wait for a confirmation.
fn state_words(stage: Stage, told: &Told) -> &'static str {
    if stage == Stage::Told && !told.may_be_in_part() { "不能导入" } else { imports::stage_words(stage) }
}

async fn shown(
    ctx: &Ctx,
    desk: &Desk,
    id: &ImportId,
    (typed, errors): (&BTreeMap<String, String>, FormErrors),
) -> Result<Response> {
    let import = found(ctx, desk, id).await?;
    let (stage, bad) = (import.stage(), !errors.is_empty());
    let (told, options) = (import.told()?.unwrap_or_default(), import.options()?);
    let item = common::table(ctx, &import.item).await.ok();
    let again = if stage == Stage::Told { cells(ctx, desk, &import, &told).await? } else { None };
    let job = if stage == Stage::Waiting { job_of(ctx, id).await? } else { None };
    let running = job.as_ref().is_some_and(|job| job.state == "running" && !job.cancelled);
    let dead = job.as_ref().filter(|job| job.state == "dead").map(|job| job.last_error.clone()).unwrap_or_default();
    let (tellable, lacking) = lacking(item.as_deref(), &told);
    let told_lines = |several: &Several| lines(item.as_deref(), &told, several, again.as_ref());
    let page = ToldPage {
        shell: desk.shell(ctx, format!("导入：{}", import.name)).await?.with_error(bad),
        errors,
        id: id.clone(),
        version: import.version,
        name: import.name.clone(),
        item_key: import.item.clone(),
        item_title: common::title(ctx, &import.item).await?,
        organ: ctx.directory().short_name(&import.organ).to_owned(),
        state: state_words(stage, &told),
        waiting: stage == Stage::Waiting && dead.is_empty(),
        refused: stage == Stage::Refused,
        stopped: stage == Stage::Stopped,
        stored: stage == Stage::Stored,
        progress: job.map(|job| (job.progress_done, job.progress_total, job.progress_words)).unwrap_or_default(),
        running,
        dead,
        sheets: again
            .as_ref()
            .map(|again| again.sheets.iter().map(|one| (one.clone(), one.clone())).collect())
            .unwrap_or_default(),
        sheet: options.sheet.clone(),
        use_words: use_words(&options),
        heads: told.mapping.iter().map(head).collect(),
        targets: item.as_deref().map(targets).unwrap_or_default(),
        beside: beside(item.as_deref(), &told, typed),
        tellable,
        lacking,
        sample: sample(&told),
        more: told.faults.all > SHOWN as u64,
        faults: told_lines(&told.faults),
        warnings: told_lines(&told.warnings),
        notes: told_lines(&told.notes),
        whole: told.is_whole(),
        in_part: told.may_be_in_part() && told.refused > 0,
        once: ctx.once(),
        told,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// `GET /records/imports/{import}`
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<ImportId>) -> Result<Response> {
    shown(&ctx, &desk, &id, (&BTreeMap::new(), FormErrors::new())).await
}

/// What heads stand for, by what was chosen on the page.
fn mapping(told: &Told, pairs: &[(String, String)]) -> Mapping {
    let mut mapping = Mapping::new();
    for (at, mapped) in told.mapping.iter().enumerate() {
        let name = format!("m{at}");
        let to = match value(pairs, &name) {
            "nothing" => Target::Nothing,
            "more" => Target::More,
            chosen => match chosen.strip_prefix("c:") {
                Some(key) => Target::Column(key.to_owned()),
                None => continue,
            },
        };
        mapping.insert(mapped.head.clone(), to);
    }
    mapping
}

/// What was typed for the whole table, by the keys of columns; what is as it was read is not said again.
fn typed(told: &Told, before: &Options, pairs: &[(String, String)]) -> BTreeMap<String, String> {
    let mut given = before.given.clone();
    for one in &told.beside {
        let name = common::name_of(&one.key);
        let Some((_, text)) = pairs.iter().find(|(known, _)| *known == name) else { continue };
        match text.trim() {
            "" => _ = given.remove(&one.key),
            text if text == one.text && !given.contains_key(&one.key) => {}
            text => _ = given.insert(one.key.clone(), text.to_owned()),
        }
    }
    given
}

/// What is no value of its column, at its field.
fn faults_of(item: &Item, given: &BTreeMap<String, String>) -> FormErrors {
    let mut errors = FormErrors::new();
    for (key, text) in given {
        let Some(column) = import::whole_column(item, key) else { continue };
        if let Err(problem) = item::parse(&column, text, None) {
            errors.add(&common::name_of(key), format!("“{}”：{problem}", column.label));
        }
    }
    errors
}

/// Two heads of one column, which nobody can fill twice.
fn twice(item: &Item, mapping: &Mapping) -> Option<String> {
    let mut seen = BTreeSet::new();
    for to in mapping.values() {
        if let Target::Column(key) = to
            && !seen.insert(key.clone())
        {
            return item.column(key).map(|column| column.label.clone());
        }
    }
    None
}

/// `POST /records/imports/{import}`: reads again as is said now, or stores.
pub(super) async fn again(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<ImportId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let import = found(&ctx, &desk, &id).await?;
    let item = common::table(&ctx, &import.item).await?;
    let told = import.told()?.unwrap_or_default();
    let before = import.options()?;
    let what = value(&pairs, "act");
    let chosen = mapping(&told, &pairs);
    let sheet =
        pairs.iter().find(|(name, _)| name == "sheet").map_or(before.sheet.clone(), |(_, text)| text.trim().to_owned());
    let given = typed(&told, &before, &pairs);
    // What was chosen for another sheet says nothing of this one.
    let mapping =
        if sheet == before.sheet { before.mapping.into_iter().chain(chosen).collect() } else { Mapping::new() };
    let version = value(&pairs, "version").parse().unwrap_or_default();
    let options = Options {
        sheet,
        mapping,
        given: given.clone(),
        accept_valid: what == "valid",
        dry_run: !matches!(what, "all" | "valid"),
        ..before
    };
    let done = async |tx: &mut Tx| {
        if let Some(label) = twice(&item, &options.mapping) {
            let text = format!("有两列都对应“{label}”。每一列只能对应表里的一列，请改正。");
            return Err(Refusal::field("heads", text));
        }
        let faults = faults_of(&item, &options.given);
        if !faults.is_empty() {
            return Err(faults.into());
        }
        import::store(&ctx, tx, &desk.actor(), (&id, version), options.clone()).await?;
        Ok::<_, Refusal>(Done::to(format!("/records/imports/{id}")))
    };
    let anew = async |errors: FormErrors| shown(&ctx, &desk, &id, (&given, errors)).await;
    act_in_place(&ctx, value(&pairs, "once"), done, anew).await
}

/// `POST /records/imports/{import}/stop`: the job stops at its next step and stores nothing.
pub(super) async fn stop(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<ImportId>,
    Form(pairs): Form<Pairs>,
) -> Result<Response> {
    let import = found(&ctx, &desk, &id).await?;
    let job = job_of(&ctx, &id).await?.filter(|job| job.state == "running");
    let done = async |tx: &mut Tx| {
        let Some(job) = job.filter(|_| import.stage() == Stage::Waiting) else {
            return Err(Refusal::Conflict("这次导入已经读完，或者还没有开始，现在不用停止。".into()));
        };
        jobs::cancel(tx, &job.id).await?;
        Ok::<_, Refusal>(Done::ok(format!("/records/imports/{id}"), "正在停止，没有保存的不再保存。"))
    };
    Ok(act(&ctx, value(&pairs, "once"), done).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_for_heads_is_read_by_their_place() {
        let mapped = |head: &str| import::Mapped { head: head.into(), to: Target::Unknown, label: String::new() };
        let told = Told { mapping: vec![mapped("文号"), mapped("序号"), mapped("备注")], ..Told::default() };
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let pairs = [pair("m0", "c:document_number"), pair("m1", "nothing"), pair("m2", "")];
        let mapping = mapping(&told, &pairs);
        assert_eq!(mapping.len(), 2);
        assert_eq!(mapping["文号"], Target::Column("document_number".into()));
        assert_eq!(mapping["序号"], Target::Nothing);
    }

    #[test]
    fn what_a_sheet_lacks_is_told_by_what_can_be_done_about_it() {
        let item = item::boxed().iter().find(|item| item.key.as_str() == "three-public").expect("the item");
        let label = |key: &str| item.column(key).expect("a column").label.clone();
        let beside = vec![import::Beside { key: "year".into(), text: String::new() }];
        let missing = vec![label("year"), "违法事实".to_owned()];
        let told = Told { beside, missing, ..Told::default() };
        let (tellable, others) = lacking(Some(item), &told);
        assert_eq!((tellable, others), (vec![label("year")], vec!["违法事实".to_owned()]));
        assert_eq!(state_words(Stage::Told, &told), "不能导入");
        assert!(is_figure("12,398,000") && is_figure("-3.5%") && !is_figure("2026-03-05") && !is_figure(""));
    }

    #[test]
    fn what_is_typed_for_the_whole_table_goes_before_what_was_read() {
        let read = |key: &str, text: &str| import::Beside { key: key.into(), text: text.into() };
        let beside = vec![read("year", "2026"), read("stage", "budget"), read("region", "青禾县")];
        let told = Told { beside, ..Told::default() };
        let key = item::ItemKey::new("three-public").expect("a key");
        let mut before = Options::new(key, kernel::OrganCode::from("QH010"));
        before.given.insert("region".to_owned(), "青禾县".to_owned());
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let pairs = [pair("c_year", " 2027 "), pair("c_stage", "budget"), pair("c_region", "")];
        let given = typed(&told, &before, &pairs);
        assert_eq!(given, BTreeMap::from([("year".to_owned(), "2027".to_owned())]));
    }
}
