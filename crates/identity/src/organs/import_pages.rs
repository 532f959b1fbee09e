//! Importing a table of organs: upload, preview with row-wise errors that are corrected on the page, carrying out.

use std::collections::HashMap;

use ::store::Tx;
use askama::Template;
use axum::{
    extract::{Multipart, Path, State},
    response::Response,
};
use documents::{
    Extractor, Limits,
    tables::{Sheet, Table, Wanted, write_xlsx},
};
use kernel::OrganKind;
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Result, act, office_page, page,
    sent::{self, Sent},
};

use super::{
    import::{Mode, carry_out},
    model::{COLUMNS, Record, column_of, headings},
    plan::{ERASE, Effect, judge},
    store,
    uploads::{self, ImportId},
};

/// Rows of one table; a county has tens to hundreds of organs.
const MOST_ROWS: usize = 2000;

#[derive(Template)]
#[template(path = "organs/templates/import.html")]
struct UploadPage {
    shell: OfficeShell,
    errors: FormErrors,
    columns: Vec<(&'static str, &'static str)>,
    /// What a cell says to empty a field.
    erase: &'static str,
}

/// A cell of a wrong row, to be corrected.
struct Cell {
    name: String,
    label: &'static str,
    value: String,
}

struct WrongRow {
    number: usize,
    faults: Vec<(String, &'static str)>,
    cells: Vec<Cell>,
}

struct GoodRow {
    number: usize,
    code: String,
    name: String,
    effect: &'static str,
    /// What is stored and what it becomes: column, before, after.
    changes: Vec<(&'static str, String, String)>,
}

#[derive(Template)]
#[template(path = "organs/templates/import_preview.html")]
struct PreviewPage {
    shell: OfficeShell,
    id: ImportId,
    once: String,
    file_name: String,
    faults: Vec<String>,
    left_out: Vec<String>,
    hidden: String,
    sheet: String,
    others: String,
    counts: [usize; 4],
    wrong: Vec<WrongRow>,
    good: Vec<GoodRow>,
    good_count: usize,
}

/// GET /organs/import
pub(super) async fn form(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    office_page(&upload_page(&ctx, &desk, FormErrors::new()).await?)
}

async fn upload_page(ctx: &Ctx, desk: &Desk, errors: FormErrors) -> Result<UploadPage> {
    let shell = desk.shell(ctx, "导入机关").await?.with_error(!errors.is_empty());
    Ok(UploadPage {
        shell,
        errors,
        columns: COLUMNS.iter().map(|(code, label, _)| (*code, *label)).collect(),
        erase: ERASE,
    })
}

/// The table that was sent as `file`, of the sheet that the field `sheet` before it names, with the file's name; or what is
/// wrong with it.
///
/// # Errors
/// When the form breaks off, the file is too large, or the disk fails.
pub(crate) async fn received_table(
    ctx: &Ctx,
    mut parts: Multipart,
    wanted: &Wanted,
) -> Result<std::result::Result<(Table, String), String>> {
    let most = ctx.config().server.upload_mb;
    let (mut read, mut wanted) = (None, wanted.clone());
    while let Some(field) = parts.next_field().await.map_err(sent::broken)? {
        match field.name() {
            Some("sheet") => wanted = wanted.in_sheet(&sent::sheet(field).await?),
            Some("file") => {
                let too_large = || format!("文件太大，上限 {most} MB。这种表通常不到 1 MB，请检查是否选错了文件。");
                let file = sent::file(ctx, field, most * 1024 * 1024, too_large).await?;
                read = file.filter(|file| !file.name.is_empty()).or(read);
            }
            _ => {}
        }
    }
    let Some(Sent { name, received }) = read else {
        return Ok(Err("请选择要导入的表格，.xlsx 或 .csv 文件；没有表格的，先下载模板填好。".to_owned()));
    };
    let extractor = Extractor::new(ctx.program().clone(), Limits::default());
    let table = extractor.read_table(&received.path, &name, &wanted).await;
    let asides = |mut table: Table| {
        table.set_aside();
        (table, name)
    };
    Ok(table.map(asides).map_err(|rejected| rejected.message))
}

/// POST /organs/import
pub(super) async fn upload(State(ctx): State<Ctx>, desk: Desk, parts: Multipart) -> Result<Response> {
    let read = received_table(&ctx, parts, &Wanted::headed(headings())).await?;
    let read = read.and_then(|(table, name)| match table.rows.len() {
        0 => Err("表格只有表头，没有机关。请从第二行起每行填一个机关。".to_owned()),
        count if count > MOST_ROWS => {
            Err(format!("表格有 {count} 行，一次最多 {MOST_ROWS} 行。请拆成几个文件分别导入。"))
        }
        _ => Ok((table, name)),
    });
    let (table, name) = match read {
        Ok(read) => read,
        Err(message) => {
            return page::office_errors(&upload_page(&ctx, &desk, FormErrors::one("file", message)).await?);
        }
    };
    let done = async |tx: &mut Tx| {
        let id = uploads::add(tx, &desk.staff.account, &name, &table).await?;
        Ok::<_, Error>(Done::to(format!("/organs/import/{id}")))
    };
    act(&ctx, "", done).await
}

/// GET /organs/import/{id}
pub(super) async fn preview(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<ImportId>) -> Result<Response> {
    let (file_name, table) = uploads::load(ctx.db().read(), &id, &desk.staff.account).await?;
    let plan = judge(&table, &store::all(ctx.db()).await?);
    let counts = plan.counts();
    let mut wrong = Vec::new();
    let mut good = Vec::new();
    for row in &plan.rows {
        match &row.effect {
            Effect::Wrong(faults) => {
                let source = table.rows.iter().find(|source| source.number == row.number);
                wrong.push(WrongRow {
                    number: row.number,
                    faults: faults.iter().map(|(column, message)| (message.clone(), label(column))).collect(),
                    cells: cells(&table, row.number, source.map_or(&[], |source| source.cells.as_slice())),
                });
            }
            effect if good.len() < 200 => good.push(GoodRow {
                number: row.number,
                code: row.draft.code.clone(),
                name: row.draft.name.clone(),
                effect: match effect {
                    Effect::Create => "新建",
                    Effect::Change(_) => "修改",
                    _ => "不变",
                },
                changes: told(effect, row.record.as_ref()),
            }),
            _ => {}
        }
    }
    office_page(&PreviewPage {
        shell: desk.shell(&ctx, "检查导入内容").await?.with_error(!wrong.is_empty() || !plan.faults.is_empty()),
        once: ctx.once(),
        id,
        file_name,
        faults: plan.faults,
        left_out: left_out(&table),
        hidden: table.hidden.iter().map(usize::to_string).collect::<Vec<_>>().join("、"),
        sheet: table.sheet.clone(),
        others: table.said_sheet(),
        counts,
        wrong,
        good,
        good_count: counts[0] + counts[1],
    })
}

/// What of the table was not read; the title of our own template goes without saying.
fn left_out(table: &Table) -> Vec<String> {
    let mut table = table.clone();
    table.above.retain(|line| !line.starts_with(TEMPLATE_TITLE));
    table.left_out(&Wanted::headed(headings()))
}

/// How the title of the template begins.
const TEMPLATE_TITLE: &str = "机关导入表";

/// What a row changes, in words: of a new organ what it will have, of an existing one what it had and will have.
fn told(effect: &Effect, record: Option<&Record>) -> Vec<(&'static str, String, String)> {
    let shown = |column: &str, value: &str| match (column, value) {
        (_, "") => "（空）".to_owned(),
        ("kind", code) => OrganKind::read(code).map_or_else(|| code.to_owned(), |kind| kind.label().to_owned()),
        (_, text) => text.replace('\n', "、"),
    };
    match (effect, record) {
        (Effect::Change(changes), _) => changes
            .iter()
            .map(|(column, before, after)| (label(column), shown(column, before), shown(column, after)))
            .collect(),
        (Effect::Create, Some(record)) => {
            let mut draft = super::model::Draft::of(record);
            let fields = COLUMNS.iter().enumerate().skip(2);
            fields
                .map(|(index, (column, label, _))| (*label, String::new(), shown(column, draft.field_mut(index))))
                .filter(|(_, _, after)| after != "（空）")
                .collect()
        }
        _ => Vec::new(),
    }
}

/// GET /organs/template.xlsx: an empty table with all headings and a row that shows how they are filled in.
pub(super) async fn template(_: Desk) -> Result<Response> {
    page::workbook("机关导入模板.xlsx", move || {
        let row = ["QH013", "青禾县演示局", "县演示局", "演示局|县演示办", "县政府部门", "", "局长", "0000-1234567"];
        let row: Vec<documents::tables::Cell> = row.into_iter().map(documents::tables::Cell::from).collect();
        write_xlsx(&Sheet {
            name: "机关".into(),
            title: Some(format!("{TEMPLATE_TITLE}（第三行是示例，请删去；空白的单元格不改动已有内容）")),
            header: COLUMNS.iter().map(|(_, label, _)| (*label).to_owned()).collect(),
            rows: vec![row],
            ..Sheet::default()
        })
    })
    .await
}

fn label(heading: &str) -> &'static str {
    column_of(heading).map_or("", |index| COLUMNS[index].1)
}

fn cells(table: &Table, number: usize, values: &[String]) -> Vec<Cell> {
    let known = table.header.iter().enumerate().filter_map(|(at, heading)| Some((at, column_of(heading)?)));
    known
        .map(|(at, index)| Cell {
            name: format!("c{number}-{at}"),
            label: COLUMNS[index].1,
            value: values.get(at).cloned().unwrap_or_default(),
        })
        .collect()
}

/// POST /organs/import/{id}: keeps the corrections; then checks again, or carries out all or the good rows.
pub(super) async fn submit(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<ImportId>,
    Form(form): Form<HashMap<String, String>>,
) -> Result<Response> {
    let field = |name: &str| form.get(name).map_or("", String::as_str);
    let mode = match field("act") {
        "all" => Some(Mode::AllOrNothing),
        "good" => Some(Mode::GoodRows),
        _ => None,
    };
    // Corrections may be kept as often as there are any.
    let once = if mode.is_some() { field("once") } else { "" };
    let done = async |tx: &mut Tx| {
        let (_, mut table) = uploads::load(tx.conn(), &id, &desk.staff.account).await?;
        for row in &mut table.rows {
            for (at, cell) in row.cells.iter_mut().enumerate() {
                if let Some(text) = form.get(&format!("c{}-{at}", row.number)) {
                    text.trim().clone_into(cell);
                }
            }
        }
        match mode {
            Some(mode) => carry_out_upload(tx, &desk, &id, table, mode).await,
            None => {
                uploads::keep(tx, &id, &table).await?;
                Ok(Done::to(format!("/organs/import/{id}")))
            }
        }
    };
    let answer = act(&ctx, once, done).await?;
    store::follow(&ctx).await?;
    Ok(answer)
}

/// Carries out what is right; what is left stays on the page to be corrected.
async fn carry_out_upload(tx: &mut Tx, desk: &Desk, id: &ImportId, mut table: Table, mode: Mode) -> Result<Done> {
    let outcome = carry_out(tx, &table, mode, &desk.actor()).await?;
    if outcome.errors.is_empty() {
        uploads::finish(tx, id).await?;
        let text = format!("已导入：新建 {}，修改 {}，不变 {}。", outcome.created, outcome.changed, outcome.unchanged);
        return Ok(Done::ok("/organs", text));
    }
    let text = if mode == Mode::GoodRows {
        table.rows.retain(|row| outcome.errors.iter().any(|error| error.row == row.number));
        format!(
            "已导入：新建 {}，修改 {}。下面 {} 行请更正后再导入。",
            outcome.created,
            outcome.changed,
            table.rows.len()
        )
    } else {
        "还有需要更正的行，没有导入任何内容。请更正后再导入，或只导入正确的行。".to_owned()
    };
    uploads::keep(tx, id, &table).await?;
    Ok(Done::to(format!("/organs/import/{id}")).with(|to| to.flash("warn", text)))
}
