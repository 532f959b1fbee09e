//! What is asked, to take away: CSV for spreadsheets and JSON for programs, whole, written while they are read; a workbook, whose
//! parts must be known before it is packed, up to a limit.

use axum::{body::Bytes, http::header, response::Response};
use document::page::base_url;
use documents::tables::{Cell, Sheet, write_csv_head, write_csv_rows, write_xlsx};
use futures::stream;
use item::Item;
use record::query::Row;
use serde_json::{Value, json};
use web::{Ctx, Error, Result, page};

use super::{ask::Asking, cells, tables};

/// Records that are read at a time.
const STEP: usize = 1_000;
/// Records of a workbook: it is packed in memory.
const MOST_PACKED: i64 = 20_000;

/// The records that answer, in a file of this ending.
///
/// # Errors
/// [`Error::Invalid`] with a condition that nobody can read, and where a workbook would be too large; [`Error::NotFound`] for
/// another ending.
pub(super) async fn of(ctx: &Ctx, asking: Asking, ending: &str) -> Result<Response> {
    asking.readable()?;
    match ending {
        "csv" => Ok(csv(Walk::new(ctx, asking))),
        "json" => Ok(as_json(Walk::new(ctx, asking))),
        "xlsx" => workbook(ctx, asking).await,
        _ => Err(Error::NotFound),
    }
}

/// A file under way.
struct Walk {
    ctx: Ctx,
    asking: Asking,
    /// Where it goes on; `None` when it has ended.
    next: Option<Option<String>>,
    written: u64,
}

impl Walk {
    fn new(ctx: &Ctx, asking: Asking) -> Self {
        Self { ctx: ctx.clone(), asking, next: Some(None), written: 0 }
    }

    fn is_first(&self) -> bool {
        self.next == Some(None)
    }

    async fn step(&mut self) -> Result<Vec<Row>> {
        let Some(after) = self.next.take() else { return Ok(Vec::new()) };
        let page = self.asking.query.page(self.ctx.db(), &self.asking.order, after.as_deref(), STEP).await?;
        self.next = page.next.map(Some);
        self.written += page.rows.len() as u64;
        Ok(page.rows)
    }
}

/// May be kept, but is asked for again each time: what is withdrawn must vanish at once.
fn fresh(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, page::PUBLIC);
    response
}

/// What the file is called: with the day, since tables change.
fn name(ctx: &Ctx, item: &Item) -> String {
    format!("{}-{}", item.title, ctx.today())
}

/// The heads: the columns of the item, then what every record has.
fn heads(item: &Item) -> Vec<String> {
    let own = cells::open(item).map(cells::head);
    let added = item.more_columns.then(|| "其他内容".to_owned());
    own.chain(added).chain(["公开机关", "公开日期", "网址"].map(str::to_owned)).collect()
}

fn line(ctx: &Ctx, item: &Item, row: &Row) -> Vec<Cell> {
    let mut line: Vec<Cell> = cells::open(item).map(|column| cells::cell(column, row.data.get(&column.key))).collect();
    if item.more_columns {
        let more = cells::more(item, &row.data).into_iter().map(|(head, text)| format!("{head}：{text}"));
        line.push(Cell::from(more.collect::<Vec<_>>().join("；")));
    }
    let directory = ctx.directory();
    let organ = directory.get(&row.organ).map_or(row.organ.as_str(), |organ| organ.name.as_str());
    line.push(Cell::from(organ));
    line.push(Cell::from(row.public_on.as_str()));
    line.push(Cell::from(format!("{}{}/{}", base_url(ctx), tables::path(&item.key), row.record)));
    line
}

fn csv(walk: Walk) -> Response {
    let name = format!("{}.csv", name(&walk.ctx, &walk.asking.query.item));
    let parts = stream::try_unfold(walk, async |mut walk: Walk| {
        let first = walk.is_first();
        let rows = walk.step().await?;
        if rows.is_empty() && !first {
            return Ok::<_, Error>(None);
        }
        let item = &walk.asking.query.item;
        let mut bytes = if first { write_csv_head(&heads(item)) } else { Vec::new() };
        let lines: Vec<Vec<Cell>> = rows.iter().map(|row| line(&walk.ctx, item, row)).collect();
        bytes.extend(write_csv_rows(&lines));
        Ok(Some((Bytes::from(bytes), walk)))
    });
    fresh(page::streamed(parts, "text/csv; charset=utf-8", Some(&name)))
}

/// A record for programs: what is stored, exact, by the keys of columns.
fn record(ctx: &Ctx, item: &Item, row: &Row) -> Value {
    let mut told = json!({
        "id": row.record, "organ": row.organ, "period": row.period, "version": row.version, "public_on": row.public_on,
        "url": format!("{}{}/{}", base_url(ctx), tables::path(&item.key), row.record),
        "values": cells::stored(item, &row.data),
    });
    let more = cells::more(item, &row.data);
    if let (false, Some(map)) = (more.is_empty(), told.as_object_mut()) {
        map.insert("more".to_owned(), json!(more));
    }
    told
}

/// What stands before the records: the table and its columns.
fn about(ctx: &Ctx, item: &Item) -> Value {
    let column = |column: &item::Column| {
        let (label, unit) = (cells::label(column), column.unit());
        json!({ "key": column.key, "label": label, "unit": unit, "code": column.code })
    };
    json!({
        "item": item.key, "title": item.title, "domain": item.domain.name, "as_of": ctx.today().to_string(),
        "columns": cells::open(item).map(column).collect::<Vec<_>>(),
    })
}

fn as_json(walk: Walk) -> Response {
    let parts = stream::try_unfold((walk, false), async |(mut walk, ended): (Walk, bool)| {
        if ended {
            return Ok::<_, Error>(None);
        }
        let (before, first) = (walk.written, walk.is_first());
        let rows = walk.step().await?;
        let item = &walk.asking.query.item;
        let mut text =
            if first { format!("{{\"table\":{},\"records\":[", about(&walk.ctx, item)) } else { String::new() };
        for (at, row) in rows.iter().enumerate() {
            if before > 0 || at > 0 {
                text.push(',');
            }
            text.push_str(&record(&walk.ctx, item, row).to_string());
        }
        let ended = walk.next.is_none();
        if ended {
            text.push_str(&format!("],\"count\":{}}}", walk.written));
        }
        Ok(Some((Bytes::from(text), (walk, ended))))
    });
    fresh(page::streamed(parts, "application/json", None))
}

async fn workbook(ctx: &Ctx, asking: Asking) -> Result<Response> {
    let count = asking.query.count(ctx.db()).await?;
    if count.more || count.rows > MOST_PACKED {
        return Err(Error::Invalid(format!(
            "符合条件的记录太多，一个 Excel 文件最多放 {MOST_PACKED} 条。请缩小条件，或者下载 CSV：{}.csv{}，它不限条数，用 Excel 也能打开。",
            tables::path(&asking.query.item.key),
            asking.narrowed()
        )));
    }
    let item = std::sync::Arc::clone(&asking.query.item);
    let (name, mut walk, mut rows) = (name(ctx, &item), Walk::new(ctx, asking), Vec::new());
    while walk.next.is_some() {
        let step = walk.step().await?;
        rows.extend(step.iter().map(|row| line(ctx, &item, row)));
    }
    let header = heads(&item);
    let widths = header.iter().map(|head| (head.chars().count() as f64 * 2.0 + 4.0).clamp(12.0, 36.0)).collect();
    let title = Some(format!("{}（截至 {}，共 {} 条）", item.title, ctx.today(), rows.len()));
    let sheet = Sheet { name: item.title.clone(), title, header, rows, widths };
    Ok(fresh(page::workbook(&format!("{name}.xlsx"), move || write_xlsx(&sheet)).await?))
}
