//! Files of the office: the template of an item, records and batches to take away, what is wrong with a sheet, its
//! rows that were not taken.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use documents::tables::{
    Cell, Sheet, Template, TemplateColumn, write_csv, write_csv_head, write_csv_rows, write_template, write_xlsx,
};
use futures::stream;
use item::{Column, Item, Type};
use record::{
    BatchId, ImportId, Query as Question, batch,
    import::{self, Again, Import, Said, Several, Told},
    query::Row,
    rows::Stored,
    values::Data,
};
use web::{Ctx, Desk, Error, Query, Refusal, Result, page};

use super::{
    common,
    list::{Pairs, value},
    paper, told,
};

/// Records that are read at a time.
const STEP: usize = 1_000;
/// Rows of a workbook, which is packed in memory.
const MOST: usize = 20_000;

/// The columns that readers may see.
fn open(item: &Item) -> impl Iterator<Item = &Column> {
    item.columns.iter().filter(|column| !column.privacy.never_public)
}

fn cell(column: &Column, data: &Data) -> Cell {
    // Exact figures stay text where a spreadsheet would reckon with fewer digits.
    Cell::from(data.shown(column))
}

/// What the county added, in one cell.
fn more(data: &Data) -> String {
    data.more.iter().map(|(head, text)| format!("{head}：{text}")).collect::<Vec<_>>().join("；")
}

/// Heads as a sheet is recognised by: with their unit; where two columns are called the same, with their groups.
fn head(item: &Item, column: &Column) -> String {
    let alike = item.columns.iter().filter(|other| other.label == column.label).count();
    let headed = common::headed(column);
    if alike > 1 && !column.group.is_empty() { format!("{}·{headed}", column.group.join("·")) } else { headed }
}

/// How a column of the template is filled in.
fn note(column: &Column) -> String {
    let need = if column.required { "必填" } else { "选填" };
    let how = common::how(column);
    if how.is_empty() { need.to_owned() } else { format!("{need}。{how}") }
}

fn template_column(item: &Item, column: &Column) -> TemplateColumn {
    let (choices, is_open) = match &column.typed {
        Type::Enum { choices, open } => (choices.iter().map(|choice| choice.label.clone()).collect(), *open),
        _ => (Vec::new(), false),
    };
    TemplateColumn { head: head(item, column), note: note(column), choices, is_open, is_required: column.required }
}

/// `GET /records/{item}/template.xlsx`
pub(super) async fn template(State(ctx): State<Ctx>, _: Desk, Path(key): Path<String>) -> Result<Response> {
    let item = common::table(&ctx, &key).await?;
    let name = format!("{}填报模板.xlsx", item.title);
    page::workbook(&name, move || {
        let columns = item.columns.iter().map(|column| template_column(&item, column)).collect();
        write_template(&Template { name: item.title.clone(), title: item.title.clone(), columns })
    })
    .await
}

/// A file under way.
struct Walk {
    ctx: Ctx,
    question: Question,
    order: String,
    /// Where it goes on; `None` when it has ended.
    next: Option<Option<String>>,
}

impl Walk {
    async fn step(&mut self) -> Result<Vec<Row>> {
        let Some(after) = self.next.take() else { return Ok(Vec::new()) };
        let page = self.question.page(self.ctx.db(), &self.order, after.as_deref(), STEP).await?;
        self.next = page.next.map(Some);
        Ok(page.rows)
    }

    fn lines(&self, rows: &[Row], first: bool) -> Vec<u8> {
        let item = &self.question.item;
        let mut bytes = Vec::new();
        if first {
            let own = open(item).map(|column| head(item, column));
            let heads: Vec<String> = own.chain(["其他内容", "机关", "公开日期"].map(str::to_owned)).collect();
            bytes = write_csv_head(&heads);
        }
        let directory = self.ctx.directory();
        let line = |row: &Row| -> Vec<Cell> {
            let own = open(item).map(|column| cell(column, &row.data));
            let organ = directory.short_name(&row.organ);
            own.chain([Cell::from(more(&row.data)), Cell::from(organ), Cell::from(row.public_on.as_str())]).collect()
        };
        let lines: Vec<Vec<Cell>> = rows.iter().map(line).collect();
        bytes.extend(write_csv_rows(&lines));
        bytes
    }
}

/// `GET /records/{item}/export.csv`: what the list of public records shows, whole.
pub(super) async fn of_item(
    State(ctx): State<Ctx>,
    _: Desk,
    Path(key): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Result<Response> {
    let item = common::table(&ctx, &key).await?;
    let name = format!("{}-{}.csv", item.title, ctx.today());
    let question = Question::read(item, &pairs)
        .map_err(|errors| Error::Invalid(errors.items().iter().map(|(_, text)| text.as_str()).collect()))?;
    let walk = Walk { ctx: ctx.clone(), question, order: value(&pairs, "sort").to_owned(), next: Some(None) };
    let parts = stream::try_unfold(walk, async |mut walk: Walk| {
        let first = walk.next == Some(None);
        let rows = walk.step().await?;
        if rows.is_empty() && !first {
            return Ok::<_, Error>(None);
        }
        let bytes = walk.lines(&rows, first);
        Ok(Some((Bytes::from(bytes), walk)))
    });
    Ok(page::streamed(parts, "text/csv; charset=utf-8", Some(&name)))
}

/// `GET /records/batches/{batch}/export.xlsx`: the rows of a batch as readers see them, or will.
pub(super) async fn of_batch(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<BatchId>) -> Result<Response> {
    let batch = paper::found(&ctx, &desk, &id).await?;
    let item = common::table(&ctx, &batch.item).await?;
    let list = batch::rows(&batch.id);
    let mut stored: Vec<Stored> = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let found = list.page::<Stored>(ctx.db(), Some("number"), after.as_deref(), STEP).await?;
        stored.extend(found.rows);
        after = found.next;
        if stored.len() > MOST {
            let text = format!("这一批超过 {MOST} 行，不能打包成一个 xlsx 文件。公开后请在记录列表导出 CSV。");
            return Err(Error::Invalid(text));
        }
        if after.is_none() {
            break;
        }
    }
    let name = format!("{}.xlsx", batch.title);
    page::workbook(&name, move || {
        let own = open(&item).map(|column| head(&item, column));
        let header = std::iter::once("行".to_owned()).chain(own).chain(["其他内容", "状态"].map(str::to_owned));
        let line = |row: &Stored| -> Vec<Cell> {
            let cells = open(&item).map(|column| cell(column, &row.data));
            let end = [Cell::from(more(&row.data)), Cell::from(row.state.label())];
            std::iter::once(Cell::from(row.number)).chain(cells).chain(end).collect()
        };
        write_xlsx(&Sheet {
            name: item.title.clone(),
            header: header.collect(),
            rows: stored.iter().map(line).collect(),
            ..Sheet::default()
        })
    })
    .await
}

/// An import that was read, with the rows of which something is told.
async fn read(ctx: &Ctx, desk: &Desk, id: &ImportId) -> Result<(Import, Told, Again)> {
    let import = told::found(ctx, desk, id).await?;
    let told = import.told()?.unwrap_or_default();
    if told.mapping.is_empty() {
        return Err(Error::Conflict("这份表格没有读出内容，没有可以下载的清单。".to_owned()));
    }
    let all = [&told.faults, &told.warnings, &told.notes];
    let rows: BTreeSet<u32> = all.into_iter().flat_map(|several| several.first.iter()).map(|said| said.row).collect();
    let again = match import::again(ctx, &desk.actor(), &import, &told, &rows).await {
        Ok(again) => again,
        // The list is worth something without what stands in the cells.
        Err(Refusal::Fields(_)) => Again::default(),
        Err(other) => return Err(other.into()),
    };
    Ok((import, told, again))
}

fn file_name(import: &Import, what: &str, ending: &str) -> String {
    let stem = import.name.rsplit_once('.').map_or(import.name.as_str(), |(stem, _)| stem);
    format!("{stem}-{what}.{ending}")
}

fn said_line(told: &Told, again: &Again, sort: &str, said: &Said) -> Vec<Cell> {
    let row = if said.row == 0 { Cell::from("") } else { Cell::from(i64::from(said.row)) };
    let value = again.cell(told, said.row, &said.column);
    vec![sort.into(), row, said.label.as_str().into(), value.into(), said.message.as_str().into()]
}

/// `GET /records/imports/{import}/errors.csv`
pub(super) async fn faults(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<ImportId>) -> Result<Response> {
    let (import, told, again) = read(&ctx, &desk, &id).await?;
    let mut rows = Vec::new();
    let sorts: [(&str, &Several); 3] =
        [("不能导入", &told.faults), ("请核对", &told.warnings), ("系统的理解", &told.notes)];
    for (sort, several) in sorts {
        rows.extend(several.first.iter().map(|said| said_line(&told, &again, sort, said)));
        let left = several.all.saturating_sub(several.first.len() as u64);
        if left > 0 {
            let text = format!("另有 {left} 处没有逐条列出，请先改正以上各处后重新上传。");
            rows.push(vec![sort.into(), "".into(), "".into(), "".into(), text.into()]);
        }
    }
    let header = ["类别", "行", "列", "填写的内容", "说明"].map(str::to_owned).to_vec();
    let bytes = write_csv(&Sheet { header, rows, ..Sheet::default() });
    Ok(page::download(bytes, "text/csv; charset=utf-8", &file_name(&import, "问题清单", "csv")))
}

/// What holds for the whole table, as columns of their own: by head, as a form takes it. The corrected file then says by itself what
/// its title, its name or somebody has said.
fn whole_columns(item: &Item, told: &Told, heads: &[String]) -> Vec<(String, String)> {
    let column = |one: &import::Beside| {
        let column = item.column(&one.key)?;
        let name = head(item, column);
        let is_said = !one.text.is_empty() && !heads.contains(&name);
        is_said.then(|| (name, record::values::shown(column, &one.text)))
    };
    told.beside.iter().filter_map(column).collect()
}

/// The line above the table: its title, and the unit of its figures.
fn title_line(item: &Item, told: &Told) -> Option<String> {
    if told.unit.is_empty() || told.title.contains("单位") {
        return (!told.title.is_empty()).then(|| told.title.clone());
    }
    let title = if told.title.is_empty() { &item.title } else { &told.title };
    Some(format!("{title}（单位：{}）", told.unit))
}

/// `GET /records/imports/{import}/rejected.xlsx`: the rows that cannot be taken, as they were understood, with why. It can be given
/// back as it is once they are corrected.
pub(super) async fn rejected(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<ImportId>) -> Result<Response> {
    let (import, told, again) = read(&ctx, &desk, &id).await?;
    let item = common::table(&ctx, &import.item).await?;
    let mut why: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    for said in told.faults.first.iter().filter(|said| said.row > 0) {
        let words =
            if said.label.is_empty() { said.message.clone() } else { format!("{}：{}", said.label, said.message) };
        why.entry(said.row).or_default().push(words);
    }
    let name = file_name(&import, "没有导入的行", "xlsx");
    page::workbook(&name, move || {
        let whole = whole_columns(&item, &told, &again.heads);
        let mut header = again.heads.clone();
        header.extend(whole.iter().map(|(head, _)| head.clone()));
        header.extend(sheet::OF_REJECTED.map(str::to_owned));
        let line = |(row, words): (&u32, &Vec<String>)| {
            let width = again.heads.len();
            let texts = again.meant.get(row).cloned().unwrap_or_else(|| vec![String::new(); width]);
            let mut cells: Vec<Cell> = texts.into_iter().map(Cell::from).collect();
            cells.extend(whole.iter().map(|(_, text)| Cell::from(text.as_str())));
            cells.push(Cell::from(i64::from(*row)));
            cells.push(Cell::from(words.join("；")));
            cells
        };
        let rows = why.iter().map(line).collect();
        let title = title_line(&item, &told);
        write_xlsx(&Sheet { name: "没有导入的行".to_owned(), title, header, rows, ..Sheet::default() })
    })
    .await
}
